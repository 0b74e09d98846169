/**
 * Several training seeds of one recipe: a run folder each, made before the first begins, so that the whole goes on with --resume. One after
 * the other in this process, or side by side in processes of their own; at the end the table and the report over seeds.
 */

import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from 'commander'
import PQueue from 'p-queue'
import { ConfigError, StorageError } from '../errors.ts'
import {
  checkedEngine,
  createTrainFolder,
  loadExtras,
  newWords,
  openTrainRun,
  readComparedRuns,
  runToEnd,
  storedConfig,
  storedWords,
  writeSeedsReport,
} from '../jobs/index.ts'
import { shellWord } from '../printable.ts'
import { compareRuns, loadTrained, recipeDifferences, seedFamilies, seedsText, trainingOf } from '../report/index.ts'
import { checkNewFolder, type RunFolder, readRun, TRAIN_RUN } from '../runs/index.ts'
import type { TrainConfig } from '../train/index.ts'
import { INTERRUPTED, interruptible } from './interrupt.ts'
import { createProgress, formatDuration, progressEvents } from './progress.ts'
import { printError, printJson, printLines } from './terminal.ts'

/** What is trained, and how it is shown. */
export interface SeedsOptions {
  readonly seeds: readonly number[]
  /** Path of a run folder without its seed: 'runs/laptop' for runs/laptop-0. */
  readonly prefix: string
  /** Runs at once. */
  readonly parallel: number
  /** Go on with what is there; seeds that are not there yet are begun with the config of those that are. */
  readonly resume: boolean
  /** Use folders that are not empty. */
  readonly force: boolean
  readonly quiet: boolean
  readonly json: boolean
  /** The config of new runs, checked and with what it needs loaded; its seed does not matter. */
  readonly newConfig: () => Promise<TrainConfig>
  /** Whether the threads were asked for by hand, so that they are not divided among runs. */
  readonly threadsGiven: boolean
}

/** Most seeds of one command. */
const MOST = 100

/** Parser of --seeds: '0,1,2', '0-2', '0-2,7'; ascending, none twice. */
export function parseSeeds(text: string): number[] {
  const wrong = new InvalidArgumentError(`Give whole numbers, 0 or more, such as 0,1,2 or 0-2; at most ${MOST}.`)
  const seeds = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d{1,15})(?:-(\d{1,15}))?\s*$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (!(to >= from) || to - from >= MOST) throw wrong
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
  const all = [...new Set(seeds)].sort((a, b) => a - b)
  if (all.length > MOST) throw wrong
  return all
}

/** Threads of each of several engines on one machine: as configured, unless that is more than there are. */
export function threadsEach(configured: number, parallel: number, cores: number = availableParallelism()): number {
  return Math.max(1, Math.min(configured, Math.floor(cores / parallel)))
}

interface Seed {
  readonly seed: number
  readonly path: string
}

type Outcome = 'finished' | 'stopped' | 'failed'

/** The command `train --seeds`. Sets the exit code: 130 if it was interrupted, 1 if a run failed. */
export async function trainSeeds(options: SeedsOptions): Promise<void> {
  const start = performance.now()
  const runs = options.seeds.map((seed): Seed => ({ seed, path: `${options.prefix}-${seed}` }))
  await (options.resume ? checkOld(runs) : makeNew(runs, options))
  const outcomes = await interruptible((signal) =>
    options.parallel > 1 ? sideBySide(runs, options, signal) : oneByOne(runs, options, signal),
  )
  await report(runs, outcomes, options, (performance.now() - start) / 1000)
}

const isThere = ({ path }: Seed): boolean => existsSync(join(path, 'run.json'))

/** Makes every folder, once it is known that all of them can be. */
async function makeNew(runs: readonly Seed[], { newConfig, parallel, threadsGiven, force }: SeedsOptions): Promise<void> {
  const taken = runs.find(isThere)
  if (taken)
    throw new ConfigError(`${taken.path} holds a run already; go on with all of these seeds by --resume, or give other folders with --out`)
  for (const { path } of runs) await checkNewFolder(TRAIN_RUN, path, { force })
  const config = await newConfig()
  const threads = threadsGiven ? config.threads : threadsEach(config.threads, Math.min(parallel, runs.length))
  if (threads < config.threads) printError(`each run gets ${threads} of the ${config.threads} threads; the last digits depend on that`)
  const words = await newWords(config)
  await (await checkedEngine({ ...config, threads }, (runs[0] as Seed).path, words)).close()
  for (const { seed, path } of runs) await (await createTrainFolder(path, { ...config, threads, seed }, words, { force })).close()
}

