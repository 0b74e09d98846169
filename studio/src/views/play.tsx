/** The view of play: a game of one's own on any seed, at any level and in any colours; the address holds the state. */
import { useMemo, useState } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { gameEntries } from '../../../src/games/registry.ts'
import { Commands, Copy } from '../play/commands.tsx'
import { Setup } from '../play/setup.tsx'
import { commandsFor, readStart, type Start, startAddress, startOf } from '../play/start.ts'
import { Table } from '../play/table.tsx'
import { useGame } from '../play/use-game.ts'
import { addressOf, type Place } from '../router.tsx'
import '../play/play.css'

export default function PlayView({ parts, query }: Place) {
  const id = parts[0] ?? (gameEntries()[0]?.id as string)
  const { game, problem } = useGame(id)
  return (
    <main class="wide play">
      {problem !== null && (
        <p>
          <a href={addressOf('games')}>All games</a>
        </p>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {game !== null && game.id === id && <Play key={`${id}?${query}`} game={game} given={readStart(query)} />}
      {game === null && problem === null && <p>Loading the game…</p>}
    </main>
  )
}

/** What decides the first state. */
const dealOf = ({ seed, preset, levels, knobs, token }: Start): string => JSON.stringify([seed, preset, levels, knobs, token])

function Play({ game, given }: { readonly game: AnyGame; readonly given: Start }) {
  const [start, setStart] = useState(given)
  /** The state that is shown now, where play has left the start. */
  const [shown, setShown] = useState<{ readonly token: string | null; readonly seed: number }>({ token: given.token, seed: given.seed })
  const { seed } = start
  const look = { theme: start.theme, layout: 'board' as const }
  const dealt = dealOf(start)
  const made = useMemo(() => {
    try {
      return { ...startOf(game, start, { ...look, tile: 32 }), problem: null }
    } catch (error) {
      return { spec: null, snapshot: null, problem: (error as Error).message }
    }
  }, [dealt, start.theme])
  const table = useMemo(() => (made.spec === null ? null : { spec: made.spec, snapshot: made.snapshot }), [dealt])
  const now = { ...start, seed: shown.seed, token: shown.token }
  const address = startAddress('play', game.id, now)
  const keep = (next: Start): void => history.replaceState(null, '', startAddress('play', game.id, next))
  const change = (next: Start): void => {
    setStart(next)
    // Other colours change nothing of the game that goes on.
    const kept = dealOf(next) === dealt ? { ...next, ...shown } : next
    setShown({ token: kept.token, seed: kept.seed })
    keep(kept)
  }
  return (
    <>
      <div class="headline">
        <h1>{game.title}</h1>
        <label>
          <span class="unseen">Another game</span>
          <select
            value={game.id}
            onChange={(event) => location.assign(startAddress('play', event.currentTarget.value, { theme: start.theme }))}
          >
            {gameEntries().map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <p class="note">
          {game.summary} <a href={startAddress('games', game.id, { ...start, token: null })}>Levels, knobs, prompt</a>
        </p>
      </div>
      <Setup game={game} start={start} config={(made.spec?.config ?? null) as Record<string, unknown> | null} onChange={change} />
      {made.problem !== null && (
        <p class="problem" role="alert">
          {made.problem}
        </p>
      )}
      {table !== null && made.spec !== null && (
        <>
          <Table
            key={dealt}
            spec={table.spec}
            start={table.snapshot}
            seed={seed}
            look={{ ...made.spec.skin, layout: 'board' }}
            whole={start.token === null}
            onSeed={(next) => location.assign(startAddress('play', game.id, { ...start, seed: next, token: null }))}
            onState={(token, of) => {
              setShown({ token, seed: of })
              keep({ ...start, token, seed: of })
            }}
          />
          <h2>This state elsewhere</h2>
          <p>
            The address of this page holds the state: whoever opens it sees this board and goes on from here.{' '}
            <Copy text={new URL(address, location.href).href} label="Copy the address of this state">
              Copy the address
            </Copy>
          </p>
          <Commands lines={commandsFor(made.spec, now, shown.token)} />
        </>
      )}
    </>
  )
}
