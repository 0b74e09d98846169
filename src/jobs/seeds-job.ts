/**
 * Several training seeds of one recipe: a run folder each, made before the first begins, so that the whole goes on after a stop. One after
 * the other in this process, or side by side in processes of their own.
 */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import PQueue from 'p-queue'
import { ConfigError, StorageError } from '../errors.ts'
import { loadTrained, recipeDifferences, trainingOf } from '../report/index.ts'
import { checkNewFolder, type RunFolder, readRun, TRAIN_RUN } from '../runs/index.ts'
import type { TrainConfig } from '../train/index.ts'
import type { JobEvent } from './events.ts'
import { loadExtras } from './extras.ts'
import type { Scorers } from './scorers.ts'
import { newWords } from './train-job.ts'
import { checkedEngine, createTrainFolder, openTrainRun, runToEnd, storedConfig, storedWords } from './train-run.ts'

/** A seed and the folder of its run. */
export interface SeedRun {
  readonly seed: number
  readonly path: string
}

/** How a run ended. 'stopped': interrupted, everything is saved. */
export type SeedOutcome = 'finished' | 'stopped' | 'failed'

/** What the runs of several seeds tell. */
export type SeedsEvent =
  /** A run begins in this process. `index` counts from 0, `count` is the number of runs. */
  | { readonly type: 'begin'; readonly seed: number; readonly index: number; readonly count: number }
  /** What the run of this process tells. */
  | { readonly type: 'job'; readonly seed: number; readonly event: JobEvent }
  /** A line that a run in a process of its own wrote to stderr. */
  | { readonly type: 'line'; readonly seed: number; readonly text: string }
  /** A run has ended. `reason`: why it failed; null if it did not, or if its own process has said so. */
  | { readonly type: 'end'; readonly seed: number; readonly outcome: SeedOutcome; readonly reason: string | null }

/** A program that goes on with a run in a process of its own. It saves and stops when its IPC channel is closed. */
export interface SeedProgram {
  /** The Node module. */
  readonly path: string
  args(run: SeedRun): string[]
  /** Its exit code when it was stopped; 0 is finished, all others failed. */
  readonly stoppedCode: number
}

export interface SeedsOptions {
  /** Runs at once; with more than 1 each has a process of its own. Default: one run, with as many engines as is usual. */
  readonly parallel?: number | undefined
  /** For runs of this process; the program's arguments name those of others. */
  readonly scorers?: Scorers | undefined
  readonly program: SeedProgram
  readonly onEvent?: (event: SeedsEvent) => void
  readonly signal: AbortSignal
}

/** How new runs of several seeds are made. */
export interface NewSeedsOptions {
  /** Of each run. */
  readonly threads: number
  /** Use folders that are not empty. */
  readonly force: boolean
}

/** Threads of each of several engines on one machine: as configured, unless that is more than there are. */
export function threadsEach(configured: number, parallel: number, cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(configured, Math.floor(cores / parallel)))
}

const isThere = ({ path }: SeedRun): boolean => existsSync(join(path, 'run.json'))

/** Refuses folders that cannot take a new run. Throws ConfigError. */
export async function checkNewSeeds(runs: readonly SeedRun[], force: boolean): Promise<void> {
  const taken = runs.find(isThere)
  if (taken)
    throw new ConfigError(`${taken.path} holds a run already; go on with all of these seeds by --resume, or give other folders with --out`)
  for (const { path } of runs) await checkNewFolder(TRAIN_RUN, path, { force })
}

/** Makes every folder, once it is known that an engine of the config can be made. The seed of the config does not matter. */
export async function makeSeedRuns(runs: readonly SeedRun[], config: TrainConfig, { threads, force }: NewSeedsOptions): Promise<void> {
  const words = await newWords(config)
  await (await checkedEngine({ ...config, threads }, (runs[0] as SeedRun).path, words)).close()
  for (const { seed, path } of runs) await (await createTrainFolder(path, { ...config, threads, seed }, words, { force })).close()
}

async function recipeOf({ config, stages }: RunFolder): Promise<unknown> {
  await loadTrained(config)
  return trainingOf(config, stages)?.recipe
}

