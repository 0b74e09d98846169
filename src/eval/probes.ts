/**
 * Probes: single decisions on fixed states, with every value kept. From the picture alone, and told the true board: what a model sees, what it
 * makes of what it saw, and what it would make of the truth. The states are the same for all stages of a run and for all seeds of a recipe, so
 * differences are paired.
 */
import { type DecideOptions, decideAll, type EnvSpec, type FixedState } from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import { PROBE_MODES, type ProbeMetric, type ProbeRow, type ResultRow } from '../runs/index.ts'

export interface ProbeOptions extends DecideOptions {
  readonly policy: Policy
  /** How the policy picks its replies; a label, the policy itself does it. */
  readonly decoding: ResultRow['decoding']
  readonly spec: EnvSpec
  /** See `fixedStates`; the same for every policy. */
  readonly states: readonly FixedState[]
}

/** A row for each mode, a value for each state. Throws EngineError for a missing reply: differences need all of them. */
export async function probe(options: ProbeOptions): Promise<ProbeRow[]> {
  const { policy, decoding, spec, states, seed } = options
  const rows: ProbeRow[] = []
  for (const mode of PROBE_MODES) {
    const questions = states.map((fixed) => ({ spec: { ...spec, mode }, fixed }))
    const decisions = await decideAll(policy, questions, options)
    const valuesOf = (metric: ProbeMetric): (number | null)[] => decisions.map((decision) => decision[metric])
    const values = {
      ...{ cells: valuesOf('cells'), exact: valuesOf('exact'), think: valuesOf('think') },
      ...{ own: valuesOf('own'), legal: valuesOf('legal'), good: valuesOf('good') },
    }
    rows.push({ game: spec.game.id, policy: policy.name, decoding, mode, seed, values })
  }
  return rows
}
