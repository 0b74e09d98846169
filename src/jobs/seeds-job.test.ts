import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, StorageError } from '../errors.ts'
import { checkNewSeeds, reopenSeedRuns, type SeedRun, type SeedsEvent, threadsEach, trainSeedRuns } from './seeds-job.ts'

test('threads are as configured while they last', () => {
  expect(threadsEach(2, 1, 8)).toBe(2)
  expect(threadsEach(2, 4, 8)).toBe(2)
  expect(threadsEach(2, 2, 2)).toBe(1)
  expect(threadsEach(4, 3, 8)).toBe(2)
  expect(threadsEach(2, 9, 2)).toBe(1)
})

/** Ends with the code that its argument names, or waits until it is let go of and then ends with 130. */
const PROGRAM = `
const [, , what] = process.argv
process.stderr.write('this is ' + what + '\\n')
if (what === 'waits') process.once('disconnect', () => process.exit(130))
else process.exit({ finishes: 0, fails: 1 }[what])
`

describe('runs of several seeds', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'seeds-'))
    await writeFile(join(parent, 'program.mjs'), PROGRAM)
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const program = () => ({ path: join(parent, 'program.mjs'), args: ({ path }: SeedRun) => [path], stoppedCode: 130 })

  test('side by side: outcomes are in the order of the runs, lines and ends are told', async () => {
    const runs = ['finishes', 'fails', 'finishes'].map((path, seed) => ({ seed, path }))
    const events: SeedsEvent[] = []
    const onEvent = (event: SeedsEvent): void => void events.push(event)
    const signal = new AbortController().signal
    expect(await trainSeedRuns(runs, { parallel: 2, program: program(), onEvent, signal })).toEqual(['finished', 'failed', 'finished'])
    for (const { seed, path } of runs) {
      const outcome = path === 'fails' ? 'failed' : 'finished'
      expect(events.filter((event) => event.seed === seed)).toEqual([
        { type: 'line', seed, text: `this is ${path}` },
        { type: 'end', seed, outcome, reason: null },
      ])
    }
  })

  test('an abort lets go of those that run, and begins no others', async () => {
    const runs = ['waits', 'waits', 'finishes'].map((path, seed) => ({ seed, path }))
    const controller = new AbortController()
    const lines: number[] = []
    const onEvent = (event: SeedsEvent): void => {
      if (event.type === 'line' && lines.push(event.seed) === 2) controller.abort()
    }
    const outcomes = await trainSeedRuns(runs, { parallel: 2, program: program(), onEvent, signal: controller.signal })
    expect(outcomes).toEqual(['stopped', 'stopped', 'stopped'])
    expect(lines.sort()).toEqual([0, 1])
  })

  test('one by one: a run that cannot be opened fails with its reason', async () => {
    const events: SeedsEvent[] = []
    const broken = join(parent, 'broken')
    await mkdir(broken)
    await writeFile(join(broken, 'run.json'), '{')
    const options = { parallel: 1, program: program(), onEvent: (event: SeedsEvent) => void events.push(event) }
    const outcomes = await trainSeedRuns([{ seed: 4, path: broken }], { ...options, signal: new AbortController().signal })
    expect(outcomes).toEqual(['failed'])
    expect(events).toEqual([
      { type: 'begin', seed: 4, index: 0, count: 1 },
      { type: 'end', seed: 4, outcome: 'failed', reason: expect.stringContaining('run.json') },
    ])
    expect(await trainSeedRuns([{ seed: 4, path: broken }], { ...options, signal: AbortSignal.abort() })).toEqual([])
  })

  test('new ones need free folders, old ones need a run', async () => {
    const runs = [0, 1].map((seed) => ({ seed, path: join(parent, `run-${seed}`) }))
    await expect(reopenSeedRuns(runs)).rejects.toThrow(StorageError)
    await checkNewSeeds(runs, false)
    await mkdir(join(parent, 'run-1'))
    await writeFile(join(parent, 'run-1', 'run.json'), '{}')
    await expect(checkNewSeeds(runs, false)).rejects.toThrow(
      new ConfigError(
        `${join(parent, 'run-1')} holds a run already; go on with all of these seeds by --resume, or give other folders with --out`,
      ),
    )
  })
})
