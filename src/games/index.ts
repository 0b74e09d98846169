/**
 * Every game of the package, loaded: for programs and tests that want all of them at once. Shared code imports registry.ts, which loads a game
 * when it is named.
 */
import type { AnyGame } from '../game.ts'
import { game2048 } from './2048/index.ts'
import { gamePictureShisenSho } from './picture-shisen-sho/index.ts'
import { markLoaded } from './registry.ts'
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
export { type GameEntry, gameEntries, gameList, gameNamed, loadGame, loadGames, registerGame } from './registry.ts'
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

/** Every game of the package by its id. With this module imported, `gameNamed` finds them all. */
export const GAMES: { readonly [id: string]: AnyGame } = Object.freeze({
  [game2048.id]: game2048,
  [gameShisenSho.id]: gameShisenSho,
  [gamePictureShisenSho.id]: gamePictureShisenSho,
  [gameSwap.id]: gameSwap,
})

for (const game of Object.values(GAMES)) markLoaded(game)
