/**
 * Conformance of a game with its contract, over random play. Throws GameError whose message names the game, the config, the seed and the step.
 *
 *     for (const game of await loadGames()) test(game.id, () => void checkGame(game))
 *     console.log(checkGame(harvest).join('\n'))     // what was checked, and which optional facets are not there
 *
 * Config and knobs; determinism; JSON, hash and token round trips; legality and the end; pictures, which differ where perceptions do; texts, replies and the lexicon; group play
 * and vectors against single play; what an observation holds; what people are given; solver, look-ahead, teacher and thoughts; the solver against random play.
 */
import type { AnyGame } from '../game.ts'
import { gameLexicon, type LastStep } from '../gym/index.ts'
import { type Rng, seededRng } from '../rng.ts'
import type { Skin, Theme } from '../scene.ts'
import { checkAids } from './check-aids.ts'
import type { CheckContext } from './check-context.ts'
import { checkLevels } from './check-levels.ts'
import { SeenPictures } from './check-pictures.ts'
import { checkGroup, checkObservation, checkReplies, checkSolver, checkTokens, checkVector } from './check-play.ts'
import { checkScene, checkStep, checkTexts } from './check-state.ts'
import { deepFreeze, ensure, same, splitterOf } from './ensure.ts'

/** What to try; every field has a default. */
export interface CheckGameOptions {
  /** Configs as a user would give them, before defaults. Default: the empty one. */
  readonly configs?: readonly object[]
  /** Seeds of the games played under each config. Default: 0..4. */
  readonly seeds?: readonly number[]
  /** Most steps of a game, legal or not. Default: 60. */
  readonly steps?: number
  /** Most actions tried on one state; beyond that an even sample. Default: 40. */
  readonly actions?: number
  /** Games that the solver plays against random play under each config; 0: none. Default: 10. */
  readonly games?: number
  /** Most moves of such a game. Default: 40. */
  readonly horizon?: number
  /** Skins to draw with. Default: both layouts at 32 and 8 pixels a tile. */
  readonly skins?: readonly Skin[]
  /** Whether to check the levels too, which are the same whatever the configs and seeds. Default: true. */
  readonly levels?: boolean
  readonly theme?: Theme
}

/** A theme of greys for tests. */
export const PLAIN_THEME: Theme = {
  name: 'plain',
  page: '#ffffff',
  board: '#888888',
  empty: '#aaaaaa',
  text: '#000000',
  muted: '#666666',
  tiles: Array.from({ length: 18 }, (_, k) => ({
    fill: `#${(40 + 10 * k).toString(16).repeat(3)}` as const,
    ink: k < 9 ? '#ffffff' : '#000000',
  })),
}

/** The skins of the default check. */
export const PLAIN_SKINS: readonly Skin[] = (['board', 'full'] as const).flatMap((layout) =>
  [32, 8].map((tile) => ({ theme: 'plain', tile, layout })),
)

/** Facets that a game may do without. */
const OPTIONAL = ['embedded', 'expert', 'teacher', 'levels', 'presets', 'play', 'draws', 'scatter', 'heldOut'] as const

/**
 * Plays the game at random under each config and seed and checks every state on the way. Returns what was checked, a line each; the last line
 * names the optional facets that the game does not have.
 */
export function checkGame(game: AnyGame, options: CheckGameOptions = {}): string[] {
  const { configs = [{}], seeds = [0, 1, 2, 3, 4], steps = 60, actions = 40, skins = PLAIN_SKINS, theme = PLAIN_THEME } = options
  const { games = 10, horizon = 40, levels = true } = options
  checkConfig(game)
  const counts = { states: 0, pictures: 0 }
  for (const given of configs) {
    const config: unknown = game.config.parse(given)
    const where = `${game.id} ${JSON.stringify(given)}`
    const words = game.embedded === undefined ? null : gameLexicon(game, config)
    ensure(words === null || new Set(words).size === words.length, where, 'the lexicon has a word twice')
    ensure(words?.includes('') !== true, where, 'the lexicon has an empty word')
    const pictures = new SeenPictures(game)
    const split = words === null ? null : splitterOf(words)
    const base: CheckContext = { game, config, words, split, pictures, skins, theme, actions, where }
    for (const seed of seeds) {
      const context = { ...base, where: `${where} seed ${seed}` }
      checkFresh(context, seed)
      counts.states += play(context, seed, steps)
      if (game.scatter !== undefined) checkScatter(context, seed)
      checkVector(context, seed)
    }
    counts.pictures += pictures.count
    checkSolver(base, games, horizon)
  }
  if (levels) checkLevels(game)
  return summary(game, configs, counts, { games, levels })
}

/** What was checked, in lines. */
function summary(
  game: AnyGame,
  configs: readonly object[],
  { states, pictures }: { readonly states: number; readonly pictures: number },
  { games, levels }: { readonly games: number; readonly levels: boolean },
): string[] {
  const missing = OPTIONAL.filter((facet) => game[facet] === undefined)
  return [
    `${game.id}: ${states} states in play under ${configs.map((config) => JSON.stringify(config)).join(', ')}`,
    'rules: determinism, purity, legality, the end, JSON, tokens and hashes',
    `picture: whole pixels within the scene; ${pictures} different perceptions have different pictures`,
    'perception, answer, text: all read back, junk is refused, prompts hold no truth',
    'gym: replies, groups, vectors and observations agree with single play',
    ...(game.embedded === undefined ? [] : ['embedded: every text is made of the lexicon, feedback is one word']),
    ...(game.expert === undefined ? [] : [`expert: scores the legal actions; the solver beats chance over ${games} games a config`]),
    ...(game.teacher === undefined ? [] : ['teacher: true thoughts, legal decisions; the share of true thoughts is that of the judge']),
    ...(game.levels === undefined || !levels ? [] : ['levels: playable in every combination, harder on every axis']),
    missing.length === 0 ? 'every optional facet is there' : `not there: ${missing.join(', ')}`,
  ]
}

