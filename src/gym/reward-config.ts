/** A reward as a schema, for configs. */
import * as z from 'zod'
import { paperReward, paperWeights, type RewardWeights } from './rewards.ts'
import { EXPERTS, GAME_SIGNALS } from './signal.ts'

/** The fields of a reward as schemas, without defaults, for configs that embed them under names of their own. */
export const rewardFields = {
  weights: {
    game: z.number().describe('of the game signal'),
    format: z.number().describe('of the format point'),
    perceptionExact: z.number().describe('of the point for a wholly true perception'),
    perceptionCells: z.number().describe('of the share of cells read rightly'),
    think: z.number().describe('of the share of true thoughts'),
    legal: z.number().describe('of the point for a legal move'),
  },
  signal: z.enum(GAME_SIGNALS).describe('"paper": the game’s ±1. "regret": max(-1, 1 - regret / scale), -1 for no legal move'),
  expert: z.enum(EXPERTS).describe('whose scores the regret is measured in: expected points over two moves, or the solver'),
  scale: z.number().positive().describe('points of regret that cost 1'),
} as const

const weight = (name: keyof RewardWeights) => rewardFields.weights[name].default(paperWeights[name])

/** A `RewardSpec` as plain data. Absent fields are those of the paper. */
export const rewardConfig = z.strictObject({
  weights: z
    .strictObject({
      game: weight('game'),
      format: weight('format'),
      perceptionExact: weight('perceptionExact'),
      perceptionCells: weight('perceptionCells'),
      think: weight('think'),
      legal: weight('legal'),
    })
    .prefault({}),
  signal: rewardFields.signal.default(paperReward.signal),
  expert: rewardFields.expert.default(paperReward.expert),
  scale: rewardFields.scale.default(paperReward.scale),
})
