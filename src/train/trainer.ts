/**
 * The trainer: stages in order, each from the weights of the one it names; every recipe is a list of stages for the same code. Everything
 * drawn is derived from (seed, stage, step), so the state of a run is: the stage, the step, the weights with their optimiser, and what the
 * stage keeps between steps. It is saved together; a killed run goes on from the last save and gives the numbers of an unbroken one.
 */
import type { Engine, WeightsRef } from '../engine.ts'
import { loadGames } from '../games/registry.ts'
import { deriveSeed } from '../rng.ts'
import { METRICS_FILE, type MetricLine, type RunFolder } from '../runs/index.ts'
import type { TrainConfig } from './config.ts'
import { mixOf } from './mix.ts'
import { checkEngineInfo } from './needs.ts'
import { keepInitial, type Progress, readProgress, saveProgress, saveStage } from './progress.ts'
import { stagesOf } from './recipes.ts'
import type { RateSettings, Stage } from './stage.ts'
import type { GameMix } from './states.ts'

/** A step that was made. */
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
  /** Default: those of the config's recipes. */
  readonly stages?: readonly Stage[]
  readonly onEvent?: (event: TrainEvent) => void
  /** When it aborts, the trainer finishes the step, saves, and returns 'stopped'. */
  readonly signal?: AbortSignal
  /** Milliseconds, for the `seconds` of the metrics. */
  readonly clock?: () => number
}

/** Runs all stages, or what is left of them. Throws ConfigError for an engine that cannot. */
export async function train(options: TrainOptions): Promise<'finished' | 'stopped'> {
  const { folder, config, engine, stages = stagesOf(config) } = options
  checkEngineInfo(engine.info, config, stages)
  await loadGames(config.games.map(({ id }) => id))
  const mix = mixOf(config)
  let at = await readProgress(folder, stages, mix)
  await folder.cutLines(METRICS_FILE, ({ value: { stage, step } }) => {
    const index = stages.findIndex(({ name }) => name === stage)
    return index > at.stage || (index === at.stage && step >= at.step)
  })
  at = await keepInitial(folder, engine, stages, at)
  if (at.checkpoint) await engine.load(at.checkpoint.ref, { optimizer: true })
  while (at.stage < stages.length) {
    const result = await runStage(options, mix, stages, at)
    at = result.at
    if (result.stopped) return 'stopped'
  }
  return 'finished'
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
  const { steps } = stage
  const seed = deriveSeed(config.seed, 'stage', stage.name)
  let at = start
  const from = stage.from === null ? (at.initial ?? undefined) : (at.finished[stage.from] as WeightsRef)
  if (at.step === 0 && from) await engine.load(from, { optimizer: false })
  const setup = { engine, reference: engine.sampler(from), mix, config, folder, seed }
  let run = at.step < steps ? await stage.open(setup, at.step > 0 ? at.state : undefined) : null
  while (run !== null && at.step < steps) {
    const before = clock()
    const rate = learningRateAt(stage.rate, at.step)
    const { next, metrics, done = false } = await run.step(at.step, rate)
    run = next
    const seconds = (clock() - before) / 1000
    const line: MetricLine = {
      stage: stage.name,
      step: at.step,
      seconds,
      values: { ...metrics, learningRate: rate },
    }
    await folder.append(METRICS_FILE.name, line)
    at = { ...at, step: at.step + 1, lines: at.lines + 1, state: run.state }
    onEvent?.({ stage: stage.name, kind: stage.kind, step: at.step, steps, stageIndex: start.stage, stages: stages.length, line })
    if (done) break
    const stopped = signal?.aborted === true
    if (at.step < steps && (stopped || at.step % config.saveEvery === 0)) at = await saveProgress(folder, engine, at)
    if (stopped && at.step < steps) return { at, stopped }
  }
  return { at: await saveStage(folder, engine, stage, at), stopped: signal?.aborted === true }
}

/** Linear warm-up, then linearly down to the final share. */
export function learningRateAt({ learningRate, finalRate, warmup, steps }: RateSettings, step: number): number {
  const rise = Math.min(1, (step + 1) / (warmup + 1))
  return learningRate * rise * (1 - ((1 - finalRate) * step) / Math.max(1, steps))
}