async function recipeOf({ config, stages }: RunFolder): Promise<unknown> {
  await loadTrained(config)
  return trainingOf(config, stages)?.recipe
}

/** Checks that the runs there are of one recipe, and makes those that are not there. */
async function checkOld(runs: readonly Seed[]): Promise<void> {
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

async function oneByOne(runs: readonly Seed[], { quiet }: SeedsOptions, signal: AbortSignal): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [i, { seed, path }] of runs.entries()) {
    if (signal.aborted) return outcomes
    const progress = createProgress({ quiet })
    progress.note(`seed ${seed} (${i + 1} of ${runs.length})`)
    try {
      const { end } = await runToEnd(await openTrainRun(path), { onEvent: progressEvents(progress), signal })
      outcomes.push(end)
    } catch (error) {
      // One run's failure is its own; an error in the command line or a config is everyone's.
      if (error instanceof ConfigError) throw error
      progress.close()
      printError(`seed ${seed} failed: ${(error as Error).message.replace(/\s+/g, ' ')}`)
      outcomes.push('failed')
    } finally {
      progress.close()
    }
  }
  return outcomes
}

async function sideBySide(runs: readonly Seed[], { parallel, quiet }: SeedsOptions, signal: AbortSignal): Promise<Outcome[]> {
  const queue = new PQueue({ concurrency: parallel })
  return Promise.all(runs.map((run) => queue.add(() => inProcess(run, quiet, signal))))
}

/** A run in a process of its own; its lines are shown behind its seed. It saves and stops when it is let go of. */
function inProcess({ seed, path }: Seed, quiet: boolean, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return Promise.resolve('stopped')
  const main = fileURLToPath(new URL('main.js', import.meta.url))
  const child = fork(main, ['train', '--resume', path, ...(quiet ? ['--quiet'] : [])], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const letGo = (): void => {
    if (child.connected) child.disconnect()
  }
  signal.addEventListener('abort', letGo, { once: true })
  const lines = createInterface({ input: child.stderr as Readable })
  lines.on('line', (line) => line && printError(`seed ${seed}: ${line}`))
  // Not its 'close': that never comes of a process that this one has let go of.
  const said = new Promise<void>((resolve) => lines.once('close', resolve))
  return new Promise((resolve) => {
    child.once('error', () => resolve('failed'))
    child.once('exit', async (code) => {
      signal.removeEventListener('abort', letGo)
      await said
      resolve(code === 0 ? 'finished' : code === INTERRUPTED ? 'stopped' : 'failed')
    })
  })
}

/** What came out: of all seeds that are finished, and how to go on with the others. */
async function report(runs: readonly Seed[], outcomes: readonly Outcome[], options: SeedsOptions, seconds: number): Promise<void> {
  const finished = runs.filter((_, i) => outcomes[i] === 'finished').map(({ path }) => path)
  const failed = runs.filter((_, i) => outcomes[i] === 'failed').map(({ seed }) => seed)
  if (finished.length < runs.length) {
    const what = failed.length > 0 ? `error: seed ${failed.join(', ')} failed` : 'stopped; everything is saved'
    const out = options.prefix === join('runs', 'laptop') ? '' : ` --out ${shellWord(options.prefix)}`
    printError(`${what}. Go on with: vlm-gym train --seeds ${options.seeds.join(',')}${out} --resume`)
    if (failed.length > 0) process.exitCode = 1
    return
  }
  const compared = await readComparedRuns(finished)
  const groups = compareRuns(compared)
  const page = await writeSeedsReport(finished, 'rename')
  if (options.json) return printJson(groups)
  const reports = finished.map((path) => join(path, 'report.html'))
  printLines([
    ...seedFamilies(groups).flatMap((family) => ['', seedsText(family)]),
    '',
    `reports  ${reports.join(', ')}`,
    ...(page === null ? [] : [`seeds    ${page}`]),
    `took     ${formatDuration(seconds)}`,
  ])
}
