/** The analyses of a job, after its evaluation: single decisions on fixed states. What their files hold is not computed again. */
import type { Engine, WeightsRef } from '../engine.ts'
import { fixedStates, generalisation, interventions, thingsOf } from '../eval/index.ts'
import { samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { type GeneralisationRow, generalisationRows, type InterventionRow, interventionRows, type RunFolder } from '../runs/index.ts'
import { finishedWeights, gamesOf, mixOf, stagesOf, type TrainConfig } from '../train/index.ts'
import type { Progress } from './progress.ts'

/** Stages whose models are looked at: where each recipe ends, and where G1's RL began. */
const INTERVENED = ['g0', 'cold-start', 'g1']
const GENERALISED = ['cold-start', 'g1']

export interface AnalysisOptions {
  readonly engine: Engine
  readonly folder: RunFolder
  readonly config: TrainConfig
  readonly progress: Progress
  readonly signal: AbortSignal
}

type Decoding = 'sampled' | 'greedy'

interface Model {
  readonly policy: Policy
  readonly decoding: Decoding
}

async function modelsOf(
  { folder, config, engine }: AnalysisOptions,
  names: readonly string[],
  decodings: readonly Decoding[],
): Promise<Model[]> {
  const weights = await finishedWeights(folder)
  const stages = stagesOf(config).filter(({ name }) => names.includes(name))
  return stages.flatMap(({ name }) =>
    decodings.map((decoding) => {
      const temperature = decoding === 'greedy' ? 0 : 1
      const policy = samplerPolicy(engine, { maxTokens: config.maxTokens, temperature, weights: weights[name] as WeightsRef, name })
      return { policy, decoding }
    }),
  )
}

/** Both analyses of every game. */
export async function analyseAll(options: AnalysisOptions): Promise<'finished' | 'stopped'> {
  try {
    await intervene(options)
    await generalise(options)
    return 'finished'
  } catch (error) {
    if (options.signal.aborted) return 'stopped'
    throw error
  }
}

async function intervene(options: AnalysisOptions): Promise<void> {
  const { folder, config, progress, signal } = options
  const { states: count } = config.evaluation.interventions
  if (count === 0) return
  let rows: InterventionRow[] = (await folder.readDerived('interventions.json', interventionRows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, 'interventions')
  for (const { spec, horizon } of gamesOf(config)) {
    const there = ({ policy, decoding }: Model): boolean =>
      rows.some((row) => row.game === spec.game.id && row.policy === policy.name && row.decoding === decoding)
    const left = (await modelsOf(options, INTERVENED, ['sampled', 'greedy'])).filter((model) => !there(model))
    if (left.length === 0) continue
    const states = fixedStates(spec, horizon, count, seed)
    const at = { stage: `interventions on ${spec.game.id}`, total: left.length }
    for (const [step, { policy, decoding }] of left.entries()) {
      signal.throwIfAborted()
      progress.update({ ...at, step, figures: { model: `${policy.name}, ${decoding}` } })
      rows = [...rows, ...(await interventions({ policy, decoding, spec, states, seed, signal }))]
      await folder.write('interventions.json', rows)
    }
    progress.update({ ...at, step: left.length })
  }
}

async function generalise(options: AnalysisOptions): Promise<void> {
  const { folder, config, progress, signal } = options
  const { states } = config.evaluation.generalisation
  if (states === 0) return
  let rows: GeneralisationRow[] = (await folder.readDerived('generalisation.json', generalisationRows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, 'generalisation')
  const trained = mixOf(config).map(({ spec }) => spec)
  for (const { spec, horizon } of gamesOf(config)) {
    const there = ({ policy }: Model): boolean => rows.some((row) => row.game === spec.game.id && row.policy === policy.name)
    const left = (await modelsOf(options, GENERALISED, ['greedy'])).filter((model) => !there(model))
    if (left.length === 0) continue
    const things = thingsOf({ spec, trained, horizon, states, seed })
    const at = { stage: `generalisation on ${spec.game.id}`, total: left.length }
    for (const [step, { policy }] of left.entries()) {
      signal.throwIfAborted()
      progress.update({ ...at, step, figures: { model: policy.name } })
      rows = [...rows, ...(await generalisation({ policy, things, seed, signal }))]
      await folder.write('generalisation.json', rows)
    }
    progress.update({ ...at, step: left.length })
  }
}
