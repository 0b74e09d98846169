/**
 * The trainer: stages in order, each from the weights of the one it names. G0 is base -> RL, G1 is base -> cold start -> RL; both are
 * lists of stages for the same code. Everything drawn is derived from (seed, stage, step), so the state of a run is: the stage, the step,
 * the weights with their optimiser, and the games of the pool. It is saved together; a killed run goes on from the last save and gives
 * the numbers of an unbroken one.
 */
import { rm } from 'node:fs/promises'
import * as z from 'zod'
import type { Engine } from '../engine.ts'
import { StorageError } from '../errors.ts'
import { gameNamed } from '../games/index.ts'
import { type EnvSpec, envSpec, laidOver, specFrom } from '../gym/index.ts'
import { deriveSeed } from '../rng.ts'
import { METRICS_FILE, type MetricLine, type RunFolder } from '../runs/index.ts'
import type { SupervisedConfig, TrainConfig } from './config.ts'
import { type GrpoContext, grpoStep, START_WEIGHTS } from './grpo.ts'
import { type Stage, stagesOf } from './recipes.ts'
import { adaptedMix, followSignals, type GameMix, type MixEntry, type PoolGame, startPool } from './states.ts'
import { type ColdStart, coldStartExamples } from './stored.ts'
import { type SupervisedBatch, supervisedBatch, supervisedStep } from './supervised.ts'

/** Name of a finished stage's weights, in the engine and as a file in checkpoints/. */
export const weightsName = (stage: string): string => `stage:${stage}`
/** File of a finished stage's checkpoint, relative to the run folder. */
export const checkpointFile = (stage: string): string => `checkpoints/${stage}.safetensors`

/** What the trainer tells while it runs. */
export interface TrainEvent {
  readonly stage: string
  readonly kind: Stage['kind']
  /** Steps done of the stage. */
  readonly step: number
  readonly steps: number
  readonly stageIndex: number
  readonly stages: number
  readonly line: MetricLine
}

const progress = z.object({
  stage: z.number().int().nonnegative(),
  step: z.number().int().nonnegative(),
  lines: z.number().int().nonnegative(),
  checkpoint: z
    .string()
    .regex(/^checkpoints\/resume-\d+-\d+\.safetensors$/)
    .nullable(),
  pool: z.array(
    z.object({
      spec: z.number().int().nonnegative(),
      snapshot: z.object({ state: z.unknown(), last: z.unknown(), steps: z.number(), return: z.number() }),
      games: z.number().int(),
    }),
  ),
  /** Running share of groups with signal, by entry of the mix; see followSignals. */
  signals: z.array(z.number().min(0).max(1)).default([]),
})
type Progress = z.output<typeof progress>

const START: Progress = { stage: 0, step: 0, lines: 0, checkpoint: null, pool: [], signals: [] }

export interface TrainOptions {
  readonly folder: RunFolder
  readonly config: TrainConfig
  readonly engine: Engine
  readonly onEvent?: (event: TrainEvent) => void
  /** When it aborts, the trainer finishes the step, saves, and returns 'stopped'. */
  readonly signal?: AbortSignal
  /** Milliseconds, for the `seconds` of the metrics. */
  readonly clock?: () => number
}

/** Runs all stages, or what is left of them. */
export async function train(options: TrainOptions): Promise<'finished' | 'stopped'> {
  const { folder, config, engine } = options
  const stages = stagesOf(config)
  let at: Progress = (await folder.read('progress.json', progress)) ?? START
  checkProgress(folder, at, stages, config)
  await folder.cutLines(METRICS_FILE, ({ value: { stage, step } }) => {
    const place = stages.findIndex(({ name }) => name === stage)
    return place > at.stage || (place === at.stage && step >= at.step)
  })
  if (at.checkpoint) await engine.loadState(folder.file(at.checkpoint))
  const mix = mixOf(config)
  for (; at.stage < stages.length; at = { ...at, stage: at.stage + 1, step: 0, pool: [], signals: [] }) {
    const result = await runStage(options, mix, stages, at)
    at = result.at
    if (result.stopped) return 'stopped'
  }
  return 'finished'
}

/** What progress.json says must be possible in this run, pool states included. Throws StorageError. */
function checkProgress(folder: RunFolder, at: Progress, stages: readonly Stage[], config: TrainConfig): void {
  const damaged = (reason: string): never => {
    throw new StorageError(`${folder.file('progress.json')} is damaged: ${reason}; restore it or start a new run`)
  }
  const steps = stages[at.stage]?.settings.steps ?? 0
  if (at.stage > stages.length || at.step > steps) damaged(`there is no step ${at.step} of stage ${at.stage}`)
  const mix = mixOf(config)
  for (const { spec, snapshot } of at.pool) {
    const game = mix[spec]?.spec.game ?? damaged(`there is no game ${spec}`)
    try {
      game.rules.parseState(snapshot.state)
    } catch (error) {
      damaged((error as Error).message)
    }
  }
}

type GameConfig = TrainConfig['games'][number]

/** A game of a config as the embedded model sees it. Throws ConfigError. */
function specOf({ skin }: TrainConfig, { id: game, config, horizon, restart }: GameConfig): EnvSpec {
  return specFrom({ game, config, skin, prompt: 'brief', horizon, restart }, gameNamed)
}

/** The games of a config as they are evaluated, in its order. `levels` do not touch these. Throws ConfigError. */
export function gamesOf(config: TrainConfig): { spec: EnvSpec; horizon: number; restart: boolean; episodes: number }[] {
  return config.games.map((entry) => {
    const { horizon, restart, episodes = config.evaluation.episodes } = entry
    return { spec: specOf(config, entry), horizon, restart, episodes }
  })
}

