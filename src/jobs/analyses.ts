/** The analyses of a job, after its evaluation: single decisions on fixed states. What their files hold is not computed again. */
import type * as z from 'zod'
import type { Engine, WeightsRef } from '../engine.ts'
import { generalisation, interventions, probe, thingsOf } from '../eval/index.ts'
import { boundedHorizon, type EnvSpec, fixedStates } from '../gym/index.ts'
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
import { finishedWeights, gamesOf, mixOf, type OtherEngines, type TrainConfig } from '../train/index.ts'
import type { JobControl } from './events.ts'

/** Interventions are made on every stage that builds on another: where a recipe ends, and where its RL began. */
const isIntervened = ({ from }: StageInfo): boolean => from !== null

/** A training run that this process holds. */
export interface TrainJobOptions extends JobControl {
  readonly engine: Engine
  /** For parts side by side: engines of the same config over the same saves. */
  readonly others?: OtherEngines | undefined
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
  const { evaluation } = options.config
  const decide = signalOf(options)
  const trained = mixOf(options.config).map(({ spec }) => spec)
  try {
    await analyse<ProbeRow>(options, {
      // The base is what RL is held against.
      ...{ name: 'probes', rows: probeRows, count: evaluation.probes.states, isWanted: () => true, decodings: ['sampled', 'greedy'] },
      prepare: (spec, count, seed) => {
        const states = fixedStates(spec, boundedHorizon(spec), count, seed)
        return (model) => probe({ ...model, spec, states, seed, ...decide })
      },
    })
    await analyse<InterventionRow>(options, {
      ...{ name: 'interventions', rows: interventionRows, count: evaluation.interventions.states },
      ...{ isWanted: isIntervened, decodings: ['sampled', 'greedy'] },
      prepare: (spec, count, seed) => {
        const states = fixedStates(spec, boundedHorizon(spec), count, seed)
        return (model) => interventions({ ...model, spec, states, seed, ...decide })
      },
    })
    await analyse<GeneralisationRow>(options, {
      ...{ name: 'generalisation', rows: generalisationRows, count: evaluation.generalisation.states },
      // How far what was learned reaches: asked of the stages that learned from a teacher.
      ...{ isWanted: ({ name }) => isTaught(options.folder.stages, name), decodings: ['greedy'] },
      prepare: (spec, states, seed) => {
        const things = thingsOf({ spec, trained, horizon: boundedHorizon(spec), states, seed })
        return ({ policy }) => generalisation({ policy, things, seed, ...decide })
      },
    })
    return 'finished'
  } catch (error) {
    if (options.signal?.aborted) return 'stopped'
    throw error
  }
}

const signalOf = ({ signal }: TrainJobOptions): { readonly signal?: AbortSignal } => (signal ? { signal } : {})

/** A row of an analysis, of which a model on a game has one or more. */
interface AnalysisRow {
  readonly game: string
  readonly policy: string
  /** Absent: the analysis has one decoding. */
  readonly decoding?: string
}

/** One analysis: its rows, the stages and decodings it is made of, and how. */
interface Analysis<Row extends AnalysisRow> {
  /** Of its file, its seed and its progress. */
  readonly name: string
  readonly rows: z.ZodType<Row[]>
  /** States; 0: the analysis is left out. */
  readonly count: number
  readonly isWanted: (stage: StageInfo) => boolean
  readonly decodings: readonly Decoding[]
  /** What all models of a game share, drawn once. */
  readonly prepare: (spec: EnvSpec, count: number, seed: number) => (model: Model) => Promise<Row[]>
}

/** Makes what the file of an analysis does not hold yet, and writes after every model. */
async function analyse<Row extends AnalysisRow>(options: TrainJobOptions, analysis: Analysis<Row>): Promise<void> {
  const { folder, config, onEvent, signal } = options
  const { name, count, isWanted, decodings, prepare } = analysis
  if (count === 0) return
  const file = `${name}.json`
  let rows: Row[] = (await folder.readDerived(file, analysis.rows)) ?? []
  const seed = deriveSeed(config.evaluation.seed, name)
  for (const { spec } of gamesOf(config)) {
    const there = ({ policy, decoding }: Model): boolean =>
      rows.some((row) => row.game === spec.game.id && row.policy === policy.name && (row.decoding ?? decoding) === decoding)
    const left = (await modelsOf(options, isWanted, decodings)).filter((model) => !there(model))
    if (left.length === 0) continue
    const ask = prepare(spec, count, seed)
    const at = { type: 'progress', stage: `${name} on ${spec.game.id}`, total: left.length } as const
    for (const [step, model] of left.entries()) {
      signal?.throwIfAborted()
      const called = decodings.length === 1 ? model.policy.name : `${model.policy.name}, ${model.decoding}`
      onEvent?.({ ...at, step, figures: { model: called } })
      rows = [...rows, ...(await ask(model))]
      await folder.write(file, rows)
    }
    onEvent?.({ ...at, step: left.length })
  }
}
