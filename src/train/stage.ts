/**
 * The contract of a training stage. A stage is a value that names itself (see `StageInfo`) and can be opened at its start or where a stopped
 * run left it; the trainer knows no more of it. A new way to train (DPO, distillation, several turns) is a new file with a function that
 * makes such a value, as `supervised-stage.ts` and `rl-stage.ts` do, and a line in a recipe.
 */
import type { Engine, LossName, Optimizer, Sampler } from '../engine.ts'
import type { PlayGroups } from '../gym/index.ts'
import type { MetricLine, RunFolder, StageInfo } from '../runs/index.ts'
import type { TrainConfig } from './config.ts'
import type { KeptGroup } from './kept-groups.ts'
import type { GameMix } from './states.ts'

/** The learning rate over a stage: linear warm-up, then linearly down to the final share of the peak. */
export interface RateSettings {
  readonly learningRate: number
  readonly finalRate: number
  /** Steps. */
  readonly warmup: number
  /** Of the stage. */
  readonly steps: number
}

/** What a stage works with. */
export interface StageSetup {
  readonly engine: Engine
  /** The weights that the stage began with. Of a stage from fresh weights: only if it needs them, else the live ones. */
  readonly reference: Sampler
  readonly mix: GameMix
  readonly config: TrainConfig
  readonly folder: RunFolder
  /** Who plays and scores the replies of groups. Default: this process. */
  readonly play?: PlayGroups | undefined
  /** Of the stage. */
  readonly seed: number
}

/** A stage between two steps. */
export interface StageRun {
  /** Plain JSON, all that a stopped run needs besides the weights and the step; null: nothing. */
  readonly state: unknown
  /** One optimiser step; `step` counts from 0. */
  step(step: number, learningRate: number): Promise<StageStep>
}

/** What a step of a stage came to. */
export interface StageStep {
  readonly next: StageRun
  readonly metrics: MetricLine['values']
  /** Whether the stage has reached what it was for, before all its steps. Default: false. */
  readonly done?: boolean
  /** Groups of the step that the run keeps. Default: none. */
  readonly kept?: readonly KeptGroup[]
}

export interface Stage extends StageInfo {
  readonly rate: RateSettings
  /** What the engine must be able to do. `reference`: whether steps measure from the weights that the stage began with. */
  readonly needs: { readonly loss: LossName; readonly optimizer: Optimizer; readonly reference?: boolean }
  /** Why a saved state is not one of this stage on these games; null if it is. */
  problemOf(saved: unknown, mix: GameMix): string | null
  /** `saved`: the state of a stopped run, found to be one of this stage; undefined at the start. */
  open(setup: StageSetup, saved: unknown): Promise<StageRun>
}

/** How a stage names itself, before its settings are known. */
export type StageFacts = Pick<StageInfo, 'name' | 'label' | 'about' | 'note' | 'from' | 'imitates' | 'games' | 'control'>

/** What a stage draws from: the entries of its own games. */
export const mixOfStage = ({ games }: Pick<Stage, 'games'>, mix: GameMix): GameMix =>
  games === undefined ? mix : mix.filter(({ spec }) => games.includes(spec.game.id))
