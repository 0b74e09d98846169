/**
 * The registry of games: one line a game, and those that programs add. Shared code takes games from here and never asks which one it holds.
 *
 *     registerGame(harvest)     // a game from outside; see docs/add-a-game.md
 *     gameNamed('harvest')
 */
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { didYouMean } from '../suggest.ts'
import { game2048 } from './2048/index.ts'
import { gamePictureShisenSho } from './picture-shisen-sho/index.ts'
import { gameShisenSho } from './shisen-sho/index.ts'
import { gameSwap } from './swap/index.ts'

export type {
  ActionOutcome,
  AnyGame,
  Axis,
  EmbeddedFacet,
  ExpertFacet,
  FeedbackStep,
  Game,
  GameDefinition,
  GameEvent,
  Grid,
  Knob,
  ParsedAction,
  PerceptionFacet,
  PromptStyle,
  ScoredAction,
  SectionLayout,
  Statement,
  StepResult,
  TeacherOptions,
  Thought,
} from '../game.ts'
export type { CellLook, PlayAids, PlayKey } from '../game-play.ts'
export type { GamePreset, KnownResult, Levels, Protocol } from '../game-presets.ts'
export { defineGame } from './define-game.ts'
export {
  type GridLayoutOptions,
  type GridPerceptionOptions,
  gridAgreement,
  gridLayout,
  gridOf,
  gridPerception,
  readGrid,
} from './shared/grid-perception.ts'
export { EMPTY_LABEL, formatGrid, labelGrid } from './shared/grid-text.ts'
export { checkVectorFile, type VectorDifference, type VectorReport } from './vectors.ts'

/** Every game of the package by its id. `gameList` and `gameNamed` know the registered ones too. */
export const GAMES: { readonly [id: string]: AnyGame } = Object.freeze({
  [game2048.id]: game2048,
  [gameShisenSho.id]: gameShisenSho,
  [gamePictureShisenSho.id]: gamePictureShisenSho,
  [gameSwap.id]: gameSwap,
})

const games = new Map<string, AnyGame>(Object.entries(GAMES))

/** Every game there is: those of the package, then the registered ones in the order they came. */
export function gameList(): readonly AnyGame[] {
  return [...games.values()]
}

/** The game of that id. Throws ConfigError that names the value and the choices. */
export function gameNamed(id: string): AnyGame {
  const game = games.get(id)
  if (game === undefined) {
    const known = [...games.keys()]
    throw new ConfigError(`no game is called ${JSON.stringify(id)}${didYouMean(id, known)}; choose one of ${known.join(', ')}`)
  }
  return game
}

/** What every game has, by facet. */
const FUNCTIONS = {
  rules: ['init', 'configOf', 'parseState', 'reseed', 'actions', 'legalActions', 'terminated', 'step', 'unreadable'],
  perception: ['of', 'format', 'parse', 'agreement', 'layout'],
  answer: ['format', 'parse', 'layout'],
  text: ['rules', 'feedback'],
}
/** What a facet has that may be left out as a whole. */
const OPTIONAL_FUNCTIONS = {
  embedded: ['prompt', 'feedback', 'lexicon'],
  expert: ['solver'],
  teacher: ['teach', 'judge', 'share'],
  play: [],
}

/**
 * Makes a game known to everything that looks games up by id: policies, training, the command line (`--plugin`). Throws ConfigError for an id
 * that is taken and for an object that is not a game. Only the shape is looked at; `checkGame` of vlm-gym/testing checks the conduct.
 */
export function registerGame(game: AnyGame): void {
  const problem = problemOf(game)
  if (problem !== null) throw new ConfigError(`This is not a game: ${problem}; see docs/add-a-game.md.`)
  if (games.has(game.id)) throw new ConfigError(`A game called ${JSON.stringify(game.id)} is registered already; choose another id.`)
  games.set(game.id, game)
}

function problemOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `it is ${value === null ? 'null' : `a ${typeof value}`}, not an object`
  const game = value as { readonly [field: string]: unknown }
  const { id, version, config, knobs } = game
  if (typeof id !== 'string' || !/^[a-z0-9-]{1,64}$/.test(id)) return 'its id must be 1 to 64 of a-z, 0-9 and -'
  const text = ['title', 'summary'].find((field) => typeof game[field] !== 'string')
  if (text !== undefined) return `its ${text} must be a text`
  if (!Number.isInteger(version) || !(Number(version) >= 0 && Number(version) < 1e9)) return 'its version must be a whole number, 0 or more'
  if (typeof (config as { safeParse?: unknown } | null | undefined)?.safeParse !== 'function') return 'its config must be a zod schema'
  if (typeof knobs !== 'object' || knobs === null) return 'its knobs must be an object'
  if (typeof game.draw !== 'function') return 'it has no function draw'
  const faults = [
    ...Object.entries(FUNCTIONS).map(([facet, names]) => faultOf(facet, game[facet], names)),
    ...Object.entries(OPTIONAL_FUNCTIONS).map(([facet, names]) => (game[facet] === undefined ? null : faultOf(facet, game[facet], names))),
  ]
  return faults.find((fault) => fault !== null) ?? null
}

function faultOf(facet: string, value: unknown, names: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null) return `its ${facet} must be an object; make games with defineGame`
  const missing = names.find((name) => typeof (value as { readonly [name: string]: unknown })[name] !== 'function')
  return missing === undefined ? null : `its ${facet} has no function ${missing}`
}
