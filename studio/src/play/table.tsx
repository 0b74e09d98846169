/** A person plays, beside the scripted policies: by pointer, keys, touch or typed answers. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { PlaySession } from '../../../src/cli/play/session.ts'
import { actionName, counted, endOf, keysDoAll, rulesOf } from '../../../src/cli/play/words.ts'
import type { PlayKey } from '../../../src/game-play.ts'
import { gridOf } from '../../../src/games/shared/grid-perception.ts'
import { type EnvSnapshot, type EnvSpec, encodeState } from '../../../src/gym/index.ts'
import { createPolicy } from '../../../src/policies/create.ts'
import type { Policy } from '../../../src/policy.ts'
import { deriveSeed } from '../../../src/rng.ts'
import type { Skin } from '../../../src/scene.ts'
import { ChooseModel } from '../model/chosen.tsx'
import type { BrowserModel } from '../model/model.ts'
import { Board } from './board.tsx'
import { type Cell, cellsOfAnswer, sameCell } from './cells.ts'
import { Picture } from './picture.tsx'
import { Record } from './record.tsx'
import { answerOf, Rival, rivalNames } from './rivals.ts'
import { SavePictures } from './save-pictures.tsx'

/** Most moves that get a button each. */
const BUTTONS = 60
/** Milliseconds between two moves of a policy that is watched. */
const PACE = 350

const ARROWS: Readonly<Record<string, string>> = { up: '↑', right: '→', down: '↓', left: '←' }
const points = (value: number): string => value.toLocaleString('en-US')

/** Where the keyboard stands on the board, the cells that are picked so far, and those of the hint. */
interface Hand {
  cursor: Cell
  picked: readonly Cell[]
  marked: readonly Cell[]
}

