import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRun, folderReader, type Replay, type RunFolder, type RunReader } from '../runs/index.ts'
import { policiesOf } from './policies.ts'
import { chooseReplays, replaysPage } from './replays-page.ts'
import { fillRun, fixtureConfig, fixtureStages } from './report-fixture.ts'
import { runPage } from './run-page.ts'
import { type RunView, runView } from './run-view.ts'

let place: string
let folder: RunFolder

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'report-'))
  folder = await createRun(join(place, 'run'), fixtureConfig, { stages: fixtureStages })
})

afterEach(async () => {
  await folder.close()
  await rm(place, { recursive: true, force: true })
})

const EMPTY: RunView = {
  title: 'A run',
  about: '',
  config: {},
  stages: [],
  findings: [],
  results: [],
  probes: [],
  interventions: [],
  generalisation: [],
  replays: [],
  episodes: [],
}

const pageOf = async () => runPage(await runView(folderReader(folder)))

describe('the page of a run', () => {
  test('has results, stages, curves, bootstrapping, analyses and replays, as plain JSON', async () => {
    await fillRun(folder)
    const page = await pageOf()
    expect(JSON.parse(JSON.stringify(page))).toEqual(page)
    const { head, metrics, findings, bootstrapping, analyses, replays } = page
    expect(head.title).toBe('G0 and G1 on 2048')
    expect(findings.sentences).toEqual([
      'G1 plays above random legal moves in 2048.',
      expect.stringMatching(
        /above its cold start in 2 of 2, above its teacher in 2 of 2 and above G0 in 2 of 2, counted over decodings\.$/,
      ),
    ])
    expect(head.panels[0]?.rows.flatMap(({ marks }) => marks.map(({ title }) => title))).toContain('G1, sampled: 1,043 (1,001 to 1,085)')
    expect(head.about).toMatch(
      /^Begun \d{4}-\d\d-\d\d \d\d:\d\d UTC, vlm-gym [\d.]+( \(commit [0-9a-f]{7}.*?\))?, Node v\d+.*, \d+ cores?, [\d.]+ GiB, /,
    )
    const [play] = head.results?.games[0]?.tables ?? []
    const heads = [
      'random legal moves',
      'teacher, told the board',
      'base',
      'G0',
      'cold start',
      'G1',
      'one-move search',
      'two-move search',
      'solver',
    ]
    expect([...new Set(play?.rows.map((row) => row.head))]).toEqual(heads)
    expect(play?.rows.flatMap(({ cells }) => cells.filter((cell) => cell?.look === 'best').map((cell) => cell?.text))).toContain('1,095')
    expect(metrics.table.rows.map(({ cells }) => cells[1]?.text)).toEqual(['60', '150', '300', '110 of 150'])
    expect(metrics.columns.map(({ stage, steps }) => [stage, steps.length])).toEqual([
      ['base', 60],
      ['g0', 150],
      ['cold-start', 300],
      ['g1', 110],
    ])
    expect(bootstrapping?.parts.map(({ sentence }) => sentence).join()).toMatch(
      /Perception hardly moves over.*Their gains correlate with r = /,
    )
    const good = analyses.interventions?.tables[0]
    expect(good?.conclusion).toBe(
      'G1 acts on the board that it is told: a wrong one costs it 18.0 points (15.0 to 21.0) of its good moves, sampled and 18.0 points (15.0 to 21.0) of its good moves, greedy. The true one adds to them: +3.6 points (+0.6 to +6.6), sampled and +3.6 points (+0.6 to +6.6), greedy.',
    )
    expect(good?.table.rows.at(-1)?.cells.at(-1)).toMatchObject({ look: 'clear', note: expect.stringContaining('−18.0 (−21.0 to −15.0)') })
    expect(good?.table.rows[0]?.cells.at(-1)?.look).toBeUndefined()
    const maps = analyses.generalisation?.games[0]?.policies.flatMap(({ maps }) => maps)
    expect(maps).toHaveLength(2 * 4)
    expect(maps?.[0]?.rows[0]).toMatchObject({ thing: 'theme classic', cells: { 0: { mean: 1, low: 0.94, high: 1, seen: true } } })
    expect(replays?.replays[replays.first]?.title).toMatch(/^g1, sampled · 2048/)
  })

  test('of an empty run, then of one with a single step', async () => {
    expect(await pageOf()).toMatchObject({
      head: { results: null, panels: [] },
      findings: { sentences: [] },
      bootstrapping: null,
      replays: null,
    })
    const values = { reward: 1, perceptionExact: 0.5, reasoning: null, kl: 0.1 }
    await folder.append('metrics.jsonl', { stage: 'g0', step: 0, seconds: 1, values })
    const page = await pageOf()
    expect(page.bootstrapping?.parts[0]?.sentence).toContain('Fewer than 10 steps')
    expect(page.metrics).toMatchObject({ total: 1, done: [0, 1, 0, 0] })
  })

  test('leaves a damaged line out with a warning that names file and line', async () => {
    await fillRun(folder)
    const text = await readFile(folder.file('metrics.jsonl'), 'utf8')
    const page = await pageOf()
    await writeFile(folder.file('metrics.jsonl'), `{"stage":3}\n${text}`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await pageOf()).toEqual(page)
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/^warning: .*metrics\.jsonl line 1 is dropped: its field stage is missing/),
    ])
    warned.mockRestore()
  })

  test('shows any config and needs none', () => {
    for (const config of [null, 3, { games: 'x', rl: [] }])
      expect(runPage({ ...EMPTY, config }).head).toMatchObject({ facts: null, config, results: null })
  })
})

