/** Several training seeds as a user types it: trained, stopped, gone on with, compared, refused. Tiny numbers, the built command. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, vlmGym } from './vlm-gym.ts'

/** One game, one recipe, few steps, no analyses. */
const SMALL = {
  recipes: ['g1'],
  games: [{ id: '2048', horizon: 4, restart: true }],
  base: { steps: 3 },
  coldStart: { steps: 3 },
  rl: { steps: 12 },
  evaluation: { episodes: 4, seed: 2048, interventions: { states: 0 }, generalisation: { states: 0 } },
}

interface Row {
  readonly label: string
  readonly run: string | null
}
interface Group {
  readonly rows: readonly Row[]
  readonly tests: readonly { readonly a: string; readonly b: string; readonly pairs: number }[]
  readonly seeds: readonly { readonly seeds: number[]; readonly runs: string[]; readonly tests: readonly { readonly pairs: number }[] }[]
}

describe('vlm-gym train --seeds', { timeout: 600_000 }, () => {
  let parent = ''
  let file = ''
  const at = (name: string): string => join(parent, name)
  const text = (name: string): Promise<string> => readFile(at(name), 'utf8')
  const small = (...args: string[]) => vlmGym('train', '--preset', 'tiny', '--config', file, ...args)

  /** Starts a command, interrupts it once a file is there, and returns its exit code and what it said. */
  async function interruptedOnce(path: string, ...args: string[]): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(process.execPath, [main, 'train', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    const poll = setInterval(() => {
      if (!existsSync(path) || readFileSync(path, 'utf8').length === 0) return
      clearInterval(poll)
      child.kill('SIGINT')
    }, 2)
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    clearInterval(poll)
    return { code, stderr }
  }

  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
    parent = await mkdtemp(join(tmpdir(), 'cli-seeds-'))
    file = at('small.json')
    await writeFile(file, JSON.stringify(SMALL))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('trains a run a seed, each as by itself, and ends with the table and the page over seeds', async () => {
    const { code, stdout, stderr } = await small('--seeds', '0,2', '--out', at('s'))
    expect(code).toBe(0)
    expect(stdout).toContain('Seeds 0, 2 of one recipe (s-0, s-2)')
    expect(stdout).toMatch(/\| G1, greedy +\| +0 \|.*\n\| +\| +2 \|/)
    expect(stdout).toContain(at('s-2/report.html'))
    expect(await text('s-0/seeds.html')).toContain('<!doctype html>')
    expect((await small('--seed', '2', '--out', at('alone'), '--quiet')).code).toBe(0)
    for (const name of ['results.json', 'episodes.jsonl', 'checkpoints/g1.safetensors'])
      expect(await readFile(at(`s-2/${name}`))).toEqual(await readFile(at(`alone/${name}`)))
    // The last line of every stage is full.
    const lines = stderr.split('\n').flatMap((line) => /^(.*?) {2}(\d+)\/(\d+)(?: |$)/.exec(line)?.slice(1) ?? [])
    const last = new Map<string, string>()
    for (let i = 0; i < lines.length; i += 3) last.set(lines[i] as string, `${lines[i + 1]}/${lines[i + 2]}`)
    expect(last.size).toBeGreaterThan(10)
    for (const [stage, count] of last) expect(`${stage} ${count.split('/')[0]}`).toBe(`${stage} ${count.split('/')[1]}`)
  })

  it('stops at Ctrl-C with 130, and goes on as a whole with the numbers of unbroken runs', async () => {
    const args = ['--preset', 'tiny', '--config', file, '--seeds', '0,2', '--out', at('broken')]
    const { code, stderr } = await interruptedOnce(at('broken-0/metrics.jsonl'), ...args)
    expect(code).toBe(130)
    expect(stderr).toContain(`Go on with: vlm-gym train --seeds 0,2 --out ${at('broken')} --resume`)
    expect(existsSync(at('broken-2/run.json'))).toBe(true)
    const { code: end, stdout } = await vlmGym('train', '--seeds', '0,2', '--out', at('broken'), '--resume', '--quiet')
    expect(end).toBe(0)
    expect(stdout).toContain('Seeds 0, 2 of one recipe')
    for (const name of ['0/results.json', '2/results.json', '0/episodes.jsonl', '0/checkpoints/g1.safetensors'])
      expect(await readFile(at(`broken-${name}`))).toEqual(await readFile(at(`s-${name}`)))
  })

  it('runs side by side, stops all at Ctrl-C, and adds a seed on --resume', async () => {
    const args = ['--preset', 'tiny', '--config', file, '--seeds', '0-1', '--parallel', '2', '--out', at('par')]
    const { code, stderr } = await interruptedOnce(at('par-1/metrics.jsonl'), ...args)
    expect(code).toBe(130)
    expect(stderr).toMatch(/^seed [01]: /m)
    const resumed = await vlmGym('train', '--seeds', '0-2', '--parallel', '2', '--out', at('par'), '--resume', '--quiet', '--json')
    expect(resumed.code).toBe(0)
    const [group] = JSON.parse(resumed.stdout) as Group[]
    expect(group?.seeds[0]).toMatchObject({ seeds: [0, 1, 2], runs: ['par-0', 'par-1', 'par-2'] })
    expect((await small('--seed', '1', '--out', at('one'), '--quiet')).code).toBe(0)
    expect(await readFile(at('par-1/checkpoints/g1.safetensors'))).toEqual(await readFile(at('one/checkpoints/g1.safetensors')))
  })

  it('refuses folders of which one holds a run, before anything is written', async () => {
    expect(await small('--seeds', '2-4', '--out', at('s'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('holds a run already'),
    })
    expect(existsSync(at('s-3')) || existsSync(at('s-4'))).toBe(false)
  })

  it('goes on with runs of one recipe only, and compares others as what they are', async () => {
    await cp(at('s-2'), at('s-7'), { recursive: true })
    const run = JSON.parse(await text('s-7/run.json')) as { config: { seed: number; rl: { kl: number } } }
    Object.assign(run.config, { seed: 7, rl: { ...run.config.rl, kl: 0.5 } })
    await writeFile(at('s-7/run.json'), JSON.stringify(run))
    expect(await vlmGym('train', '--seeds', '0,7', '--out', at('s'), '--resume')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('rl.kl'),
    })
    expect(await vlmGym('compare', at('s-0'), at('s-7'), '--seeds-table')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('rl.kl'),
    })
    expect(await vlmGym('compare', at('s-0'), at('s-7'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/g1, greedy \(s-0\).*g1, greedy \(s-7\)/s),
    })
  })

  it('compare tells seeds as such, pairs training runs with evaluations of the same games, and takes --json', async () => {
    const runs = [at('s-0'), at('s-2')]
    const table = (await vlmGym('compare', ...runs, '--seeds-table', '--format', 'markdown')).stdout.split('\n')
    expect(table[0]).toMatch(/^\| policy +\| seed \| +2048, points in 4 replies \|$/)
    expect(table.some((line) => /^\| random legal moves +\| +all \| +\S+ \[\S+, \S+\] \|$/.test(line))).toBe(true)
    for (const [args, reason] of [
      [[...runs, '--seeds-table', '--format', 'csv'], 'is text for the terminal'],
      [[at('s-0'), '--seeds-table'], 'needs two runs or more'],
      [[at('s-0'), at('alone'), '--json', '--format', 'csv'], 'two formats'],
      [[at('s-2'), at('alone'), '--seeds-table'], 'have the same seed, 2'],
    ] as const)
      expect(await vlmGym('compare', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) })
    const json = await vlmGym('compare', ...runs, '--json')
    expect(json).toEqual(await vlmGym('compare', ...runs, '--format', 'json'))
    const evaluated = ['random', 'greedy-2', '--episodes', '4', '--horizon', '4', '--seed', '2048', '--quiet', '--out', at('scripted')]
    expect((await vlmGym('eval', ...evaluated)).code).toBe(0)
    const model = ['eval', at('s-0/checkpoints/g1.safetensors'), '--decoding', 'greedy', ...evaluated.slice(2), at('model')]
    model.splice(model.indexOf(at('scripted')), 1)
    expect((await vlmGym(...model)).code).toBe(0)
    const [group, ...others] = JSON.parse((await vlmGym('compare', at('s-0'), at('scripted'), at('model'), '--json')).stdout) as Group[]
    expect(others).toEqual([])
    expect(group?.rows.filter(({ label }) => label === 'random')).toHaveLength(1)
    expect(group?.rows.some(({ label, run }) => label === 'greedy-2' && run === 'scripted')).toBe(true)
    const own = group?.tests.find(({ a, b }) => a === 'g1, greedy' && b.includes('g1.safetensors'))
    expect(own).toMatchObject({ pairs: 4, difference: { mean: 0 }, p: 1 })
  })

  it('report of several runs writes the page over seeds, and refuses runs that are no seeds of one recipe', async () => {
    await rm(at('s-0/seeds.html'))
    expect(await vlmGym('report', at('s-0'), at('s-2'))).toMatchObject({ code: 0, stdout: expect.stringContaining(at('s-0/seeds.html')) })
    expect(await text('s-0/seeds.html')).toContain('over training seeds')
    expect(await vlmGym('report', at('s-0'), at('s-7'))).toMatchObject({ code: 2, stderr: expect.stringContaining('rl.kl') })
    expect(await vlmGym('report', at('s-0'), at('scripted'))).toMatchObject({ code: 2, stderr: expect.stringContaining('no training run') })
  })
})
