/** Keeping a person's games: which game of the evaluation is played, whether it can be kept, and what the server says when it is sent. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlaySession } from '../../../src/cli/play/session.ts'
import type { EnvSpec } from '../../../src/gym/index.ts'
import { shellWord } from '../../../src/printable.ts'
import { deriveSeed } from '../../../src/rng.ts'
import type { HumanRunState } from '../../../src/studio/human-run.ts'
import { SITE } from '../site.ts'

/** Those of src/studio/human-run.ts, which loads what a page cannot. */
const [GAMES, SEED, USUAL] = [1000, 0, 100]

const SEEDS = Array.from({ length: GAMES }, (_, i) => deriveSeed(SEED, 'evaluation', i))

async function ask(body?: object): Promise<HumanRunState | null> {
  const post = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch('api/record', post)
  const answer = await response.json()
  if (!response.ok) throw new Error((answer as { error: string }).error)
  return answer as HumanRunState | null
}

const settingsOf = (config: object): string[] =>
  Object.entries(config).flatMap(([name, value]) => [
    '--set',
    shellWord(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ])

/** The command that evaluates policies on the same games. */
const evalLine = ({ game, config }: EnvSpec, policies: string, horizon: number): string => {
  const moves = horizon === USUAL ? [] : [`--horizon ${horizon}`]
  const games = ['--game', game.id, ...settingsOf(config as object), '--no-restart', ...moves, '--episodes 20']
  return ['vlm-gym eval', policies, ...games, '--out runs/others'].join(' ')
}

export function Record(props: {
  readonly spec: EnvSpec
  readonly session: PlaySession
  /** Whether the game began at the start of its seed. */
  readonly whole: boolean
  /** Why the moves are not the person's alone; null: they are. */
  readonly helped: string | null
  readonly onSeed: (seed: number) => void
}) {
  const { spec, session, whole, helped, onSeed } = props
  const [run, setRun] = useState<HumanRunState | null | undefined>(undefined)
  const [said, setSaid] = useState('')
  const sent = useRef('')
  useEffect(() => {
    if (!SITE) ask().then(setRun, () => {})
  }, [])
  const place = SEEDS.indexOf(session.seed)
  const own = run == null || run.game === null || (run.game === spec.game.id && JSON.stringify(run.config) === JSON.stringify(spec.config))
  const count = session.moves.length
  const horizon = run?.horizon ?? USUAL
  const ended = session.over || count >= horizon
  const reason =
    place < 0
      ? 'this seed is none of the evaluation’s games'
      : !whole
        ? 'it did not begin at its start'
        : run?.kept.includes(place)
          ? 'it was kept already, as it was played first'
          : session.takenBack
            ? 'a move was taken back'
            : helped
  const keep = run != null && own && reason === null && ended && count > 0
  const game = `${session.seed} ${place}`
  useEffect(() => {
    if (!keep || sent.current === game) return
    sent.current = game
    ask({ game: spec.game.id, config: spec.config as object, episode: place, moves: session.moves.slice(0, horizon) }).then(
      (next) => {
        setRun(next)
        setSaid(`Game ${place} is kept.`)
      },
      (error: unknown) => {
        // A server that is away may be back at the next move.
        if (error instanceof TypeError) sent.current = ''
        setSaid(`Game ${place} is not kept: ${error instanceof TypeError ? 'the server does not answer' : (error as Error).message}`)
      },
    )
  }, [keep, game, count])
  if (SITE || run === undefined) return null
  if (run === null)
    return (
      <details class="record">
        <summary>Keep your games</summary>
        <p>
          <code>vlm-gym studio --record FOLDER</code> keeps whole games that you play here, for <code>vlm-gym compare</code> beside policies
          on the same seeds.
        </p>
      </details>
    )
  if (!own)
    return (
      <p class="record note">
        {run.folder} keeps games of {run.game} (
        {settingsOf(run.config as object)
          .filter((word) => word !== '--set')
          .join(' ')}
        ). For this one start a studio with another <code>--record</code> folder.
      </p>
    )
  const next = SEEDS.findIndex((_, i) => !run.kept.includes(i) && i !== place)
  return (
    <section class="record" aria-label="Keep your games">
      <p>
        {run.kept.length} {run.kept.length === 1 ? 'game' : 'games'} kept in {run.folder}.{' '}
        <button type="button" onClick={() => onSeed(SEEDS[next] as number)}>
          Play game {next}
        </button>
      </p>
      <p class="note" aria-live="polite">
        {said !== '' && sent.current === game
          ? said
          : reason === null
            ? `Game ${place}: ${count} of at most ${horizon} moves; it is kept when it has ended. Refused moves count.`
            : `This game is not kept: ${reason}.`}
      </p>
      <details>
        <summary>Policies on the same games</summary>
        <pre>{evalLine(spec, 'random solver', horizon)}</pre>
        <pre>{`vlm-gym compare ${shellWord(run.folder)} runs/others`}</pre>
      </details>
    </section>
  )
}
