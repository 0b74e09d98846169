/**
 * The training reward of a reply: a weighted sum of its scores, in which the move counts as the game pays it or as an expert judges it. A
 * `RewardSpec` says how, as plain data; `rewardOf` is the one function that puts it together.
 */
import type { AnyGame } from '../game.ts'
import type { ReplyScore } from './score.ts'
import { type Expert, type ExpertScores, expertScores, type GameSignal, gameSignal } from './signal.ts'

/** Weight of each part; a part with weight 0 counts for nothing. Any finite number. */
export interface RewardWeights {
  /** Of the game signal: the paper's ±1 unless another is given. */
  readonly game: number
  /** Of the format point, 0 or 1. */
  readonly format: number
  /** Of the point for a wholly true perception, 0 or 1. */
  readonly perceptionExact: number
  /** Of the share of cells read rightly, 0..1. */
  readonly perceptionCells: number
  /** Of the share of true thoughts, 0..1. */
  readonly think: number
  /** Of the point for a legal move, 0 or 1. */
  readonly legal: number
}

/** The paper's sum: ±1 for the move, a point for the format, a point for the true board (its weight is 0 for Shisen-Sho there). */
export const paperWeights: RewardWeights = { game: 1, format: 1, perceptionExact: 1, perceptionCells: 0, think: 0, legal: 0 }

/** How a reply is rewarded; plain JSON. */
export interface RewardSpec {
  readonly weights: RewardWeights
  /** What the move itself earns; see `gameSignal`. */
  readonly signal: GameSignal
  /** Whose scores a regret is measured in. */
  readonly expert: Expert
  /** Points of regret that cost 1; above 0. */
  readonly scale: number
}

/** The paper's reward: ±1 for the move, no expert asked. */
export const paperReward: RewardSpec = { weights: paperWeights, signal: 'paper', expert: 'lookahead', scale: 8 }

/** A reward and what its parts add to it: perception + think + answer = total, up to rounding. */
export interface Reward {
  readonly total: number
  /** Of the perception section: both perception weights. */
  readonly perception: number
  /** Of the thoughts. */
  readonly think: number
  /** All that is left: the move, its legality and the format. */
  readonly answer: number
}

/** The expert's scores that `rewardOf` needs for replies from one state. */
export function rewardScores({ expert }: RewardSpec, game: AnyGame, state: unknown): ExpertScores {
  return expertScores(game, state, expert)
}

/** The reward of a scored reply. `scores`: of its state, see `rewardScores`; the signal 'paper' takes no notice of them. */
export function rewardOf({ weights, signal, scale }: RewardSpec, score: ReplyScore, scores: ExpertScores): Reward {
  const total = totalReward(score, weights, gameSignal(score, scores, signal, scale))
  const perception = weights.perceptionExact * score.perceptionExact + weights.perceptionCells * score.perceptionCells
  const think = weights.think * score.think
  return { total, perception, think, answer: total - perception - think }
}

/**
 * game · gameSignal + format · score.format + perceptionExact · score.perceptionExact + perceptionCells · score.perceptionCells
 * + think · score.think + legal · [score.outcome is 'played'].
 */
export function totalReward(score: ReplyScore, weights: RewardWeights, gameSignal: number = score.trainingReward): number {
  return (
    weights.game * gameSignal +
    weights.format * score.format +
    weights.perceptionExact * score.perceptionExact +
    weights.perceptionCells * score.perceptionCells +
    weights.think * score.think +
    weights.legal * (score.outcome === 'played' ? 1 : 0)
  )
}
