/**
 * What does a model act on: its picture, what it says that it sees, or neither? The same states under every observation mode, one decision
 * each: the share of good and of legal moves, and how it differs from the picture alone on the same states.
 */
import { GameError } from '../errors.ts'
import {
  type DecideOptions,
  type DecisionScore,
  decideAll,
  type EnvSpec,
  type FixedState,
  OBSERVATION_MODES,
  type ObservationMode,
  observationOf,
} from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import type { InterventionRow, ResultRow } from '../runs/index.ts'
import { bootstrapMean, pairedDifference } from './statistics.ts'

export interface InterventionOptions extends DecideOptions {
  readonly policy: Policy
  /** How the policy picks its replies; a label, the policy itself does it. */
  readonly decoding: ResultRow['decoding']
  readonly spec: EnvSpec
  /** See `fixedStates`; the same for every policy. */
  readonly states: readonly FixedState[]
}

/**
 * Rows of one policy: for every mode the shares with their 95 % bootstrap intervals, and their paired differences from mode 'image'. No
 * 'good' where the game has no expert; no 'wrong-caption' where the game has one board only. Throws EngineError for a missing
 * reply: a partial table would mislead.
 */
export async function interventions(options: InterventionOptions): Promise<InterventionRow[]> {
  const { policy, decoding, spec, states, seed } = options
  const modes = OBSERVATION_MODES.filter((mode) => exists({ ...spec, mode }, states))
  const decided = new Map<ObservationMode, DecisionScore[]>()
  for (const mode of modes) {
    const questions = states.map((fixed) => ({ spec: { ...spec, mode }, fixed }))
    decided.set(mode, await decideAll(policy, questions, options))
  }
  const metrics = states.some(({ scores }) => scores !== null) ? (['good', 'legal'] as const) : (['legal'] as const)
  return metrics.flatMap((metric) => {
    const valuesOf = (mode: ObservationMode): number[] => (decided.get(mode) as DecisionScore[]).map((decision) => decision[metric])
    return modes.map((mode) => ({
      ...{ game: spec.game.id, policy: policy.name, decoding, mode, metric },
      ...bootstrapMean(valuesOf(mode), { seed }),
      difference: mode === 'image' ? null : pairedDifference(valuesOf(mode), valuesOf('image'), { seed }),
      ...{ states: states.length, seed },
    }))
  })
}

function exists(spec: EnvSpec, states: readonly FixedState[]): boolean {
  try {
    for (const { snapshot } of states) observationOf(spec, snapshot)
    return true
  } catch (error) {
    if (error instanceof GameError) return false
    throw error
  }
}
