/** The view of games: a gallery of all that are registered, and of each its levels, knobs, prompt and grammar. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { type GameEntry, gameEntries } from '../../../src/games/registry.ts'
import { difficulty, type EnvSnapshot, encodeState, gamePrompt, LEVELS, startSnapshot, walk } from '../../../src/gym/index.ts'
import { seededRng } from '../../../src/rng.ts'
import { Commands } from '../play/commands.tsx'
import { Picture } from '../play/picture.tsx'
import { Setup } from '../play/setup.tsx'
import { commandsFor, readStart, type Start, startAddress, startOf } from '../play/start.ts'
import { useGame } from '../play/use-game.ts'
import { addressOf, type Place } from '../router.tsx'
import '../play/play.css'

export default function GamesView({ parts: [id], query }: Place) {
  return <main>{id === undefined ? <Gallery /> : <OneGame key={id} id={id} query={query} />}</main>
}

/** Most moves of the random game whose state after a third is shown. */
const MOVES = 60

/** A state in the middle of a game of random legal moves. */
function inPlay(game: AnyGame, config: unknown, seed: number): EnvSnapshot {
  const moments = [...walk({ game }, startSnapshot({ game, config }, seed), MOVES, seededRng(seed, 'show', 'grid'))]
  return moments[Math.floor((moments.length - 1) / 3)] as EnvSnapshot
}

function Gallery() {
  return (
    <>
      <h1>Games</h1>
      <p>Every game that models are trained and judged on. Play one yourself, or look at its levels, its knobs and what a model is told.</p>
      <ul class="gallery">
        {gameEntries().map((entry) => (
          <Card key={entry.id} entry={entry} />
        ))}
      </ul>
    </>
  )
}

function Card({ entry: { id, title, tags } }: { readonly entry: GameEntry }) {
  const { game, problem } = useGame(id)
  const state = useMemo(() => (game === null ? null : inPlay(game, game.config.parse({}), 1).state), [game])
  return (
    <li class="card">
      <h2>
        <a href={addressOf('games', [id])}>{title}</a>
      </h2>
      <div class="shelf">
        {game !== null && (
          <Picture game={game} state={state} skin={{ theme: 'classic', layout: 'board' }} size={220} label={`A board of ${title}`} />
        )}
      </div>
      <p>{problem ?? game?.summary ?? 'Loading…'}</p>
      <p class="note">{tags.join(' · ')}</p>
      <p>
        <a class="button" href={addressOf('play', [id])}>
          Play {title}
        </a>
      </p>
    </li>
  )
}

function OneGame({ id, query }: { readonly id: string; readonly query: URLSearchParams }) {
  const { game, problem } = useGame(id)
  if (problem !== null)
    return (
      <p class="problem" role="alert">
        {problem}
      </p>
    )
  return game === null ? <p>Loading the game…</p> : <Explored game={game} given={readStart(query)} />
}

function Explored({ game, given }: { readonly game: AnyGame; readonly given: Start }) {
  const [start, setStart] = useState(given)
  const [full, setFull] = useState(true)
  const change = (next: Start): void => {
    setStart(next)
    history.replaceState(null, '', startAddress('games', game.id, next))
  }
  const made = useMemo(() => {
    try {
      const { spec, snapshot } = startOf(game, start, { layout: 'full', tile: 32 })
      return { spec, state: start.token === null ? inPlay(game, spec.config, start.seed).state : snapshot.state, problem: null }
    } catch (error) {
      return { spec: null, state: null, problem: (error as Error).message }
    }
  }, [start])
  const brief = game.embedded !== undefined
  return (
    <>
      <p class="note">
        <a href={addressOf('games')}>All games</a>
      </p>
      <h1>{game.title}</h1>
      <p>
        {game.summary}{' '}
        <a class="button" href={startAddress('play', game.id, start)}>
          Play
        </a>
      </p>
      <Setup game={game} start={start} config={(made.spec?.config ?? null) as Record<string, unknown> | null} onChange={change} open />
      {made.problem !== null && (
        <p class="problem" role="alert">
          {made.problem}
        </p>
      )}
      {made.spec !== null && (
        <>
          <div class="explored">
            <figure>
              <figcaption>What a model sees</figcaption>
              <Picture game={game} state={made.state} skin={made.spec.skin} size={420} label={`A board of ${game.title}`} />
            </figure>
            <div>
              <h2>What it is told</h2>
              {brief && (
                <p class="choice">
                  <button type="button" aria-pressed={full} onClick={() => setFull(true)}>
                    large models
                  </button>
                  <button type="button" aria-pressed={!full} onClick={() => setFull(false)}>
                    the embedded model
                  </button>
                </p>
              )}
              <pre>{gamePrompt(game, made.spec.config, full ? 'full' : 'brief', made.spec.skin)}</pre>
            </div>
          </div>
          <h2>What it should answer</h2>
          <dl class="grammar">
            <dt>perception</dt>
            <dd>
              {game.perception.layout(made.spec.config).how}
              <pre>{game.perception.format(game.perception.of(made.state))}</pre>
            </dd>
            <dt>answer</dt>
            <dd>
              {game.answer.layout(made.spec.config).how}
              <BestMoves game={game} state={made.state} />
            </dd>
          </dl>
          <h2>Levels of difficulty</h2>
          <p>Perception across, reasoning down; the rules never depend on the picture. Choose a board to play it.</p>
          <Sheet game={game} theme={start.theme} seed={start.seed} />
          <h2>Command lines</h2>
          <Commands lines={commandsFor(made.spec, start, start.token === null ? null : encodeState(game, made.state))} />
        </>
      )}
    </>
  )
}