describe('runView', () => {
  test('is plain JSON of all that the page shows, from any reader', async () => {
    await fillRun(folder)
    const view = await runView(folderReader(folder))
    expect(JSON.parse(JSON.stringify(view))).toEqual(view)
    expect(view.title).toBe('G0 and G1 on 2048')
    expect(view.stages.map(({ label, kind, steps, lines }) => [label, kind, steps, lines.length])).toEqual([
      ['base', 'supervised', 60, 60],
      ['G0', 'rl', 150, 150],
      ['cold start', 'supervised', 300, 300],
      ['G1', 'rl', 150, 110],
    ])
    expect(view.stages[3]?.last).toBeGreaterThan(2)
    expect(view.findings[0]).toBe('G1 plays above random legal moves in 2048.')

    const only: RunReader = {
      read: async (name, schema) => (name === 'run.json' ? schema.parse({ kind: 'train', config: {}, stages: fixtureStages }) : null),
      lines: async () => [],
    }
    expect(await runView(only)).toMatchObject({ title: 'G0 and G1', results: [], findings: [], episodes: [] })
    await expect(runView({ ...only, read: async () => null })).rejects.toThrow(/no run\.json/)
  })
})

describe('replays of the page', () => {
  const replay = (policy: string, seed: number): Replay => ({ game: '2048', policy, decoding: 'sampled', seed, return: 0, steps: [] })

  test('are chosen in turn from all policies, in report order', () => {
    const all = ['solver', 'g1', 'base'].flatMap((policy) => [0, 1, 2, 3, 4, 5].map((seed) => replay(policy, seed)))
    const names = policiesOf(fixtureStages)
    const chosen = chooseReplays(all, names)
    expect(chosen.map(({ policy }) => policy)).toEqual([...Array(4).fill('base'), ...Array(4).fill('g1'), ...Array(4).fill('solver')])
    expect(chooseReplays([], names)).toEqual([])
  })

  test('have no picture from elsewhere', () => {
    const step = {
      ...{ prompt: '2048', reply: '', truth: [['2', '_']], read: null, action: null, outcome: 'unreadable' },
      ...{ problem: null, reward: -1, regret: null },
    }
    const pictures = ['https://example.com/x.png', 'data:image/png;base64,AAAA', 'data:image/svg+xml;base64,AAAA']
    const steps = pictures.map((picture) => ({ ...step, picture }))
    const page = replaysPage([{ ...replay('g1', 1), steps }], policiesOf(fixtureStages))
    expect(page?.replays[0]?.steps.map(({ picture }) => picture)).toEqual([null, pictures[1], null])
    expect(replaysPage([], policiesOf(fixtureStages))).toBeNull()
  })
})
