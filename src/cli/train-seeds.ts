/** `train --seeds`: several training seeds of one recipe, shown as they go; at the end the table and the report over seeds. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError } from 'commander'
import {
  checkNewSeeds,
  createScorers,
  makeSeedRuns,
  readComparedRuns,
  reopenSeedRuns,
  type SeedOutcome,
  type SeedProgram,
  type SeedRun,
  type SeedsEvent,
  threadsEach,
  trainSeedRuns,
  writeSeedsReport,
} from '../jobs/index.ts'
import { shellWord } from '../printable.ts'
import { compareRuns, seedFamilies, seedsText } from '../report/index.ts'
import type { TrainConfig } from '../train/index.ts'
import { INTERRUPTED, interruptible } from './interrupt.ts'
import { keyOf } from './key-options.ts'
import { createProgress, formatDuration, type ProgressDisplay, progressEvents } from './progress.ts'
import { printError, printJson, printLines } from './terminal.ts'

/** What is trained, and how it is shown. */
export interface SeedsOptions {
  readonly seeds: readonly number[]
  /** Path of a run folder without its seed: 'runs/laptop' for runs/laptop-0. */
  readonly prefix: string
  /** Runs at once; undefined: one. */
  readonly parallel: number | undefined
  /** Go on with what is there; seeds that are not there yet are begun with the config of those that are. */
  readonly resume: boolean
  /** Use folders that are not empty. */
  readonly force: boolean
  /** Addresses of servers that score replies; undefined: none. */
  readonly scorers: readonly string[] | undefined
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

/** The run folder of a seed. */
export const seedFolder = (prefix: string, seed: number): string => `${prefix}-${seed}`

/** The command `train --seeds`. Sets the exit code: 130 if it was interrupted, 1 if a run failed. */
export async function trainSeeds(options: SeedsOptions): Promise<void> {
  const { seeds, prefix, parallel, resume, quiet } = options
  const scorers = options.scorers && createScorers({ urls: options.scorers, key: await keyOf({}), onNote: printError })
  const start = performance.now()
  const runs = seeds.map((seed): SeedRun => ({ seed, path: seedFolder(prefix, seed) }))
  await (resume ? reopenSeedRuns(runs) : makeNew(runs, options))
  const lines = seedLines(quiet)
  const outcomes = await interruptible((signal) =>
    trainSeedRuns(runs, { parallel, scorers, program: programOf(options), onEvent: lines.show, signal }).finally(lines.close),
  )
  await report(runs, outcomes, options, (performance.now() - start) / 1000)
}

/** Makes every folder, once it is known that all of them can be. */
async function makeNew(runs: readonly SeedRun[], { newConfig, parallel, threadsGiven, force }: SeedsOptions): Promise<void> {
  await checkNewSeeds(runs, force)
  const config = await newConfig()
  const threads = threadsGiven ? config.threads : threadsEach(config.threads, Math.min(parallel ?? 1, runs.length))
  if (threads < config.threads) printError(`each run gets ${threads} of the ${config.threads} threads; the last digits depend on that`)
  await makeSeedRuns(runs, config, { threads, force })
}

/** This program, as it goes on with one run. */
const programOf = ({ quiet, scorers }: SeedsOptions): SeedProgram => ({
  path: fileURLToPath(new URL('main.js', import.meta.url)),
  args: ({ path }) => [
    ...['train', '--resume', path, '--parallel', '1', ...(quiet ? ['--quiet'] : [])],
    ...(scorers ? ['--scorers', scorers.join(',')] : []),
  ],
  stoppedCode: INTERRUPTED,
})

/** Shows what the runs tell: progress of the run of this process, lines of others behind their seed. */
function seedLines(quiet: boolean): { show: (event: SeedsEvent) => void; close: () => void } {
  let progress: ProgressDisplay | null = null
  const close = (): void => {
    progress?.close()
    progress = null
  }
  const show = (event: SeedsEvent): void => {
    const { seed } = event
    if (event.type === 'begin') {
      progress = createProgress({ quiet })
      progress.note(`seed ${seed} (${event.index + 1} of ${event.count})`)
    } else if (event.type === 'job') {
      if (progress !== null) progressEvents(progress)(event.event)
    } else if (event.type === 'line') printError(`seed ${seed}: ${event.text}`)
    else {
      close()
      if (event.reason !== null) printError(`seed ${seed} failed: ${event.reason.replace(/\s+/g, ' ')}`)
    }
  }
  return { show, close }
}

/** What came out: of all seeds that are finished, and how to go on with the others. */
async function report(runs: readonly SeedRun[], outcomes: readonly SeedOutcome[], options: SeedsOptions, seconds: number): Promise<void> {
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
