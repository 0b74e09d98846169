/** Where training states come from: boards drawn at random, games moved on by random or teacher play, and games the policy itself plays. */
import type { StepResult } from '../game.ts'
import { advance, type EnvSnapshot, type EnvSpec, type Expert, endingOf, startSnapshot, walk } from '../gym/index.ts'
import { deriveSeed, type Rng, seededRng } from '../rng.ts'

/** A state that training asks about, with its spec. */
export interface TrainingState {
  readonly spec: EnvSpec
  readonly snapshot: EnvSnapshot
}

/** A game at one level of difficulty, as training draws it. */
export interface MixEntry {
  readonly spec: EnvSpec
  /** Share of every batch, relative to the others. */
  readonly weight: number
  /** Moves after which a game of the pool starts anew, and most moves behind a state. */
  readonly horizon: number
  /** How the regret of its moves is measured and scaled; absent: as the stage says. */
  readonly expert?: Expert
  readonly regretScale?: number
}

/** What a batch is drawn from. */
export type GameMix = readonly MixEntry[]

/** How a state is reached: `scatter` 0..1 share drawn without regard to play; else up to the game's horizon of legal moves, of random play or (in a share `teacher` of the games) mostly the blind teacher's. */
export interface StateSource {
  readonly scatter: number
  readonly teacher: number
  /** 0..1: probability that, of all states passed on the way, the one with the fewest legal moves is taken: rare in play, and where a policy gets stuck. */
  readonly narrow: number
  /** 0..1: probability that the last move was a refused one, so that feedback on it is seen. */
  readonly refused: number
}

/** After `moves` moves; of a game that ends before, a state passed on the way, each as likely. With `narrow`, the tightest passed. */
function moveOn(spec: EnvSpec, start: EnvSnapshot, moves: number, teacher: number, narrow: boolean, rng: Rng): EnvSnapshot {
  const { game } = spec
  let tightest = start
  let fewest = Number.POSITIVE_INFINITY
  const pick = (now: EnvSnapshot, legal: readonly unknown[]): unknown => {
    if (legal.length < fewest) [tightest, fewest] = [now, legal.length]
    const taught = rng.real() < teacher && game.teacher ? game.teacher.teach(now.state, { blind: true }).action : null
    return taught !== null && game.rules.step(now.state, taught).legal ? taught : rng.pick(legal)
  }
  const passed = [...walk(spec, start, moves, rng, { pick, stop: 'before' })]
  if (narrow) return tightest
  return passed.length <= moves ? rng.pick(passed) : (passed.at(-1) as EnvSnapshot)
}

/** One state, decided by `seed`; never a finished game. */
export function sampleState({ spec, horizon }: Pick<MixEntry, 'spec' | 'horizon'>, source: StateSource, seed: number): TrainingState {
  const { game, config } = spec
  const rng = seededRng(seed, 'state')
  let snapshot = startSnapshot(spec, deriveSeed(seed, 'game'))
  if (game.scatter && rng.real() < source.scatter) {
    const state = game.scatter(config, deriveSeed(seed, 'scatter'))
    if (!game.rules.terminated(state)) snapshot = { ...snapshot, state }
  } else {
    const teacher = rng.real() < source.teacher ? 0.9 : 0
    const narrow = rng.real() < source.narrow
    snapshot = moveOn(spec, snapshot, rng.int(horizon + 1), teacher, narrow, rng)
  }
  if (rng.real() < source.refused) snapshot = withRefusal(spec, snapshot, rng)
  return { spec, snapshot }
}

function withRefusal({ game }: EnvSpec, snapshot: EnvSnapshot, rng: Rng): EnvSnapshot {
  const legal = new Set(game.rules.legalActions(snapshot.state).map((action) => game.answer.format(snapshot.state, action)))
  const refused = game.rules.actions(snapshot.state).filter((action) => !legal.has(game.answer.format(snapshot.state, action)))
  return refused.length === 0 ? snapshot : advance(snapshot, game.rules.step(snapshot.state, rng.pick(refused)))
}

