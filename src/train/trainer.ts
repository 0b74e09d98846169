/**
 * The trainer: stages in order, each from the weights of the one it names; every recipe is a list of stages for the same code. Everything drawn is derived from (seed, stage, step), so the state of a run is: the stage, the step,
 * the weights with their optimiser, and the games of the pool. It is saved together; a killed run goes on from the last save and gives
 * the numbers of an unbroken one.
 */
import * as z from 'zod'
import type { Engine, WeightsRef } from '../engine.ts'
import { StorageError } from '../errors.ts'
import { gameNamed } from '../games/index.ts'
import { type EnvSpec, envSpec, laidOver, specFrom } from '../gym/index.ts'
import { deriveSeed } from '../rng.ts'
import { METRICS_FILE, type MetricLine, type RunFolder } from '../runs/index.ts'
import type { SupervisedConfig, TrainConfig } from './config.ts'
import { type GrpoContext, grpoStep } from './grpo.ts'
import { checkEngineInfo } from './needs.ts'
import { type Progress, readProgress, saveProgress, saveStage } from './progress.ts'
import { type Stage, stagesOf } from './recipes.ts'
import { adaptedMix, followSignals, type GameMix, type MixEntry, type PoolGame, startPool } from './states.ts'
import { type ColdStart, coldStartExamples } from './stored.ts'
import { type SupervisedBatch, supervisedBatch, supervisedStep } from './supervised.ts'

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

/** Runs all stages, or what is left of them. Throws ConfigError for an engine that cannot. */
export async function train(options: TrainOptions): Promise<'finished' | 'stopped'> {
  const { folder, config, engine } = options
  checkEngineInfo(engine.info, config)
  const stages = stagesOf(config)
  const mix = mixOf(config)
  let at = await readProgress(folder, stages, mix)
  await folder.cutLines(METRICS_FILE, ({ value: { stage, step } }) => {
    const place = stages.findIndex(({ name }) => name === stage)
    return place > at.stage || (place === at.stage && step >= at.step)
  })
  if (at.checkpoint) await engine.load(at.checkpoint.ref, { optimizer: true })
  while (at.stage < stages.length) {
    const result = await runStage(options, mix, stages, at)
    at = result.at
    if (result.stopped) return 'stopped'
  }
  return 'finished'
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

/** Runs a stage, or what is left of it. `at` is then where the next one begins, unless it was stopped on the way. */
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
  const from = stage.from === null ? undefined : (at.finished[stage.from] as WeightsRef)
  if (at.step === 0 && from) await engine.load(from, { optimizer: false })
  // The divergence is measured from the weights that the stage began with.
  const reference = engine.sampler(from)
  let pool: readonly PoolGame[] = at.pool
  if (at.step === 0 && stage.kind === 'grpo') pool = startPool(mix, Math.round(stage.settings.states * stage.settings.pool), seed)
  let signals = at.signals.length === mix.length ? at.signals : mix.map(() => 1)
  const stored = stage.kind === 'teacher' && at.step < steps ? await sameExamples(folder, engine, config) : null
  let drawn: { step: number; batch: SupervisedBatch } | undefined
  while (at.step < steps) {
    const before = clock()
    const rate = learningRateAt(stage.settings, at.step)
    let values: MetricLine['values']
    if (stage.kind === 'grpo') {
      const rl = stage.settings
      const context: GrpoContext = { engine, reference, mix: adaptedMix(mix, signals, rl.adaptive), rl, maxTokens: config.maxTokens, seed }
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
    const seconds = (clock() - before) / 1000
    const line: MetricLine = { stage: stage.name, step: at.step, seconds, values: { ...values, learningRate: rate } }
    await folder.append(METRICS_FILE.name, line)
    at = { ...at, step: at.step + 1, lines: at.lines + 1, pool: [...pool], signals }
    onEvent?.({ stage: stage.name, kind: stage.kind, step: at.step, steps, stageIndex: start.stage, stages: stages.length, line })
    const stopped = signal?.aborted === true
    if (at.step < steps && (stopped || at.step % config.saveEvery === 0)) at = await saveProgress(folder, engine, at)
    if (stopped && at.step < steps) return { at, stopped }
  }
  return { at: await saveStage(folder, engine, stage, at), stopped: signal?.aborted === true }
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
