import { describe, expect, test } from 'vitest'
import { evaluate } from '../eval/evaluate.ts'
import { game2048 } from '../games/2048/index.ts'
import { envSpec } from '../gym/index.ts'
import { createPolicy, scriptedPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { type ComparedRun, compareRuns } from './compare.ts'
import { comparePage } from './compare-page.ts'
import { comparisonCsv, comparisonText, misreadings } from './compare-text.ts'
import type { Setup } from './training-run.ts'

const spec = envSpec({ game: game2048, skin: { theme: 'classic', tile: 16, layout: 'board' }, promptStyle: 'brief' })
const setup: Setup = { game: '2048', config: { size: 4, goal: 0 }, horizon: 10, restart: true, counts: 'points' }

/** A model that says one thing for ever. */
const model = (answer: string, name: string, perception = ''): Policy =>
  scriptedPolicy([`<perception>${perception}</perception><think></think><answer>${answer}</answer>`], name)

async function run(name: string, policies: readonly Policy[], over: Partial<Setup> = {}): Promise<ComparedRun> {
  const episodes = []
  const rules = { ...setup, ...over }
  for (const policy of policies) {
    const decoding = policy.privileged ? 'scripted' : 'sampled'
    const { horizon, restart } = rules
    episodes.push(...(await evaluate({ policy, decoding, specs: [{ ...spec, horizon, restart }], episodes: 12, seed: 5 })).episodes)
  }
  return { name, seed: 5, setups: [rules], episodes, rows: [] }
}

const anchors = ['random', 'solver'].map((name) => createPolicy(name))

describe('compareRuns', () => {
  test('puts the same games together, sets scores between the anchors, tests pairs', async () => {
    const first = await run('first', [...anchors, model('0', 'up')])
    const second = await run('second', [...anchors, model('9', 'mute')])
    const [group, ...others] = compareRuns([first, second])
    expect(others).toEqual([])
    expect(group?.rows.map(({ label }) => label)).toEqual(['solver', 'random', 'up, sampled', 'mute, sampled'])
    const normalised = group?.rows.map((row) => Math.round(row.normalised?.mean ?? Number.NaN))
    expect(normalised?.slice(0, 2)).toEqual([100, 0])
    expect(normalised?.[3]).toBeLessThan(0)
    expect(group?.tests.map(({ a, b }) => `${a} - ${b}`)).toEqual([
      'random - up, sampled',
      'random - mute, sampled',
      'solver - up, sampled',
      'solver - mute, sampled',
      'up, sampled - mute, sampled',
    ])
    const clear = group?.tests.find(({ a, b }) => a === 'solver' && b === 'mute, sampled')
    expect(clear).toMatchObject({ pairs: 12 })
    expect(clear?.p).toBeLessThan(0.01)
    expect(clear?.corrected).toBeGreaterThanOrEqual(clear?.p ?? 1)
    expect(clear?.difference.mean).toBeCloseTo((group?.rows[0]?.cells.return?.mean ?? 0) - 0, 9)
  })

  test('holds only like against like, and tells equal names of two runs apart', async () => {
    const first = await run('first', [model('0', 'up')])
    const longer = await run('longer', [model('0', 'up')], { horizon: 20 })
    expect(compareRuns([first, longer])).toHaveLength(2)
    const again = await run('again', [model('0', 'up')])
    const [group] = compareRuns([first, again])
    expect(group?.rows.map(({ label }) => label).sort()).toEqual(['up, sampled (again)', 'up, sampled (first)'])
    expect(group?.tests[0]).toMatchObject({ difference: { mean: 0 }, p: 1, corrected: 1 })
    const trained: ComparedRun = { name: 'trained', seed: 0, setups: null, episodes: [], rows: compareRows() }
    expect(compareRuns([first, trained]).map((one) => one.setup)).toEqual([setup, null])
  })

  test('shows published rows under the paper’s protocol, marked, and under no other', async () => {
    const short = await run('short', [model('0', 'up')])
    expect(compareRuns([short])[0]?.rows.every(({ source }) => source === 'run')).toBe(true)
    const paper = await run('paper', [model('0', 'up')], { horizon: 100 })
    const [group] = compareRuns([paper])
    expect(group?.unit).toBe('sum of merges')
    const published = group?.rows.filter(({ source }) => source === 'published')
    expect(published?.find(({ label }) => label === 'G1-7B')?.cells.return?.mean).toBe(1070)
    for (const text of [
      comparisonText(group ? [group] : [], '## '),
      comparisonCsv(group ? [group] : []),
      JSON.stringify(comparePage(group ? [group] : [], { names: ['x'] })),
    ])
      expect(text).toMatch(/G1-7B.*published/s)
  })

  test('counts how cells are read', async () => {
    const grid = Array.from({ length: 4 }, () => '2 | 2 | 2 | 2').join('\n')
    const [group] = compareRuns([await run('reader', [model('0', 'twos', grid)])])
    const row = group?.rows[0]
    const [worst] = row ? misreadings(row) : []
    expect(worst).toMatchObject({ truth: '_', read: '2', share: 1 })
    expect(row?.confusion?.['2']).toEqual({ '2': expect.any(Number) })
    const cells = Object.values(row?.confusion ?? {}).flatMap((reads) => Object.values(reads))
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(12 * 10 * 16)
  })
})

function compareRows(): ComparedRun['rows'] {
  const row = { game: '2048', policy: 'g1', decoding: 'greedy', metric: 'return', mean: 5, low: 4, high: 6, episodes: 9, seed: 0 } as const
  return [row]
}

describe('formats', () => {
  test('are safe against hostile names', async () => {
    const evil = await run('=x', [model('0', '=1+1|"<script>\n')])
    const groups = compareRuns([evil])
    expect(comparisonText(groups)).toContain('=1+1\\|"<script> , sampled')
    const line = comparisonCsv(groups).split('\n')[1] as string
    expect(line).toContain("'=x")
  })

  test('the page has every number of the text: a chart, what the tests come to, tables that can be sorted', async () => {
    const groups = compareRuns([await run('first', [...anchors, model('0', 'up'), model('9', 'mute')])])
    const page = comparePage(groups, { names: ['first'] })
    const [group] = page.groups
    expect(group?.panels[0]?.rows.map(({ label }) => label)).toEqual(['up', 'mute'])
    expect(group?.panels[0]?.random?.mean).toBe(groups[0]?.rows.find(({ label }) => label === 'random')?.cells.return?.mean)
    expect(page.findings.sentences[0]).toMatch(
      /^2048: \d of 5 differences are more than chance; the largest: solver above mute, sampled by /,
    )
    const [results] = group?.tables ?? []
    expect(results?.rows.map(({ head }) => head)).toEqual(groups[0]?.rows.map(({ label }) => label))
    const points = results?.columns.findIndex(({ title }) => title === groups[0]?.unit) as number
    expect(results?.rows[0]?.cells[points]?.value).toBe(groups[0]?.rows[0]?.cells.return?.mean)
    expect(group?.tables.at(-1)?.rows).toHaveLength(5)
    expect(page.files.csv).toBe(comparisonCsv(groups))
    expect(JSON.parse(JSON.stringify(page))).toEqual(page)
  })

  test('plot: the dot lies within its whiskers, in every line', async () => {
    const text = comparisonText(compareRuns([await run('a', anchors)]))
    const lines = text.split('\n').filter((line) => line.includes('●'))
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^\w+ +├?─*●─*┤? +[\d.,]+$/)
  })
})
