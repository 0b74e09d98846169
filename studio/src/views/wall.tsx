/** The view of the live wall: the boards of an evaluation or a training run as they change, or hundreds of games that a scripted policy plays here. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { gameEntries, loadGame } from '../../../src/games/registry.ts'
import { decodeState, encodeState, envSpec } from '../../../src/gym/index.ts'
import { createPolicy } from '../../../src/policies/create.ts'
import { THEMES } from '../../../src/render/index.ts'
import type { WallNews } from '../../../src/studio/shown-step.ts'
import { rivalNames } from '../play/rivals.ts'
import { useGame } from '../play/use-game.ts'
import { addressOf, type Place } from '../router.tsx'
import { useFolders } from '../transcripts/data.ts'
import { Crowd } from '../wall/crowd.ts'
import { Wall } from '../wall/wall.ts'
import '../play/play.css'
import '../wall/wall.css'

/** Milliseconds between two looks at a run, and those of a frame that moves may take. */
const PERIOD = 700
const SHARE = 6

const COUNTS = [64, 256, 512, 1024]

export default function WallView({ parts: [source = 'here'], query }: Place) {
  const { value: folders } = useFolders()
  const [theme, setTheme] = useState(query.get('theme') ?? '')
  const runs = (folders ?? []).filter(({ kind }) => kind === 'eval' || kind === 'train')
  return (
    <main class="wide">
      <h1>Live wall</h1>
      {runs.length > 0 && (
        <nav aria-label="Boards of">
          {runs.map(({ id, name }) => (
            <a key={id} href={addressOf('wall', [id])} aria-current={id === source ? 'page' : undefined}>
              {name}
            </a>
          ))}
          <a href={addressOf('wall')} aria-current={source === 'here' ? 'page' : undefined}>
            games played here
          </a>
        </nav>
      )}
      <label class="colours">
        Colours{' '}
        <select value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
          <option value="">as played</option>
          {Object.keys(THEMES).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {source === 'here' ? (
        <Here key="here" query={query} theme={theme} />
      ) : (
        <Followed key={`${source} ${theme}`} id={source} theme={theme} kind={runs.find(({ id }) => id === source)?.kind ?? null} />
      )}
      <p class="note">
        A full frame flashes for points, a bar below for a refused move; faded boards are over. Choose a board with the pointer, or with
        arrow keys and Enter, to follow it.
      </p>
    </main>
  )
}

/** Games that a policy plays in this page. */
function Here({ query, theme }: { readonly query: URLSearchParams; readonly theme: string }) {
  const [id, setId] = useState(query.get('game') ?? (gameEntries()[0]?.id as string))
  const [name, setName] = useState(query.get('policy') ?? 'random')
  const [count, setCount] = useState(Number(query.get('count')) || 256)
  const { game, problem } = useGame(id)
  useEffect(
    () => history.replaceState(null, '', addressOf('wall', [], { game: id, policy: name, count: String(count), ...(theme && { theme }) })),
    [id, name, count, theme],
  )
  const names = game === null ? [name] : rivalNames(game)
  const chosen = names.includes(name) ? name : 'random'
  return (
    <>
      <form class="setup" aria-label="Wall" onSubmit={(event) => event.preventDefault()}>
        <label>
          Game
          <select value={id} onChange={(event) => setId(event.currentTarget.value)}>
            {gameEntries().map((entry) => (
              <option key={entry.id} value={entry.id}>
                {entry.title}
              </option>
            ))}
          </select>
        </label>
        <label>
          Player
          <select value={chosen} onChange={(event) => setName(event.currentTarget.value)}>
            {names.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          Boards
          <select value={count} onChange={(event) => setCount(Number(event.currentTarget.value))}>
            {[...new Set([...COUNTS, count])].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </form>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {game !== null && game.id === id && (
        <CrowdWall key={`${id} ${chosen} ${count} ${theme}`} game={game} policy={chosen} count={count} theme={theme || 'classic'} />
      )}
    </>
  )
}

function CrowdWall(props: { readonly game: AnyGame; readonly policy: string; readonly count: number; readonly theme: string }) {
  const { game, policy, count, theme } = props
  const [crowd] = useState(() => new Crowd(envSpec({ game }), createPolicy(policy), count, 0))
  const ready = useRef(false)
  const busy = useRef(false)
  const onFrame = (wall: Wall, now: number): void => {
    if (!ready.current) {
      for (const [at, member] of crowd.members.entries()) wall.set(at, game, member.now.state, theme, null, false, now)
      ready.current = true
    }
    if (busy.current) return
    busy.current = true
    void crowd
      .move(now, performance.now() + SHARE, (at, flash, over) => wall.set(at, game, crowd.members[at]?.now.state, theme, flash, over, now))
      .finally(() => {
        busy.current = false
      })
  }
  const follow = (at: number): string | null => {
    const member = crowd.members[at]
    return member === undefined
      ? null
      : addressOf('play', [game.id], { seed: String(member.seed), state: encodeState(game, member.now.state) })
  }
  return <WallCanvas count={count} onFrame={onFrame} addressAt={follow} label={`${count} games of ${game.title}, played by ${policy}`} />
}

/** The boards of an evaluation as its replies come in, or what the replies of the groups that training kept last lead to. `theme`: '' for that of the run. */
function Followed(props: { readonly id: string; readonly kind: string | null; readonly theme: string }) {
  const { id, kind, theme: chosen } = props
  const [problem, setProblem] = useState<string | null>(null)
  const [count, setCount] = useState(0)
  const news = useRef<WallNews[]>([])
  const [places] = useState(() => new Map<string, number>())
  const [leads] = useState(() => new Map<number, string>())
  const games = useRef(new Map<string, AnyGame>())
  useEffect(() => {
    let open = true
    let mark = 0
    let timer: ReturnType<typeof setTimeout>
    const look = async (): Promise<void> => {
      try {
        const response = await fetch(`api/transcripts/${id}/wall?since=${mark}`)
        const body = (await response.json()) as WallNews & { error?: string }
        if (!response.ok) throw new Error(body.error)
        for (const { game } of body.boards) if (!games.current.has(game)) games.current.set(game, await loadGame(game))
        mark = body.mark
        for (const { key, episode, at } of body.boards) {
          if (!places.has(key)) places.set(key, places.size)
          leads.set(places.get(key) as number, addressOf('transcripts', [id, episode, String(at)]))
        }
        news.current.push(body)
        if (open) {
          setCount(places.size)
          setProblem(null)
        }
      } catch (error) {
        if (open) setProblem(error instanceof TypeError ? 'the server does not answer; the page tries again' : (error as Error).message)
      }
      if (open) timer = setTimeout(look, PERIOD)
    }
    void look()
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, [id])
  const onFrame = (wall: Wall, now: number): void => {
    for (const { boards } of news.current.splice(0))
      for (const { key, game: of, token, theme, last, over } of boards) {
        const game = games.current.get(of) as AnyGame
        wall.set(places.get(key) as number, game, decodeState(token, [game]).state, chosen || theme, last, over, now)
      }
  }
  return (
    <>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {count === 0 && problem === null && (
        <p>
          {kind === 'train'
            ? 'No group has been kept yet: reinforcement learning keeps some in every fifth step.'
            : 'No reply has come in yet.'}
        </p>
      )}
      <WallCanvas
        count={count}
        onFrame={onFrame}
        addressAt={(at) => leads.get(at) ?? null}
        label={kind === 'train' ? `Boards after ${count} replies of training` : `${count} episodes as they stand`}
      />
    </>
  )
}

function WallCanvas(props: {
  readonly count: number
  /** Called before each frame. */
  readonly onFrame: (wall: Wall, now: number) => void
  /** Where a board leads. */
  readonly addressAt: (at: number) => string | null
  readonly label: string
}) {
  const { count, label } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const wall = useRef<Wall | null>(null)
  const latest = useRef(props)
  latest.current = props
  const [rate, setRate] = useState('')
  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement
    const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    const colours = () => ({ page: colour('--page'), gain: colour('--c3'), bad: colour('--bad'), chosen: colour('--text') })
    const made = new Wall(element, colours())
    wall.current = made
    let laid = -1
    const layOut = (): void => {
      laid = made.count
      made.colours = colours()
      made.layOut(element.parentElement?.clientWidth ?? 800, Math.max(320, innerHeight - 260))
    }
    const resize = new ResizeObserver(layOut)
    resize.observe(element.parentElement as HTMLElement)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', layOut)
    let [frames, drawn, since] = [0, 0, performance.now()]
    let frame = requestAnimationFrame(function step(now) {
      latest.current.onFrame(made, now)
      if (made.count !== laid) layOut()
      drawn += made.draw(now)
      frames++
      if (now - since > 1000) {
        setRate(
          `${Math.round((1000 * frames) / (now - since))} frames and ${Math.round((1000 * drawn) / (now - since))} boards drawn a second`,
        )
        ;[frames, drawn, since] = [0, 0, now]
      }
      frame = requestAnimationFrame(step)
    })
    return () => {
      cancelAnimationFrame(frame)
      resize.disconnect()
      dark.removeEventListener('change', layOut)
    }
  }, [])
  const go = (at: number): void => {
    const address = at < 0 ? null : props.addressAt(at)
    if (address !== null) location.hash = address
  }
  return (
    <div>
      <p class="note rate">
        {count} boards. {rate}
      </p>
      <div
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application has the keys that its label names
        tabIndex={0}
        aria-label={`${label}; arrow keys choose a board, Enter follows it`}
        onClick={({ clientX, clientY }) => {
          const { left = 0, top = 0 } = canvas.current?.getBoundingClientRect() ?? {}
          go(wall.current?.at(clientX - left, clientY - top) ?? -1)
        }}
        onKeyDown={(event) => {
          const made = wall.current
          const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(made?.columns ?? 1), ArrowDown: made?.columns ?? 1 }[event.key]
          if (made === null || (step === undefined && event.key !== 'Enter')) return
          event.preventDefault()
          if (step === undefined) go(made.chosen)
          else made.choose(made.chosen + step)
        }}
      >
        <canvas ref={canvas} class="wall" />
      </div>
    </div>
  )
}
