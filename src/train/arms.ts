/**
 * The arms of the experiment that asks whether seeing lifts reasoning and reasoning lifts seeing: RL from one base with some of the rewards,
 * all else equal. F, format alone, is the control: RL by itself makes sampled replies surer, and better by that alone. Every token answers
 * for all that comes of it (`downstream` 1), so that the reward of play can reach perception and thoughts. No arm rewards thoughts.
 */
import type { RlConfig } from './config.ts'

type RewardName = keyof RlConfig['rewards']

/** One arm. */
interface Arm {
  readonly label: string
  /** The rewards that it keeps. */
  readonly rewards: readonly RewardName[]
}

const PERCEPTION = ['perceptionCells', 'perceptionExact'] as const
const PLAY = ['game', 'legal'] as const

/** The arms by the name of their stage; the first is the control. */
export const ARMS = {
  'arm-f': { label: 'F: format', rewards: ['format'] },
  'arm-p': { label: 'P: perception', rewards: ['format', ...PERCEPTION] },
  'arm-a': { label: 'A: play', rewards: ['format', ...PLAY] },
  'arm-pa': { label: 'PA: both', rewards: ['format', ...PERCEPTION, ...PLAY] },
} as const satisfies { readonly [name: string]: Arm }

export type ArmName = keyof typeof ARMS

/** The settings of RL with the rewards of an arm alone. */
export function armRl(rl: RlConfig, name: ArmName): RlConfig {
  const kept: readonly string[] = ARMS[name].rewards
  const rewards = Object.fromEntries(Object.entries(rl.rewards).map(([reward, weight]) => [reward, kept.includes(reward) ? weight : 0]))
  return { ...rl, rewards: rewards as RlConfig['rewards'], downstream: 1 }
}
