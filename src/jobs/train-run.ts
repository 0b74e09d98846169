/** One training run: made or opened, run to its end, reported. */
import { availableParallelism } from 'node:os'
import * as z from 'zod'
import type { Engine } from '../engine.ts'
import { ConfigError, StorageError } from '../errors.ts'
import { writeReport } from '../report/index.ts'
import { createRun, type NewFolderOptions, openRun, type RunFolder } from '../runs/index.ts'
import { coldStartExamples, otherEngines, parseTrainConfig, stageInfos, type TrainConfig } from '../train/index.ts'
import { tinkerUrlOf } from './engine-module.ts'
import type { JobControl } from './events.ts'
import { loadExtras } from './extras.ts'
import type { Scorers } from './scorers.ts'
import { engineFor, newWords, runTrainJob } from './train-job.ts'

/** A run folder of training that this process holds, with its engine. */
export interface OpenRun {
  readonly folder: RunFolder
  readonly config: TrainConfig
  readonly engine: Engine
  /** A further engine of the run, over the same saves. Who makes one closes it. */
  readonly another: () => Promise<Engine>
}

/**
 * The engine of a new run in a folder, with everything checked that can be: nothing is written for a run that cannot be. Its extras are loaded already.
 * Throws ConfigError, EngineError, StorageError.
 */
export async function checkedEngine(config: TrainConfig, folder: string, words: readonly string[]): Promise<Engine> {
  const engine = await engineFor(config, folder, { words: () => words })
  try {
    await coldStartExamples(engine, config)
    return engine
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** A folder in which a run of that config can begin. Throws ConfigError where none may be begun. */
export async function createTrainFolder(
  path: string,
  config: TrainConfig,
  words: readonly string[],
  options?: NewFolderOptions,
): Promise<RunFolder> {
  const folder = await createRun(path, config, { ...options, stages: stageInfos(config) })
  await folder.write('words.json', words)
  return folder
}

/** A new run. Throws ConfigError, EngineError, StorageError. */
export async function createTrainRun(path: string, config: TrainConfig, options?: NewFolderOptions): Promise<OpenRun> {
  const words = await newWords(config)
  const engine = await checkedEngine(config, path, words)
  try {
    return { engine, another: anotherOf(config, path, words), config, folder: await createTrainFolder(path, config, words, options) }
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** A stopped run, with its own config. `engine`: where its server is now, if it was one of the Tinker API. Throws ConfigError, StorageError. */
export async function openTrainRun(path: string, { engine: moved }: { readonly engine?: string | undefined } = {}): Promise<OpenRun> {
  const folder = await openRun(path)
  try {
    const stored = storedConfig(folder)
    if (moved !== undefined && (tinkerUrlOf(moved) === null || tinkerUrlOf(stored.engine) === null))
      throw new ConfigError(
        `--engine ${moved} cannot go with --resume: the run has its weights in the engine ${stored.engine}; a server of the Tinker API alone may have another address`,
      )
    const config = moved === undefined ? stored : { ...stored, engine: moved }
    await loadExtras(config)
    const words = await openWords(folder)
    const another = anotherOf(config, path, words)
    return { folder, config, engine: await another(), another }
  } catch (error) {
    await folder.close()
    throw error
  }
}

const anotherOf =
  (config: TrainConfig, folder: string, words: readonly string[]): OpenRun['another'] =>
  () =>
    engineFor(config, folder, { words: () => words })

/** The words of a run that this process holds. One that was killed before it had written them begins with those of now. */
async function openWords(folder: RunFolder): Promise<string[]> {
  const isNew = (await folder.read('words.json', z.unknown())) === null && (await folder.read('progress.json', z.unknown())) === null
  if (isNew) await folder.write('words.json', await newWords(storedConfig(folder)))
  return storedWords(folder)
}

/** The words of a run's tokenizer, as they were when it began. Throws StorageError. */
export async function storedWords(folder: RunFolder): Promise<string[]> {
  const words = await folder.read('words.json', z.array(z.string()))
  if (words === null) throw new StorageError(`${folder.file('words.json')} is missing; the run folder is damaged or of another version`)
  return words
}

/** The config that a run began with. Throws StorageError if this version does not read it. */
export function storedConfig(folder: RunFolder): TrainConfig {
  try {
    return parseTrainConfig(folder.config)
  } catch (error) {
    const { message } = error as Error
    throw new StorageError(
      `the config in ${folder.file('run.json')} is of another version of vlm-gym (${message}); use that version, or start a new run`,
      { cause: error },
    )
  }
}

/** Engines that a run uses at once if nobody says how many: two where the processors suffice. Each takes memory of its own; see docs/speed.md. A server's model is one. */
export function usualParallel(
  { threads, tinker }: Pick<TrainConfig, 'threads' | 'tinker'>,
  cores: number = availableParallelism(),
): number {
  return tinker === undefined ? Math.max(1, Math.min(2, Math.floor(cores / threads))) : 1
}

/** How a run goes on; none of it decides a number. */
export interface RunOptions extends JobControl {
  /** Engines at work at once. Default: `usualParallel`. */
  readonly parallel?: number | undefined
  /** Servers that play and score the replies of reinforcement learning. Default: this process does. */
  readonly scorers?: Scorers | undefined
}

/** Runs what is left and writes the report; afterwards engines and folder are closed, whatever happens. Throws ConfigError for unfit scorers. */
export async function runToEnd(
  { folder, config, engine, another }: OpenRun,
  { parallel = usualParallel(config), scorers, ...control }: RunOptions = {},
): Promise<{ readonly end: 'finished' | 'stopped'; readonly report: string }> {
  const others = otherEngines(parallel - 1, another)
  try {
    await scorers?.check(config)
    const end = await runTrainJob({ engine, others, folder, config, play: scorers?.play, ...control })
    return { end, report: await writeReport(folder, 'rename') }
  } finally {
    await others.close()
    await engine.close()
    await folder.close()
  }
}