/** Checks that the runs there are of one recipe, and makes those that are not there. Throws StorageError. */
export async function reopenSeedRuns(runs: readonly SeedRun[]): Promise<void> {
  const first = runs.find(isThere)
  if (first === undefined)
    throw new StorageError(`there is no run to go on with in ${runs.map(({ path }) => path).join(', ')}; start them without --resume`)
  const model = await readRun(first.path)
  const recipe = await recipeOf(model)
  for (const { path } of runs.filter(isThere)) {
    const differences = recipeDifferences(recipe, await recipeOf(await readRun(path)))
    if (differences.length > 0)
      throw new StorageError(`${first.path} and ${path} differ by more than the seed: ${differences.join(', ')}; go on with each by itself`)
  }
  const missing = runs.filter((run) => !isThere(run))
  if (missing.length === 0) return
  const config = storedConfig(model)
  const words = await storedWords(model)
  await loadExtras(config)
  await (await checkedEngine(config, model.path, words)).close()
  for (const { seed, path } of missing) await (await createTrainFolder(path, { ...config, seed }, words)).close()
}

/** Goes on with runs whose folders are there; their outcomes in order, fewer than runs if it was stopped. Throws ConfigError. */
export function trainSeedRuns(runs: readonly SeedRun[], options: SeedsOptions): Promise<SeedOutcome[]> {
  return (options.parallel ?? 1) > 1 ? sideBySide(runs, options) : oneByOne(runs, options)
}

async function oneByOne(runs: readonly SeedRun[], { onEvent, signal, parallel, scorers }: SeedsOptions): Promise<SeedOutcome[]> {
  const outcomes: SeedOutcome[] = []
  for (const [index, { seed, path }] of runs.entries()) {
    if (signal.aborted) return outcomes
    onEvent?.({ type: 'begin', seed, index, count: runs.length })
    const ended = await inThisProcess(path, { onEvent: (event) => onEvent?.({ type: 'job', seed, event }), signal, parallel, scorers })
    onEvent?.({ type: 'end', seed, ...ended })
    outcomes.push(ended.outcome)
  }
  return outcomes
}

/** One run's failure is its own; an error in the command line or a config is everyone's, and thrown. */
async function inThisProcess(
  path: string,
  options: Parameters<typeof runToEnd>[1],
): Promise<{ outcome: SeedOutcome; reason: string | null }> {
  try {
    const { end } = await runToEnd(await openTrainRun(path), options)
    return { outcome: end, reason: null }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    return { outcome: 'failed', reason: (error as Error).message }
  }
}

async function sideBySide(runs: readonly SeedRun[], options: SeedsOptions): Promise<SeedOutcome[]> {
  const queue = new PQueue({ concurrency: options.parallel ?? 1 })
  return Promise.all(
    runs.map((run) =>
      queue.add(async () => {
        const outcome = await inProcess(run, options)
        options.onEvent?.({ type: 'end', seed: run.seed, outcome, reason: null })
        return outcome
      }),
    ),
  )
}

/** A run in a process of its own. It saves and stops when it is let go of. */
function inProcess(run: SeedRun, { program, onEvent, signal }: SeedsOptions): Promise<SeedOutcome> {
  if (signal.aborted) return Promise.resolve('stopped')
  const child = fork(program.path, program.args(run), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const letGo = (): void => {
    if (child.connected) child.disconnect()
  }
  signal.addEventListener('abort', letGo, { once: true })
  const lines = createInterface({ input: child.stderr as Readable })
  lines.on('line', (text) => text && onEvent?.({ type: 'line', seed: run.seed, text }))
  // Not its 'close': that never comes of a process that this one has let go of.
  const said = new Promise<void>((resolve) => lines.once('close', resolve))
  return new Promise((resolve) => {
    child.once('error', () => resolve('failed'))
    child.once('exit', async (code) => {
      signal.removeEventListener('abort', letGo)
      await said
      resolve(code === 0 ? 'finished' : code === program.stoppedCode ? 'stopped' : 'failed')
    })
  })
}