/**
 * `count` games by weight, drawn by systematic sampling: equally spaced places on the line of the weights behind one random start. Every
 * game gets its share of every batch to within one state, and batches keep their sizes, which keeps the engine's graphs full.
 */
export function pickGames(mix: GameMix, count: number, rng: Rng): MixEntry[] {
  const total = mix.reduce((sum, { weight }) => sum + weight, 0)
  const start = rng.real()
  let at = 0
  let below = mix[0]?.weight ?? 0
  return Array.from({ length: count }, (_, i) => {
    const point = ((i + start) / count) * total
    while (point >= below && at < mix.length - 1) below += mix[++at]?.weight ?? 0
    return mix[at] as MixEntry
  })
}

/** A game that the policy is playing, as plain JSON: which spec, where it stands, how many games it has begun. */
export interface PoolGame {
  readonly spec: number
  readonly snapshot: EnvSnapshot
  readonly games: number
}

/** Fresh pool games at different depths, so that they do not all start and end together. */
export function startPool(mix: GameMix, size: number, seed: number): PoolGame[] {
  return pickGames(mix, size, seededRng(seed, 'pool')).map(({ spec, horizon }, i, all) => {
    const sameGame = all.filter((entry) => entry.spec === spec)
    const moves = Math.floor((horizon * (i - all.findIndex((entry) => entry.spec === spec))) / sameGame.length)
    const source = { scatter: 0, teacher: 0, narrow: 0, refused: 0 }
    const { snapshot } = sampleState({ spec, horizon: moves }, source, deriveSeed(seed, 'pool', i))
    return { spec: mix.findIndex((entry) => entry.spec === spec), snapshot: { ...snapshot, steps: moves }, games: 0 }
  })
}

/**
 * The pool game after the first reply of its group. After the end or the horizon a fresh game follows: of the same entry, or with `redraw` of
 * one drawn by the mix's weights. A refused move stays in the pool.
 */
export function advancePool(
  game: PoolGame,
  mix: GameMix,
  result: StepResult<unknown>,
  seed: number,
  index: number,
  redraw: boolean,
): PoolGame {
  const { spec, horizon } = mix[game.spec] as MixEntry
  const next = advance(game.snapshot, result)
  if (endingOf({ horizon, restart: false }, next.steps, result.terminated) === null) return { ...game, snapshot: next }
  const games = game.games + 1
  const drawn = redraw ? pickGames(mix, 1, seededRng(seed, 'pool', index, games))[0] : undefined
  const fresh = drawn?.spec ?? spec
  return {
    spec: mix.findIndex((entry) => entry.spec === fresh),
    games,
    snapshot: startSnapshot(fresh, deriveSeed(seed, 'pool', index, games)),
  }
}

/** Weight of new figures in the running share of groups with signal. */
const FOLLOW = 0.1

/** The running shares after a step: `seen[i]` is the step's share for entry i, null where it had no group. */
export function followSignals(signals: readonly number[], seen: readonly (number | null)[]): number[] {
  return signals.map((signal, i) => signal + FOLLOW * ((seen[i] ?? signal) - signal))
}

/**
 * The mix with its weights moved to where groups carry signal: weight · ((1 - adaptive) + adaptive · signal / mean signal), the mean weighted.
 * An entry keeps a tenth of its weight at least, so that its signal goes on being measured.
 */
export function adaptedMix(mix: GameMix, signals: readonly number[], adaptive: number): GameMix {
  const total = mix.reduce((sum, { weight }) => sum + weight, 0)
  const mean = mix.reduce((sum, { weight }, i) => sum + weight * (signals[i] as number), 0) / total
  if (adaptive === 0 || mean === 0) return mix
  return mix.map((entry, i) => ({
    ...entry,
    weight: entry.weight * Math.max(0.1, 1 - adaptive + (adaptive * (signals[i] as number)) / mean),
  }))
}