export function Table(props: {
  readonly spec: EnvSpec
  readonly start: EnvSnapshot
  readonly seed: number
  readonly look: Omit<Skin, 'tile'>
  /** Told of every state: its token, null at the start, and the seed that it was dealt from. */
  readonly onState: (token: string | null, seed: number) => void
  /** Whether `start` is the start of the seed. */
  readonly whole: boolean
  /** Asks for the game of another seed. */
  readonly onSeed: (seed: number) => void
}) {
  const { spec, start, seed, look, onState, whole, onSeed } = props
  const { game } = spec
  const session = useMemo(() => new PlaySession(spec, start, seed), [])
  const [, setTurn] = useState(0)
  // Keys may come faster than the page is drawn, so what they act on is no state of the component.
  const hand = useRef<Hand>({ cursor: [0, 0], picked: [], marked: [] }).current
  const [typed, setTyped] = useState('')
  const [model, setModel] = useState<BrowserModel | null>(null)
  const [parts, setParts] = useState<typeof import('../model/parts.ts') | null>(null)
  useEffect(() => {
    if (model !== null) import('../model/parts.ts').then(setParts, () => {})
  }, [model])
  const shown = useMemo(
    () => (model === null || parts === null ? null : { model, spec: parts.modelSpec(spec, look), policy: parts.modelPolicy(model) }),
    [model, parts, JSON.stringify(look)],
  )
  const Mind = parts?.ModelMind ?? null
  const [origin, setOrigin] = useState({ snapshot: start, seed })
  /** What of the game was not the person's own doing. */
  const [helped, setHelped] = useState<string | null>(null)
  const { now, over } = session
  const { keys = [], pick } = game.play ?? {}
  const grid = pick === undefined ? null : gridOf(game, now.state)

  const redraw = (): void => setTurn((turn) => turn + 1)
  const did = (act: () => void): void => {
    act()
    hand.picked = []
    hand.marked = []
    redraw()
    const at = session.now
    onState(at.steps === 0 && at === origin.snapshot ? null : encodeState(game, at.state, at.last), session.seed)
  }
  const fresh = (): void =>
    did(() => {
      session.fresh()
      setOrigin({ snapshot: session.now, seed: session.seed })
      setHelped(null)
    })
  const undo = (): void => did(() => session.undo())
  const answer = (text: string): void => did(() => void session.answer(text))
  const answerOfPolicy = (text: string): void => {
    setHelped('a policy made a move')
    answer(text)
  }
  const press = (key: PlayKey<unknown>): void => did(() => void (session.over ? session.answer(key.name) : session.play(key.action)))
  const hint = (): void => {
    did(() => session.hint())
    setHelped('a hint was asked for')
    const { state } = session.now
    const best = session.over ? undefined : game.expert?.solver(state)[0]
    if (best === undefined || pick === undefined || grid === null) return
    hand.marked = cellsOfAnswer(pick, game.answer.format(state, best.action), grid.rows, grid.columns, state)
  }
  const take = (cell: Cell): void => {
    if (pick === undefined) return
    hand.cursor = cell
    const others = hand.picked.filter((one) => !sameCell(one, cell))
    const chosen = others.length < hand.picked.length ? others : [...others, cell]
    if (chosen.length === pick.cells) answer(pick.answer(chosen, session.now.state))
    else {
      hand.picked = chosen
      redraw()
    }
  }
  const move = (name: string): void => {
    if (grid === null) return
    const within = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value))
    const [down, right] = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] }[name] as [number, number]
    const [row, column] = hand.cursor
    hand.cursor = [within(row + down, grid.rows), within(column + right, grid.columns)]
    redraw()
    if (!document.activeElement?.closest('.cells')) document.querySelector<HTMLElement>('.cells .current')?.focus({ preventScroll: true })
  }

  /** Whether a key is a move as it is typed. */
  const says = (name: string): boolean => {
    const { state } = session.now
    return name.length === 1 && game.rules.actions(state).some((action) => game.answer.format(state, action) === name)
  }

  const onKey = useRef<(event: KeyboardEvent) => void>(() => {})
  onKey.current = (event) => {
    const target = event.target as HTMLElement
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, select, textarea, summary')) return
    const name = event.key.startsWith('Arrow') ? event.key.slice(5).toLowerCase() : event.key
    const key = keys.find((one) => one.keys.includes(name))
    if (name === 'u') undo()
    else if (name === 'n') fresh()
    else if (name === 'h') hint()
    else if (key !== undefined) press(key)
    else if (says(name)) answer(name)
    else if (name in ARROWS && grid !== null) move(name)
    else if ((name === 'Enter' || name === ' ') && grid !== null && (target.closest('.cells') || !target.closest('button, a')))
      take(hand.cursor)
    else if (name === 'Escape') {
      hand.picked = []
      redraw()
    } else return
    event.preventDefault()
  }
  // With the first picture of the board, so that no key is lost that is pressed at the sight of it.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey.current(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])

  return (
    <div class="table">
      <div class="seat">
        <Board
          game={game}
          state={now.state}
          skin={look}
          {...hand}
          onPick={take}
          onAnswer={(text) => !over && answer(text)}
          onStroke={(name) => {
            const key = keys.find((one) => one.keys.includes(name))
            if (key !== undefined) press(key)
          }}
        />
        <p class={`said ${session.note.tone}`} aria-live="polite">
          {over ? endOf(game, now) : session.note.text || ' '}
        </p>
        <Moves spec={spec} now={now} over={over} onKey={press} onAnswer={answer} />
        <p class="commands">
          <button type="button" onClick={undo} disabled={now.steps === 0}>
            Undo <kbd>u</kbd>
          </button>
          {game.expert !== undefined && (
            <button type="button" onClick={hint} disabled={over}>
              Hint <kbd>h</kbd>
            </button>
          )}
          <button type="button" onClick={fresh}>
            New game <kbd>n</kbd>
          </button>
          <SavePictures game={game} look={look} state={now.state} states={() => session.moments.map(({ state }) => state)} />
        </p>
        <Record spec={spec} session={session} whole={whole || origin.snapshot !== start} helped={helped} onSeed={onSeed} />
        <form
          class="typed"
          onSubmit={(event) => {
            event.preventDefault()
            if (typed.trim() === '') return
            answer(typed.trim())
            setTyped('')
          }}
        >
          <label>
            Or type a move as a model does
            <input
              type="text"
              value={typed}
              placeholder={game.answer.layout(spec.config).example}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          <button type="submit">Play it</button>
        </form>
      </div>
      <div class="beside">
        <Race spec={spec} now={now} over={over} look={look} origin={origin} model={shown} />
        <Watch spec={spec} session={session} onMove={answerOfPolicy} />
        <section aria-label="A trained model">
          <h2>What a model sees and wants</h2>
          <ChooseModel onModel={setModel} />
          {shown !== null && Mind !== null && <Mind model={shown.model} spec={shown.spec} now={now} over={over} onMove={answerOfPolicy} />}
        </section>
        <details open>
          <summary>Rules</summary>
          {rulesOf(spec)
            .split('\n')
            .map((line) => (
              <p key={line}>{line}</p>
            ))}
        </details>
        <details>
          <summary>What is on the board, as text</summary>
          <pre>{game.perception.format(game.perception.of(now.state))}</pre>
        </details>
        {game.teacher !== undefined && !over && (
          <details>
            <summary>What the teacher would think</summary>
            <Thoughts spec={spec} state={now.state} />
          </details>
        )}
      </div>
    </div>
  )
}

/** The teacher's thoughts without its blind spots. */
function Thoughts({ spec: { game }, state }: { readonly spec: EnvSpec; readonly state: unknown }) {
  const thought = game.teacher?.teach(state, { blind: false })
  if (thought === undefined) return null
  return (
    <>
      <pre>{thought.think}</pre>
      <p>It would play {actionName(game, state, thought.action)}.</p>
    </>
  )
}