/** What training draws from: an entry per game, or per level of a game that has levels. Throws ConfigError. */
export function mixOf(config: TrainConfig): MixEntry[] {
  return config.games.flatMap((entry) => {
    const { weight, horizon, levels, expert, regretScale } = entry
    const spec = specOf(config, entry)
    const judge = { ...(expert && { expert }), ...(regretScale && { regretScale }) }
    if (levels.length === 0) return [{ spec, weight, horizon, ...judge }]
    return levels.map((level) => {
      const { config: knobs, skin } = laidOver(spec, level)
      return { spec: envSpec({ ...spec, config: knobs, skin }), weight: weight / levels.length, horizon, ...judge }
    })
  })
}

async function runStage(
  options: TrainOptions,
  mix: GameMix,
  stages: readonly Stage[],
  start: Progress,
): Promise<{ at: Progress; stopped: boolean }> {
  const { folder, config, engine, onEvent, signal, clock = () => performance.now() } = options
  const stage = stages[start.stage] as Stage
  const { steps } = stage.settings
  const seed = deriveSeed(config.seed, 'stage', stage.name)
  let at = start
  if (at.step === 0) {
    if (stage.from !== null) await engine.restoreWeights(weightsName(stage.from))
    if (stage.kind === 'grpo') await engine.saveWeightsForSampler(START_WEIGHTS)
  }
  let pool =
    at.step > 0
      ? (at.pool as PoolGame[])
      : stage.kind === 'grpo'
        ? startPool(mix, Math.round(stage.settings.states * stage.settings.pool), seed)
        : []
  let signals = at.signals.length === mix.length ? at.signals : mix.map(() => 1)
  const stored = stage.kind === 'teacher' && at.step < steps ? await sameExamples(folder, engine, config) : null
  let drawn: { step: number; batch: SupervisedBatch } | undefined
  while (at.step < steps) {
    const before = clock()
    const rate = learningRateAt(stage.settings, at.step)
    let values: MetricLine['values']
    if (stage.kind === 'grpo') {
      const rl = stage.settings
      const context: GrpoContext = { engine, mix: adaptedMix(mix, signals, rl.adaptive), rl, maxTokens: config.maxTokens, seed }
      const result = await grpoStep(context, pool, at.step, rate)
      pool = result.pool
      signals = followSignals(signals, result.signals)
      values = { ...result.metrics }
    } else {
      const context = { engine, mix, settings: stage.settings, kind: stage.kind, teacher: config.teacher, stored, seed }
      const batch = drawn?.step === at.step ? drawn.batch : supervisedBatch(context, at.step)
      const next = at.step + 1
      values = await supervisedStep(context, batch, rate, () => {
        if (next < steps) drawn = { step: next, batch: supervisedBatch(context, next) }
      })
    }
    const line: MetricLine = {
      stage: stage.name,
      step: at.step,
      seconds: (clock() - before) / 1000,
      values: { ...values, learningRate: rate },
    }
    await folder.append(METRICS_FILE.name, line)
    at = { ...at, step: at.step + 1, lines: at.lines + 1, pool, signals }
    onEvent?.({ stage: stage.name, kind: stage.kind, step: at.step, steps, stageIndex: start.stage, stages: stages.length, line })
    const stopped = signal?.aborted === true
    if (at.step < steps && (stopped || at.step % config.saveEvery === 0)) at = await save(folder, engine, at)
    if (stopped && at.step < steps) return { at, stopped }
  }
  await engine.saveWeightsForSampler(weightsName(stage.name))
  await engine.dropWeights(START_WEIGHTS)
  await engine.saveState(folder.file(checkpointFile(stage.name)))
  at = await save(folder, engine, { ...at, stage: at.stage + 1, step: 0, pool: [], signals: [] })
  return { at: { ...at, stage: start.stage, step: steps }, stopped: signal?.aborted === true }
}

const mark = z.object({ path: z.string(), fingerprint: z.string() })
/** dataset.json of a run folder; runs of earlier versions learned from one data set. */
const marks = z.union([z.object({ sets: z.array(mark) }), mark.transform((one) => ({ sets: [one] }))])

/** The data sets of the cold start, if there are any; the run folder keeps their fingerprints. Throws StorageError if one has changed since. */
async function sameExamples(folder: RunFolder, engine: Engine, config: TrainConfig): Promise<ColdStart | null> {
  const stored = await coldStartExamples(engine, config)
  if (stored === null) return null
  const before = await folder.read('dataset.json', marks)
  if (before === null) await folder.write('dataset.json', { sets: stored.sets })
  const changed = stored.sets.find(({ fingerprint }, i) => before !== null && before.sets[i]?.fingerprint !== fingerprint)
  if (changed !== undefined)
    throw new StorageError(`the data set ${changed.path} has changed since this run began to learn from it; restore it or start a new run`)
  return stored
}

/** Linear warm-up, then linearly down to the final share. */
export function learningRateAt(settings: Pick<SupervisedConfig, 'learningRate' | 'finalRate' | 'warmup' | 'steps'>, step: number): number {
  const { learningRate, finalRate, warmup, steps } = settings
  const rise = Math.min(1, (step + 1) / (warmup + 1))
  return learningRate * rise * (1 - ((1 - finalRate) * step) / Math.max(1, steps))
}

/** The checkpoint first, then the pointer to it, then the earlier checkpoint goes: at no moment is there none. */
async function save(folder: RunFolder, engine: Engine, at: Progress): Promise<Progress> {
  const checkpoint = `checkpoints/resume-${at.stage}-${at.step}.safetensors`
  await engine.saveState(folder.file(checkpoint))
  const next = { ...at, checkpoint }
  await folder.write('progress.json', next)
  if (at.checkpoint && at.checkpoint !== checkpoint) await rm(folder.file(at.checkpoint), { force: true })
  return next
}
