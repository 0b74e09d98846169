/**
 * The door `vlm-gym/games`: finding games, and what one is made of. It loads no game: `await loadGame('swap')` gives one, `await loadGames()` all,
 * and the door `vlm-gym/games/swap` has that game with its types.
 */
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
export { checkVectorFile, type VectorDifference, type VectorFormat, type VectorReport } from './vectors.ts'