/** A button for each key, or for each move where neither keys nor picked cells say them all. */
function Moves(props: {
  readonly spec: EnvSpec
  readonly now: EnvSnapshot
  readonly over: boolean
  readonly onKey: (key: PlayKey<unknown>) => void
  readonly onAnswer: (text: string) => void
}) {
  const { game } = props.spec
  const { state } = props.now
  const { keys = [], pick } = game.play ?? {}
  const all = pick === undefined && !keysDoAll(game, state) ? game.rules.actions(state) : []
  const listed = all.length > BUTTONS ? game.rules.legalActions(state) : all
  const legal = listed.length === 0 ? null : new Set(game.rules.legalActions(state).map((action) => game.answer.format(state, action)))
  if (keys.length === 0 && (legal === null || listed.length > BUTTONS)) return null
  return (
    <p class="moves">
      {keys.map((key) => (
        <button key={key.name} type="button" disabled={props.over} onClick={() => props.onKey(key)}>
          {key.name}{' '}
          {key.keys.slice(0, 2).map((one) => (
            <kbd key={one}>{ARROWS[one] ?? one}</kbd>
          ))}
        </button>
      ))}
      {listed.length <= BUTTONS &&
        listed.map((action) => {
          const text = game.answer.format(state, action)
          return (
            <button key={text} type="button" disabled={props.over || !legal?.has(text)} onClick={() => props.onAnswer(text)}>
              {text}
            </button>
          )
        })}
    </p>
  )
}

/** The person and the policies after equally many moves of the same game. */
function Race(props: {
  readonly spec: EnvSpec
  readonly now: EnvSnapshot
  readonly over: boolean
  readonly look: Omit<Skin, 'tile'>
  readonly origin: { readonly snapshot: EnvSnapshot; readonly seed: number }
  /** A model that plays too. */
  readonly model: { readonly spec: EnvSpec; readonly policy: Policy } | null
}) {
  const { spec, now, over, look, origin, model } = props
  const { game } = spec
  const { snapshot, seed } = origin
  const scripted = useMemo(() => rivalNames(game).map((name) => new Rival(createPolicy(name), spec, snapshot, seed)), [origin])
  const rivals = useMemo(
    () => (model === null ? scripted : [...scripted, new Rival(model.policy, model.spec, snapshot, seed)]),
    [scripted, model],
  )
  const [places, setPlaces] = useState<readonly (EnvSnapshot | null)[]>([])
  useEffect(() => {
    let open = true
    for (const [at, rival] of rivals.entries())
      void rival.after(now.steps).then((place) => {
        if (open) setPlaces((known) => rivals.map((_, i) => (i === at ? place : (known[i] ?? null))))
      })
    return () => {
      open = false
    }
  }, [rivals, now])
  const rows = [
    { name: 'you', place: now, done: over },
    ...rivals.map(({ name }, i) => ({ name, place: places[i] ?? null, done: places[i] ? game.rules.terminated(places[i].state) : false })),
  ]
  const most = Math.max(...rows.map(({ place }) => place?.return ?? 0))
  return (
    <section class="race" aria-label="The same game, after as many moves">
      {rows.map(({ name, place, done }) => (
        <figure key={name} class={name === 'you' ? 'own' : ''}>
          <figcaption>
            <b>{name}</b>
            <span class={place !== null && place.return === most && most > 0 ? 'best' : ''}>
              {place === null ? '…' : points(place.return)}
            </span>
          </figcaption>
          {place !== null && <Picture game={game} state={place.state} skin={look} size={132} label={`The board of ${name}`} />}
          <small>{place === null ? 'thinking' : `${counted(place.steps, 'move')}${done ? ', over' : ''}`}</small>
        </figure>
      ))}
    </section>
  )
}

/** A policy plays on in the person's place. */
function Watch(props: { readonly spec: EnvSpec; readonly session: PlaySession; readonly onMove: (answer: string) => void }) {
  const { spec, session, onMove } = props
  const names = rivalNames(spec.game)
  const [name, setName] = useState(names.at(-1) as string)
  const [going, setGoing] = useState(false)
  const policy = useMemo(() => createPolicy(name), [name])
  const latest = useRef(onMove)
  latest.current = onMove
  const one = async (): Promise<void> => {
    if (session.over) return setGoing(false)
    const { now } = session
    const { action } = await answerOf(policy, spec, now, deriveSeed(session.seed, 'watch', name, now.steps))
    if (session.now === now && action !== null) latest.current(action)
  }
  useEffect(() => {
    if (!going) return
    let timer: ReturnType<typeof setTimeout>
    let open = true
    const step = async (): Promise<void> => {
      await one()
      if (open && !session.over) timer = setTimeout(step, PACE)
      else setGoing(false)
    }
    timer = setTimeout(step, 0)
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, [going, policy])
  return (
    <p class="watch">
      <label>
        Let{' '}
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>{' '}
        play
      </label>
      <button type="button" disabled={session.over} onClick={() => void one()}>
        one move
      </button>
      <button type="button" disabled={session.over} aria-pressed={going} onClick={() => setGoing(!going)}>
        {going ? 'stop' : 'on and on'}
      </button>
    </p>
  )
}
