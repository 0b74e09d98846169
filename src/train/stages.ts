/** The stages of a run: each from the weights of the one it names. G0 is base -> RL, G1 is base -> cold start -> RL. */
import type { RlConfig, SupervisedConfig, TrainConfig } from './config.ts'

/** One stage of a run. */
export type Stage =
  | { readonly name: string; readonly from: string | null; readonly kind: 'format' | 'teacher'; readonly settings: SupervisedConfig }
  | { readonly name: string; readonly from: string; readonly kind: 'grpo'; readonly settings: RlConfig }

/** The stages of a config, in the order they run. */
export function stagesOf(config: TrainConfig): Stage[] {
  const base: Stage = { name: 'base', from: null, kind: 'format', settings: config.base }
  const stages: Stage[] = [base]
  if (config.recipes.includes('g0')) stages.push({ name: 'g0', from: 'base', kind: 'grpo', settings: config.rl })
  const cold = config.recipes.some((recipe) => recipe !== 'g0')
  if (cold) stages.push({ name: 'cold-start', from: 'base', kind: 'teacher', settings: config.coldStart })
  if (config.recipes.includes('g1')) stages.push({ name: 'g1', from: 'cold-start', kind: 'grpo', settings: config.rl })
  if (config.recipes.includes('g1-paper')) stages.push({ name: 'g1-paper', from: 'cold-start', kind: 'grpo', settings: paperRl(config.rl) })
  return stages
}

/**
 * The paper's plain recipe on the same budget: ±1 game reward, format and exact perception points, division by the group's deviation, one
 * advantage for the whole reply, fresh states moved on by random play only, groups without signal dropped.
 */
export function paperRl(rl: RlConfig): RlConfig {
  const rewards = { game: 1, format: 1, perceptionExact: 1, perceptionCells: 0, think: 0, legal: 0 }
  const states = { pool: 0, scatter: 0, narrow: 0, refused: 0, stuck: false }
  return {
    ...rl,
    ...states,
    signal: 'paper',
    rewards,
    credit: 'reply',
    normalise: 'group',
    adaptive: 0,
    kl: 0.01,
    entropy: 0,
    clipHigh: 1.2,
  }
}
