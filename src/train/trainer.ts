/**
 * The trainer: stages, each from the weights of the one it names; every recipe is a list of stages for the same code. Stages that do not build
 * on one another run side by side where there are engines for it. Everything drawn is derived from (seed, stage, step), so the state of a run is,
 * for each stage: the step, the weights with their optimiser, and what the stage keeps between steps. It is saved together; a killed run goes on
 * from the last saves and gives the numbers of an unbroken one, on however many engines.
 */
import type { Engine } from '../engine.ts'
import { ScorerError } from '../errors.ts'
import { loadGames } from '../games/registry.ts'
import type { PlayGroups } from '../gym/index.ts'
import { deriveSeed } from '../rng.ts'
import { GROUPS_FILE, METRICS_FILE, type MetricLine, type RunFolder } from '../runs/index.ts'
import type { TrainConfig } from './config.ts'
import { mixOf } from './mix.ts'
import { checkEngineInfo } from './needs.ts'
import { type OtherEngines, type PartEnd, type PartPlace, runParts } from './parts.ts'
import { openProgress, type RunProgress } from './progress.ts'
import { stagesOf } from './recipes.ts'
import { mixOfStage, type RateSettings, type Stage } from './stage.ts'
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
  /** Index of the engine that made it; stages on different engines run side by side. */
  readonly engine: number
  readonly line: MetricLine
}

export interface TrainOptions {
  readonly folder: RunFolder
  readonly config: TrainConfig
  readonly engine: Engine
  /** For stages side by side: engines of the same config over the same saves. */
  readonly others?: OtherEngines | undefined
  /** Who plays and scores the replies of reinforcement learning; decides no number. Default: this process. */
  readonly play?: PlayGroups | undefined
  /** Default: those of the config's recipes. */
  readonly stages?: readonly Stage[]
  readonly onEvent?: (event: TrainEvent) => void
  /** When it aborts, the trainer finishes the step of every stage that runs, saves, and returns 'stopped'. */
  readonly signal?: AbortSignal
  /** Milliseconds, for the `seconds` of the metrics. */
  readonly clock?: () => number
}

/** Runs all stages, or what is left of them. Throws ConfigError for an engine that cannot. */
export async function train(options: TrainOptions): Promise<PartEnd> {
  const { folder, config, engine, others, signal, stages = stagesOf(config) } = options
  checkEngineInfo(engine.info, config, stages)
  await loadGames(config.games.map(({ id }) => id))
  const mix = mixOf(config)
  const progress = await openProgress(folder, stages, mix)
  const placeOf = ({ stage, step }: Pick<MetricLine, 'stage' | 'step'>): number | null =>
    progress.isFinished(stage) || step < progress.of(stage).step ? stages.findIndex(({ name }) => name === stage) : null
  const arrange = async (): Promise<void> => {
    await folder.arrangeLines(METRICS_FILE, placeOf)
    await folder.arrangeLines(GROUPS_FILE, placeOf)
  }
  await arrange()
  await progress.keepInitial(engine, stages)
  const parts = stages.filter(({ name }) => !progress.isFinished(name))
  const end = await runParts({
    ...{ parts, engine, others, signal },
    run: (stage, place) => runStage({ options, mix, stages, progress }, stage, place),
  })
  // Lines of stages side by side came in turns.
  if (end === 'finished') await arrange()
  return end
}

/** What the stages of a run share. */
interface Training {
  readonly options: TrainOptions
  readonly mix: GameMix
  readonly stages: readonly Stage[]
  readonly progress: RunProgress
}

/** Runs a stage, or what is left of it. */
async function runStage({ options, mix, stages, progress }: Training, stage: Stage, place: PartPlace): Promise<PartEnd> {
  const { folder, config, play, onEvent, clock = () => performance.now() } = options
  const { engine, index, signal } = place
  const { steps } = stage
  const seed = deriveSeed(config.seed, 'stage', stage.name)
  let at = progress.of(stage.name)
  const from = progress.startOf(stage)
  if (at.checkpoint) await engine.load(at.checkpoint.ref, { optimizer: true })
  else if (from) await engine.load(from, { optimizer: false })
  const setup = { engine, reference: engine.sampler(from), mix: mixOfStage(stage, mix), config, folder, play, seed }
  let run = at.step < steps ? await stage.open(setup, at.step > 0 ? at.state : undefined) : null
  while (run !== null && at.step < steps) {
    const before = clock()
    const rate = learningRateAt(stage.rate, at.step)
    const {
      next,
      metrics,
      done = false,
      kept = [],
    } = await run.step(at.step, rate).catch(async (error: unknown) => {
      // Replies are scored before anything is learned from them, so the weights are those of the last step.
      if (error instanceof ScorerError && at.step > 0) await progress.save(engine, stage, at)
      throw error
    })
    run = next
    const seconds = (clock() - before) / 1000
    const line: MetricLine = {
      stage: stage.name,
      step: at.step,
      seconds,
      values: { ...metrics, learningRate: rate },
    }
    for (const group of kept) await folder.append(GROUPS_FILE.name, { stage: stage.name, step: at.step, ...group })
    await folder.append(METRICS_FILE.name, line)
    at = { ...at, step: at.step + 1, state: run.state }
    const where = { stageIndex: stages.indexOf(stage), stages: stages.length, engine: index }
    onEvent?.({ stage: stage.name, kind: stage.kind, step: at.step, steps, ...where, line })
    if (done) break
    const stopped = signal.aborted
    if (at.step < steps && (stopped || at.step % config.saveEvery === 0)) at = await progress.save(engine, stage, at)
    if (stopped && at.step < steps) return 'stopped'
  }
  await progress.finish(engine, stage, at)
  return 'finished'
}

/** Linear warm-up, then linearly down to the final share. */
export function learningRateAt({ learningRate, finalRate, warmup, steps }: RateSettings, step: number): number {
  const rise = Math.min(1, (step + 1) / (warmup + 1))
  return learningRate * rise * (1 - ((1 - finalRate) * step) / Math.max(1, steps))
}
