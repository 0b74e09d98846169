/** The main job as a user types it: runs, is killed, resumes, refuses. Tiny numbers, the built command. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, vlmGym } from './vlm-gym.ts'

const TINY = ['train', '--preset', 'tiny', '--quiet']

/** Metric lines without the wall time. */
async function numbers(folder: string): Promise<unknown[]> {
  const text = await readFile(join(folder, 'metrics.jsonl'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), seconds: 0 }))
}

/** Starts a command and signals it once it has written lines of `path` and there are `lines` of them or more. */
async function interruptAtLine(path: string, lines: number, signal: 'SIGKILL' | 'SIGINT', ...args: string[]): Promise<number | null> {
  const content = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  const before = content()
  const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const poll = setInterval(() => {
    const now = content()
    if (now === before || now.split('\n').length <= lines) return
    clearInterval(poll)
    child.kill(signal)
  }, 2)
  const code = await ended
  clearInterval(poll)
  return code
}

const interruptAt = (lines: number, signal: 'SIGKILL' | 'SIGINT', folder: string, ...args: string[]): Promise<number | null> =>
  interruptAtLine(join(folder, 'metrics.jsonl'), lines, signal, ...args)

/** Whether a small file system can be mounted, to fill it up. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0
  if (mounted) spawnSync('umount', [folder])
  return mounted
}

describe('vlm-gym train', () => {
  let parent = ''
  let whole = ''
  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
    parent = await mkdtemp(join(tmpdir(), 'cli-train-'))
    whole = join(parent, 'whole')
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('trains both recipes, evaluates every policy and writes results and report', async () => {
    const { code, stdout } = await vlmGym(...TINY, '--out', whole, '--json', '--parallel', '1')
    expect(code).toBe(0)
    const rows = JSON.parse(stdout) as { policy: string; decoding: string; metric: string }[]
    expect(JSON.parse(await readFile(join(whole, 'results.json'), 'utf8'))).toEqual(rows)
    const pairs = new Set(rows.map(({ policy, decoding }) => `${policy} ${decoding}`))
    for (const model of ['base', 'g0', 'cold-start', 'g1'])
      for (const how of ['sampled', 'greedy']) expect(pairs).toContain(`${model} ${how}`)
    for (const anchor of ['random', 'teacher', 'greedy-1', 'solver']) expect(pairs).toContain(`${anchor} scripted`)
    expect(await readFile(join(whole, 'report.html'), 'utf8')).toContain('<!doctype html>')
    const episodes = (await readFile(join(whole, 'episodes.jsonl'), 'utf8')).trim().split('\n')
    const returns = rows.filter(({ metric }) => metric === 'return') as unknown as { mean: number; episodes: number }[]
    expect(episodes).toHaveLength(returns.reduce((sum, row) => sum + row.episodes, 0))
    const points = episodes.reduce((sum, line) => sum + (JSON.parse(line) as { values: { return: number } }).values.return, 0)
    expect(points).toBeCloseTo(
      returns.reduce((sum, { mean, episodes: games }) => sum + mean * games, 0),
      6,
    )
  })

  it('evaluates a policy again whose kept episodes are not all there, and keeps an old run that has none', async () => {
    const again = join(parent, 'fewer')
    await cp(whole, again, { recursive: true })
    const text = await readFile(join(whole, 'episodes.jsonl'), 'utf8')
    await writeFile(join(again, 'episodes.jsonl'), text.trim().split('\n').slice(0, -1).join('\n').concat('\n{"game":"sw'))
    expect((await vlmGym(...TINY, '--resume', again)).code).toBe(0)
    expect(await readFile(join(again, 'episodes.jsonl'), 'utf8')).toBe(text)
    expect(await readFile(join(again, 'results.json'))).toEqual(await readFile(join(whole, 'results.json')))
    await rm(join(again, 'episodes.jsonl'))
    expect((await vlmGym(...TINY, '--resume', again)).code).toBe(0)
    expect(existsSync(join(again, 'episodes.jsonl'))).toBe(false)
  })

  it('gives the same numbers after kills and Ctrl-C, on one engine and on two, to the last digit', async () => {
    const broken = join(parent, 'broken')
    await interruptAt(3, 'SIGKILL', broken, ...TINY, '--out', broken)
    // A killed process leaves its lock; it counts as stale after 15 s. The test does not wait for that.
    await rm(join(broken, '.lock'), { recursive: true, force: true })
    await interruptAt(13, 'SIGKILL', broken, ...TINY, '--resume', broken, '--parallel', '2')
    await rm(join(broken, '.lock'), { recursive: true, force: true })
    expect(await interruptAt(24, 'SIGINT', broken, ...TINY, '--resume', broken, '--parallel', '1')).toBe(130)
    // In the evaluation, amid the episodes of a policy or between two.
    await interruptAtLine(join(broken, 'episodes.jsonl'), 20, 'SIGKILL', ...TINY, '--resume', broken)
    await rm(join(broken, '.lock'), { recursive: true, force: true })
    expect((await vlmGym(...TINY, '--resume', broken)).code).toBe(0)
    expect(await numbers(broken)).toEqual(await numbers(whole))
    for (const file of ['results.json', 'episodes.jsonl', 'replays.json', 'interventions.json', 'generalisation.json'])
      expect(await readFile(join(broken, file))).toEqual(await readFile(join(whole, file)))
  })

  it('analyses the models, computes only what is missing, and leaves out what is switched off', async () => {
    const read = async (folder: string, name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as { policy: string }[]
    const [interventions, generalisation] = [await read(whole, 'interventions.json'), await read(whole, 'generalisation.json')]
    expect([...new Set(interventions.map(({ policy }) => policy))]).toEqual(['g0', 'cold-start', 'g1'])
    expect(interventions).toHaveLength(4 * 3 * 2 * 4 * 2)
    expect([...new Set(generalisation.map(({ policy }) => policy))]).toEqual(['cold-start', 'g1'])
    const again = join(parent, 'again')
    await cp(whole, again, { recursive: true })
    const marked = interventions.slice(0, -8).map((row) => ({ ...row, seed: 7 }))
    await writeFile(join(again, 'interventions.json'), JSON.stringify(marked))
    expect((await vlmGym(...TINY, '--resume', again)).code).toBe(0)
    expect(await read(again, 'interventions.json')).toEqual([...marked, ...interventions.slice(-8)])
    const run = JSON.parse(await readFile(join(again, 'run.json'), 'utf8')) as { config: { evaluation: object } }
    const off = { interventions: { states: 0 }, generalisation: { states: 0 } }
    Object.assign(run.config.evaluation, off)
    await writeFile(join(again, 'run.json'), JSON.stringify(run))
    for (const name of ['interventions.json', 'generalisation.json']) await rm(join(again, name))
    expect((await vlmGym(...TINY, '--resume', again)).code).toBe(0)
    expect(existsSync(join(again, 'interventions.json')) || existsSync(join(again, 'generalisation.json'))).toBe(false)
  })

  it('refuses a folder with a run in it, a folder in use, a foreign folder and another version', async () => {
    expect(await vlmGym(...TINY, '--out', whole)).toMatchObject({ code: 2, stderr: expect.stringContaining('holds a run already') })
    await mkdir(join(whole, '.lock'))
    await writeFile(join(whole, '.owner'), JSON.stringify({ pid: process.pid, host: hostname() }))
    expect(await vlmGym(...TINY, '--resume', whole)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in use by another process'),
    })
    await rm(join(whole, '.lock'), { recursive: true })
    await rm(join(whole, '.owner'))
    expect(await vlmGym(...TINY, '--resume', join(parent, 'none'))).toMatchObject({ code: 1, stderr: expect.stringContaining('no run in') })
    const old = join(parent, 'old')
    await mkdir(old)
    await writeFile(join(old, 'run.json'), '{"format":"vlm-gym/run","version":0,"config":{}}')
    expect(await vlmGym(...TINY, '--resume', old)).toMatchObject({ code: 1, stderr: expect.stringContaining('run format 0') })
    await writeFile(join(old, 'run.json'), '{"what":1}')
    expect(await vlmGym(...TINY, '--resume', old)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not the header of a vlm-gym run'),
    })
  })

  it('refuses a damaged or foreign checkpoint and keeps the file', async () => {
    const damaged = join(parent, 'damaged')
    await cp(whole, damaged, { recursive: true })
    const file = join(damaged, 'progress.json')
    const progress = JSON.parse(await readFile(file, 'utf8')) as { finished: { [stage: string]: object } }
    const { g1: _, ...finished } = progress.finished
    const checkpoint = join(damaged, 'checkpoints', 'cold-start.safetensors')
    await truncate(checkpoint, 1000)
    // As if the run had been stopped where the last stage begins, and in the middle of it.
    const checkpointOf = { name: 'resume-g1-a', ref: progress.finished['cold-start'] }
    const g1 = { step: 2, checkpoint: checkpointOf, state: { pool: [], signals: [1, 1, 1, 1] } }
    for (const running of [{}, { g1 }]) {
      await writeFile(file, JSON.stringify({ ...progress, finished, running }))
      expect(await vlmGym(...TINY, '--resume', damaged)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('not a usable checkpoint'),
      })
      expect((await readFile(checkpoint)).length).toBe(1000)
    }
    await writeFile(join(parent, 'x.safetensors'), 'hello, this is not a checkpoint')
    expect(await vlmGym('eval', join(parent, 'x.safetensors'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not a usable checkpoint'),
    })
  })

  it.skipIf(!canMount())(
    'stops with a clear error when the disk is full, and goes on when there is room (skipped where no small disk can be mounted)',
    async () => {
      const disk = join(parent, 'disk')
      await mkdir(disk)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status).toBe(0)
      try {
        const folder = join(disk, 'run')
        const { code, stderr } = await vlmGym(...TINY, '--out', folder)
        expect(code).toBe(1)
        expect(stderr).toMatch(/cannot write .*(disk is full|ENOSPC)/)
        spawnSync('mount', ['-o', 'remount,size=200m', disk])
        expect((await vlmGym(...TINY, '--resume', folder)).code).toBe(0)
        expect(await numbers(folder)).toEqual(await numbers(whole))
      } finally {
        spawnSync('umount', [disk])
      }
    },
  )

  it('refuses a progress file that asks for what is not in the run', async () => {
    const broken = join(parent, 'progress')
    await cp(whole, broken, { recursive: true })
    const file = join(broken, 'progress.json')
    const progress = JSON.parse(await readFile(file, 'utf8')) as { finished: object }
    const half = { step: 1, checkpoint: null, state: { pool: [], signals: [1, 1, 1, 1] } }
    for (const change of [
      { running: { 'no-stage': half } },
      { running: { g1: { ...half, step: 99 } } },
      { running: { g1: { ...half, step: -1 } } },
      { running: { g1: { ...half, checkpoint: '../../etc/passwd' } } },
      { running: { g1: { ...half, state: { pool: [{ spec: 0 }] } } } },
      { finished: { ...progress.finished, base: undefined } },
    ]) {
      await writeFile(file, JSON.stringify({ ...progress, ...change }))
      expect(await vlmGym(...TINY, '--resume', broken)).toMatchObject({ code: 1, stderr: expect.stringContaining('damaged') })
    }
  })

  it('takes two signals at once for one, saves and stops', async () => {
    const folder = join(parent, 'signals')
    const child = spawn(process.execPath, [main, ...TINY, '--out', folder], { stdio: 'ignore' })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const file = join(folder, 'metrics.jsonl')
    const poll = setInterval(() => {
      if (!existsSync(file)) return
      clearInterval(poll)
      child.kill('SIGINT')
      setTimeout(() => child.kill('SIGTERM'), 10)
    }, 2)
    expect(await ended).toBe(130)
    expect((await vlmGym(...TINY, '--resume', folder)).code).toBe(0)
    expect(await numbers(folder)).toEqual(await numbers(whole))
  })
})

describe('vlm-gym eval and export', () => {
  it('ends with one sentence for a checkpoint that does not fit, and leaves no process behind', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'cli-eval-'))
    try {
      const run = join(parent, 'run')
      expect((await vlmGym(...TINY, '--out', run)).code).toBe(0)
      const checkpoint = join(run, 'checkpoints', 'g1.safetensors')
      const few = ['--episodes', '2', '--horizon', '3', '--quiet']
      expect(await vlmGym('eval', checkpoint, ...few, '--tile', '32')).toMatchObject({ code: 2, stderr: expect.stringMatching(/patches/) })
      expect(await vlmGym('eval', checkpoint, ...few, '--max-tokens', '500')).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/maxTokens/),
      })
      expect(await vlmGym('eval', 'human')).toMatchObject({ code: 2, stderr: expect.stringContaining('vlm-gym play') })
      expect(await vlmGym('eval', 'random', ...few, '--theme', 'nope')).toMatchObject({ code: 2, stderr: expect.stringContaining('nope') })
      const { code, stdout } = await vlmGym('eval', checkpoint, 'random', ...few, '--json')
      expect(code).toBe(0)
      expect(new Set((JSON.parse(stdout) as { decoding: string }[]).map(({ decoding }) => decoding))).toEqual(
        new Set(['sampled', 'greedy', 'scripted']),
      )
      const out = join(parent, 'g1.onnx')
      expect((await vlmGym('export', checkpoint, '--out', out)).code).toBe(0)
      expect((await readFile(out)).length).toBeGreaterThan(10_000)
      expect((await vlmGym('report', run)).stdout).toContain('report.html')
    } finally {
      await rm(parent, { recursive: true, force: true })
    }
  })
})