/** Rows of the moves' table. */
const SHOWN = 8

/** Legal moves, with the expert's scores where there is one. */
function BestMoves({ game, state }: { readonly game: AnyGame; readonly state: unknown }) {
  const moves = useMemo(
    () => game.expert?.solver(state) ?? game.rules.legalActions(state).map((action) => ({ action, score: null })),
    [game, state],
  )
  const number = (score: number): string => (Number.isInteger(score) ? String(score) : score.toFixed(2))
  return (
    <table class="best-moves">
      <thead>
        <tr>
          <th scope="col">{moves.length} legal moves</th>
          {game.expert !== undefined && <th scope="col">expert’s score</th>}
        </tr>
      </thead>
      <tbody>
        {moves.slice(0, SHOWN).map(({ action, score }) => (
          <tr key={JSON.stringify(action)}>
            <td>
              <code>{game.answer.format(state, action)}</code>
            </td>
            {score !== null && <td>{number(score)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const AXIS = Array.from({ length: LEVELS }, (_, level) => level)

/** A board for every pair of levels; each is made when the page has time. */
function Sheet({ game, theme, seed }: { readonly game: AnyGame; readonly theme: string; readonly seed: number }) {
  const [made, setMade] = useState(0)
  useEffect(() => setMade(0), [game, theme, seed])
  useEffect(() => {
    if (made === LEVELS * LEVELS) return
    const timer = setTimeout(() => setMade(made + 1), 0)
    return () => clearTimeout(timer)
  }, [made])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <section class="scroll" aria-label="Levels" tabIndex={0}>
      <table class="sheet">
        <thead>
          <tr>
            <td />
            {AXIS.map((level) => (
              <th key={level} scope="col">
                perception {level}
                <small>{namedValues(game.levels?.perception[level])}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {AXIS.map((reasoning) => (
            <tr key={reasoning}>
              <th scope="row">
                reasoning {reasoning}
                <small>{namedValues(game.levels?.reasoning[reasoning])}</small>
              </th>
              {AXIS.map((perception) => (
                <td key={perception}>
                  {made > reasoning * LEVELS + perception && (
                    <Level game={game} levels={{ perception, reasoning }} theme={theme} seed={seed} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const namedValues = (values: object = {}): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

function Level(props: {
  readonly game: AnyGame
  readonly levels: NonNullable<Start['levels']>
  readonly theme: string
  readonly seed: number
}) {
  const { game, levels, theme, seed } = props
  const { perception, reasoning } = levels
  const { state, skin } = useMemo(() => {
    const at = difficulty(game, levels, { theme, tile: 16, layout: 'full' })
    return { state: inPlay(game, at.config, seed).state, skin: at.skin }
  }, [game, theme, seed])
  return (
    <a
      href={startAddress('play', game.id, { seed, theme, levels })}
      aria-label={`Play at perception ${perception}, reasoning ${reasoning}`}
    >
      <Picture game={game} state={state} skin={skin} size={128} label={`Perception ${perception}, reasoning ${reasoning}`} />
    </a>
  )
}
