/** The training signal of a reply: a weighted sum of its scores. */
import type { ReplyScore } from './score.ts'

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
