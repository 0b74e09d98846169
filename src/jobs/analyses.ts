/** The analyses of a job, after its evaluation: single decisions on fixed states. What their files hold is not computed again. */
import type { Engine, WeightsRef } from '../engine.ts'
import { generalisation, interventions, probe, thingsOf } from '../eval/index.ts'
import { boundedHorizon, fixedStates } from '../gym/index.ts'
import { samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import {
  type GeneralisationRow,
  generalisationRows,
  type InterventionRow,
  interventionRows,
  isTaught,
  type ProbeRow,
  probeRows,
  type RunFolder,
  type StageInfo,
} from '../runs/index.ts'
import { finishedWeights, gamesOf, mixOf, type TrainConfig } from '../train/index.ts'
import type { JobControl } from './events.ts'

/** Interventions are made on every stage that builds on another: where a recipe ends, and where its RL began. */
const isIntervened = ({ from }: StageInfo): boolean => from !== null

/** A training run that this process holds. */
export interface TrainJobOptions extends JobControl {
  readonly engine: Engine
  readonly folder: RunFolder
  readonly config: TrainConfig
}

type Decoding = 'sampled' | 'greedy'

interface Model {
  readonly policy: Policy
  readonly decoding: Decoding
}

async function modelsOf(
  { config, engine, folder }: TrainJobOptions,
  isWanted: (stage: StageInfo) => boolean,
  decodings: readonly Decoding[],
): Promise<Model[]> {
  const weights = await finishedWeights(folder)
  return folder.stages.filter(isWanted).flatMap(({ name }) =>
    decodings.map((decoding) => {
      const temperature = decoding === 'greedy' ? 0 : 1
      const policy = samplerPolicy(engine, { maxTokens: config.maxTokens, temperature, weights: weights[name] as WeightsRef, name })
      return { policy, decoding }
    }),
  )
}

/** All analyses of every game. */
export async function analyseAll(options: TrainJobOptions): Promise<'finished' | 'stopped'> {
  try {
    await probeAll(options)
    await intervene(options)
    await generalise(options)
    return 'finished'
  } catch (error) {
    if (options.signal?.aborted) return 'stopped'
    throw error
  }
}

/** Asked of every stage: the base is what RL is held against. */
async function probeAll(options: TrainJobOptions): Promise<void> {
  const { folder, config, onEvent, signal } = options
  const { states: count } = config.evaluation.probes
  if (count === 0) return
  let rows: ProbeRow[] = (await folder.readDerived('probes.json', probeRows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, 'probes')
  for (const { spec } of gamesOf(config)) {
    const there = ({ policy, decoding }: Model): boolean =>
      rows.some((row) => row.game === spec.game.id && row.policy === policy.name && row.decoding === decoding)
    const left = (await modelsOf(options, () => true, ['sampled', 'greedy'])).filter((model) => !there(model))
    if (left.length === 0) continue
    const states = fixedStates(spec, boundedHorizon(spec), count, seed)
    const at = { type: 'progress', stage: `probes on ${spec.game.id}`, total: left.length } as const
    for (const [step, { policy, decoding }] of left.entries()) {
      signal?.throwIfAborted()
      onEvent?.({ ...at, step, figures: { model: `${policy.name}, ${decoding}` } })
      rows = [...rows, ...(await probe({ policy, decoding, spec, states, seed, ...(signal && { signal }) }))]
      await folder.write('probes.json', rows)
    }
    onEvent?.({ ...at, step: left.length })
  }
}

async function intervene(options: TrainJobOptions): Promise<void> {
  const { folder, config, onEvent, signal } = options
  const { states: count } = config.evaluation.interventions
  if (count === 0) return
  let rows: InterventionRow[] = (await folder.readDerived('interventions.json', interventionRows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, 'interventions')
  for (const { spec } of gamesOf(config)) {
    const there = ({ policy, decoding }: Model): boolean =>
      rows.some((row) => row.game === spec.game.id && row.policy === policy.name && row.decoding === decoding)
    const left = (await modelsOf(options, isIntervened, ['sampled', 'greedy'])).filter((model) => !there(model))
    if (left.length === 0) continue
    const states = fixedStates(spec, boundedHorizon(spec), count, seed)
    const at = { type: 'progress', stage: `interventions on ${spec.game.id}`, total: left.length } as const
    for (const [step, { policy, decoding }] of left.entries()) {
      signal?.throwIfAborted()
      onEvent?.({ ...at, step, figures: { model: `${policy.name}, ${decoding}` } })
      rows = [...rows, ...(await interventions({ policy, decoding, spec, states, seed, ...(signal && { signal }) }))]
      await folder.write('interventions.json', rows)
    }
    onEvent?.({ ...at, step: left.length })
  }
}

/** How far what was learned reaches: asked of the stages that learned from a teacher, as the others read no boards. */
async function generalise(options: TrainJobOptions): Promise<void> {
  const { folder, config, onEvent, signal } = options
  const { states } = config.evaluation.generalisation
  if (states === 0) return
  let rows: GeneralisationRow[] = (await folder.readDerived('generalisation.json', generalisationRows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, 'generalisation')
  const trained = mixOf(config).map(({ spec }) => spec)
  for (const { spec } of gamesOf(config)) {
    const there = ({ policy }: Model): boolean => rows.some((row) => row.game === spec.game.id && row.policy === policy.name)
    const left = (await modelsOf(options, (stage) => isTaught(folder.stages, stage.name), ['greedy'])).filter((model) => !there(model))
    if (left.length === 0) continue
    const things = thingsOf({ spec, trained, horizon: boundedHorizon(spec), states, seed })
    const at = { type: 'progress', stage: `generalisation on ${spec.game.id}`, total: left.length } as const
    for (const [step, { policy }] of left.entries()) {
      signal?.throwIfAborted()
      onEvent?.({ ...at, step, figures: { model: policy.name } })
      rows = [...rows, ...(await generalisation({ policy, things, seed, ...(signal && { signal }) }))]
      await folder.write('generalisation.json', rows)
    }
    onEvent?.({ ...at, step: left.length })
  }
}
