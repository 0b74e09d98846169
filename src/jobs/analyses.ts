/** The analyses of a training run: single decisions of its models on fixed states. */
import type * as z from 'zod'
import { generalisation, interventions, probe, thingsOf } from '../eval/index.ts'
import { boundedHorizon, type EnvSpec, fixedStates } from '../gym/index.ts'
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
  type StageInfo,
} from '../runs/index.ts'
import { finishedWeights, gamesOf, mixOf } from '../train/index.ts'
import { openRows, type Piece, type TrainJobOptions } from './judging.ts'
import { type Decoding, modelsOf } from './models.ts'

/** Interventions are made on every stage that builds on another: where a recipe ends, and where its RL began. */
const isIntervened = ({ from }: StageInfo): boolean => from !== null

/** What the analyses of every game lack. */
export async function analysisPieces(options: TrainJobOptions): Promise<Piece[]> {
  const { evaluation, observation } = options.config
  // They compare what is seen with what is told, which takes pictures.
  const seen = (count: number): number => (observation === 'image' ? count : 0)
  const trained = mixOf(options.config).map(({ spec }) => spec)
  return [
    ...(await piecesOf<ProbeRow>(options, {
      // The base is what RL is held against.
      ...{ name: 'probes', rows: probeRows, count: seen(evaluation.probes.states), isWanted: () => true, decodings: ['sampled', 'greedy'] },
      prepare: (spec, count, seed) => {
        const states = fixedStates(spec, boundedHorizon(spec), count, seed)
        return (asked) => probe({ ...asked, spec, states, seed })
      },
    })),
    ...(await piecesOf<InterventionRow>(options, {
      ...{ name: 'interventions', rows: interventionRows, count: seen(evaluation.interventions.states) },
      ...{ isWanted: isIntervened, decodings: ['sampled', 'greedy'] },
      prepare: (spec, count, seed) => {
        const states = fixedStates(spec, boundedHorizon(spec), count, seed)
        return (asked) => interventions({ ...asked, spec, states, seed })
      },
    })),
    ...(await piecesOf<GeneralisationRow>(options, {
      ...{ name: 'generalisation', rows: generalisationRows, count: evaluation.generalisation.states },
      // How far what was learned reaches: asked of the stages that learned from a teacher.
      ...{ isWanted: ({ name }) => isTaught(options.folder.stages, name), decodings: ['greedy'] },
      prepare: (spec, states, seed) => {
        const things = thingsOf({ spec, trained, horizon: boundedHorizon(spec), states, seed })
        return ({ policy, signal }) => generalisation({ policy, signal, things, seed })
      },
    })),
  ]
}

/** A model at hand, and what ends the asking. */
interface Asked {
  readonly policy: Policy
  readonly decoding: Decoding
  readonly signal: AbortSignal
}

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
  readonly prepare: (spec: EnvSpec, count: number, seed: number) => (asked: Asked) => Promise<Row[]>
}

/** The pieces that make what the file of an analysis does not hold yet. */
async function piecesOf<Row extends AnalysisRow>(options: TrainJobOptions, analysis: Analysis<Row>): Promise<Piece[]> {
  const { folder, config, onEvent } = options
  const { name, count, isWanted, decodings, prepare } = analysis
  if (count === 0) return []
  const seed = deriveSeed(config.evaluation.seed, name)
  const models = modelsOf(config, await finishedWeights(folder), folder.stages.filter(isWanted), decodings)
  const asked = gamesOf(config).flatMap(({ spec }) => {
    let prepared: ReturnType<typeof prepare> | undefined
    const onStates = (): ReturnType<typeof prepare> => (prepared ??= prepare(spec, count, seed))
    return models.map((model) => ({ ...model, game: spec.game.id, onStates }))
  })
  const isOf =
    (one: (typeof asked)[number]) =>
    ({ game, policy, decoding = one.decoding }: AnalysisRow): boolean =>
      game === one.game && policy === one.name && decoding === one.decoding
  const file = await openRows(folder, `${name}.json`, analysis.rows, (row) => asked.findIndex((one) => isOf(one)(row)))
  const left = asked.filter((one) => !file.rows.some(isOf(one)))
  return left.map((one): Piece => {
    const { name: model, decoding, game, policyOn, onStates } = one
    const stage = `${name} of ${model}${decodings.length === 1 ? '' : `, ${decoding},`} on ${game}`
    return {
      name: stage,
      make: async ({ engine, index, signal }) => {
        const at = { type: 'progress', stage, total: 1, engine: index } as const
        onEvent?.({ ...at, step: 0 })
        await file.put(await onStates()({ policy: policyOn(engine), decoding, signal }), isOf(one))
        onEvent?.({ ...at, step: 1 })
      },
    }
  })
}