function checkConfig(game: AnyGame): void {
  const config = game.config.parse({}) as object
  ensure(!game.config.safeParse({ 'no such knob': 1 }).success, game.id, 'the config schema takes an unknown key')
  const fields = Object.keys(config).sort().join(', ')
  const knobs = Object.keys(game.knobs).sort().join(', ')
  ensure(fields === knobs, game.id, `the knobs (${knobs}) are not the config's fields (${fields})`)
  ensure(same(game.config.parse(config), config), game.id, 'the default config does not parse to itself')
  const heldOut: unknown = game.heldOut?.(config) ?? null
  if (heldOut === null) return
  ensure(same(game.config.parse(heldOut), heldOut), game.id, 'the held-out config does not parse to itself')
  ensure(!same(heldOut, config), game.id, 'the held-out config is that of training')
}

function checkFresh({ game, config, where }: CheckContext, seed: number): void {
  const state = game.rules.init(config, seed)
  ensure(same(state, game.rules.init(config, seed)), where, 'init is not deterministic')
  ensure(same(game.rules.configOf(state), config), where, 'configOf does not give the config back')
  ensure(!game.rules.terminated(state), where, 'a fresh game is over')
  const other = game.rules.reseed(state, seed + 1)
  ensure(same(game.perception.of(other), game.perception.of(state)), where, 'reseed changes the board')
  ensure(same(other, game.rules.reseed(state, seed + 1)), where, 'reseed is not deterministic')
  ensure(!same(other, state), where, 'reseed does not change the chance')
  for (const bad of [null, 7, 'x', [], {}, { ...(state as object), extra: 1 }]) {
    ensure(
      throwsStateError(() => game.rules.parseState(bad)),
      where,
      `parseState takes ${JSON.stringify(bad)} or throws something other than StateError`,
    )
  }
  checkForged(game, state as { readonly [field: string]: unknown }, where)
  ensure(same(state, game.rules.init(config, seed)), where, 'a refused state changes what init gives')
}

/** Values that a state token may hold in place of a number: whoever makes one needs no key. */
const FORGED = [-1, 0, 2.5, 15, 2 ** 40]

/** Puts forged numbers in one and in two fields of a state: each is taken, or refused by a StateError. */
function checkForged(game: AnyGame, state: { readonly [field: string]: unknown }, where: string): void {
  const fields = Object.keys(state).filter((name) => typeof state[name] === 'number')
  const pairs = fields.flatMap((one, at) => fields.slice(at).map((other) => [one, other] as const))
  for (const [one, other] of pairs)
    for (const first of FORGED)
      for (const second of one === other ? [first] : FORGED) {
        const forged = { ...state, [one]: first, [other]: second }
        const thrown = thrownBy(() => game.rules.parseState(forged))
        ensure(
          thrown === null || isStateError(thrown),
          where,
          `parseState throws something other than StateError for ${one} ${first}${one === other ? '' : `, ${other} ${second}`}: ${thrown}`,
        )
      }
}

const throwsStateError = (run: () => unknown): boolean => isStateError(thrownBy(run))
const isStateError = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'StateError'

function thrownBy(run: () => unknown): unknown {
  try {
    run()
    return null
  } catch (error) {
    return error
  }
}

/** Returns how many states were looked at. */
function play(context: CheckContext, seed: number, steps: number): number {
  const { game, config } = context
  const rng = seededRng(seed, 'check-game', game.id)
  let state = deepFreeze(game.rules.init(config, seed))
  let last: LastStep = null
  for (let at = 0; at <= steps; at++) {
    const here = { ...context, where: `${context.where} step ${at}` }
    const tried = sample(game.rules.actions(state), game.rules.legalActions(state), context.actions, rng)
    checkScene(here, state)
    here.pictures.add(state, here.where)
    checkTexts(here, state, tried)
    checkAids(here, state)
    checkStep(here, state, tried)
    checkReplies(here, state, rng.shuffle(tried))
    checkObservation(here, state, last, at)
    checkTokens(here, state, last)
    checkGroup(here, state, rng.shuffle(tried), at)
    if (game.rules.terminated(state)) return at + 1
    const legal = game.rules.legalActions(state)
    const action = rng.int(4) === 0 ? rng.pick(tried) : rng.pick(legal)
    const result = game.rules.step(state, action)
    last = { legal: result.legal, events: result.events }
    state = deepFreeze(result.state)
  }
  return steps + 1
}

/** Up to `most` actions: legal ones and others in equal parts where there are too many. */
function sample(all: readonly unknown[], legal: readonly unknown[], most: number, rng: Rng): unknown[] {
  if (all.length <= most) return [...all]
  const some = rng.shuffle(legal).slice(0, Math.ceil(most / 2))
  return [...some, ...rng.shuffle(all).slice(0, most - some.length)]
}

function checkScatter(context: CheckContext, seed: number): void {
  const { game, config } = context
  const state = deepFreeze(game.scatter!(config, seed))
  const here = { ...context, where: `${context.where} scatter` }
  ensure(same(state, game.scatter!(config, seed)), here.where, 'scatter is not deterministic')
  ensure(same(game.rules.configOf(state), config), here.where, 'scatter changes the config')
  const tried = sample(game.rules.actions(state), game.rules.legalActions(state), context.actions, seededRng(seed, 'check-game', 'scatter'))
  checkScene(here, state)
  here.pictures.add(state, here.where)
  checkTexts(here, state, tried)
  checkStep(here, state, tried)
}
