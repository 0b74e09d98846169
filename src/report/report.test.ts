import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRun, folderReader, type Replay, type RunFolder, type RunReader, type StageInfo } from '../runs/index.ts'
import { escapeHtml, html, jsonText } from './html.ts'
import { reportPage } from './page.ts'
import { chooseReplays } from './page-replays.ts'
import { policiesOf } from './policies.ts'
import { writeReport } from './report.ts'
import { fillRun, fixtureConfig, fixtureStages, HOSTILE } from './report-fixture.ts'
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

const NO_LIBRARY = { script: '', style: '' }
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

const written = async (): Promise<string> => readFile(await writeReport(folder), 'utf8')

describe('writeReport', () => {
  test('shows results, stages, curves, bootstrapping and replays in one file without network', async () => {
    await fillRun(folder)
    const page = await written()
    expect(page).toContain('<title>G0 and G1 on 2048 · vlm-gym</title>')
    expect(page).toContain('<p>G1 plays above random legal moves in 2048.</p>')
    expect(page).toContain('above its cold start in 2 of 2, above its teacher in 2 of 2 and above G0 in 2 of 2, counted over decodings.')
    expect(page).toContain('title="G1, sampled: 1,043 (1,001 to 1,085)"')
    expect(page).toMatch(
      /Begun \d{4}-\d\d-\d\d \d\d:\d\d UTC, vlm-gym [\d.]+( \(commit [0-9a-f]{7}.*?\))?, Node v\d+.*, \d+ cores?, [\d.]+ GiB, /,
    )
    for (const policy of ['random', 'teacher', 'base', 'g0', 'cold-start', 'g1', 'greedy-1', 'greedy-2', 'solver']) {
      expect(page).toMatch(new RegExp(`<th scope="row" rowspan="[12]">${policy}`))
    }
    expect(page).toMatch(/class="best"[^>]*>1,095/)
    expect(page).toContain('110 of 150')
    expect(page).toContain('Their gains correlate with r = ')
    expect(page).toContain('Perception hardly moves over the whole stage')
    expect(page).toContain('uPlot')
    expect(page.match(/<figure>/g)).toHaveLength(12 + 3 + 2)
    expect(page).toContain('class="wrong"')
    expect(page).toContain('<h2>What the models act on</h2>')
    expect(page).toContain('65.0<span class="range">59.0 to 71.0</span>')
    expect(page).toContain('<span class="change clear">−18.0 <small>(−21.0 to −15.0)</small></span>')
    expect(page).toContain('<span class="change">+0.0 <small>(−3.0 to +3.0)</small></span>')
    expect(page.match(/<table class="heat">/g)).toHaveLength(2 * 4)
    expect(page).toContain('title="100.0 % (94.0 to 100.0), 100 states, as in training">100</td>')
    expect(page).toContain('goal 2048 &lt;b&gt;')
    expect(page).not.toMatch(/(src|href)="(?!data:)/)
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org|github\.com\/leeoniya)/)
  })

  test('hostile replies, names and problems stay text, and no script but ours may run', async () => {
    await fillRun(folder)
    const page = await written()
    expect(page).not.toContain('<script>document.title')
    expect(page).not.toContain('<img src=x')
    expect(page).toContain(escapeHtml('</script><script>document.title = "taken"</script>'))
    expect(page.match(/<\/script>/g)).toHaveLength(3)
    expect(page).toMatch(/script-src (&#39;sha256-[A-Za-z0-9+/]+=&#39; ?){2}"/)
  })

  test('an empty run, then one stage alone; a hostile name of a stage stays text', async () => {
    expect(await written()).toContain('No results yet')
    const values = { reward: 1, perceptionExact: 0.5, reasoning: null, kl: 0.1 }
    await folder.append('metrics.jsonl', { stage: 'g0', step: 0, seconds: 1, values })
    expect(await written()).toContain('Fewer than 10 steps')
    const [base] = fixtureStages as [StageInfo]
    const odd = await createRun(join(place, 'odd'), fixtureConfig, { stages: [{ ...base, name: 'odd', label: '<i>odd', about: '<i>odd' }] })
    await odd.append('metrics.jsonl', { stage: 'odd', step: 0, seconds: 1, values: { loss: 2 } })
    const page = await readFile(await writeReport(odd), 'utf8')
    await odd.close()
    expect(page).toContain('&lt;i&gt;odd')
    expect(page).not.toContain('<i>odd')
  })

  test('a damaged line is left out with a warning that names file and line', async () => {
    await fillRun(folder)
    const text = await readFile(folder.file('metrics.jsonl'), 'utf8')
    const page = await written()
    await writeFile(folder.file('metrics.jsonl'), `{"stage":3}\n${text}`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await written()).toBe(page)
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/^warning: .*metrics\.jsonl line 1 is dropped: its field stage is missing/),
    ])
    warned.mockRestore()
  })

  test('any config is shown, none is needed', () => {
    expect(reportPage(EMPTY, NO_LIBRARY)).not.toContain('What the')
    for (const config of [null, 3, { games: 'x', rl: [] }, { seed: HOSTILE }]) {
      const page = reportPage({ ...EMPTY, config }, NO_LIBRARY)
      expect(page).toContain('No results yet')
      expect(page).toContain('The config is of another version')
      expect(page).not.toContain('<b>bold')
    }
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

  test('show boards of another shape, an empty reply, and no picture from elsewhere', () => {
    const step = {
      ...{ picture: 'https://example.com/x.png', prompt: '2048', reply: '', truth: [['2', '_']], action: null, outcome: 'unreadable' },
      ...{ problem: null, reward: -1, regret: null },
    }
    const steps = [
      { ...step, read: [['2'], ['4']] },
      { ...step, read: null },
    ]
    const page = reportPage({ ...EMPTY, replays: [{ ...replay('g1', 1), steps }] }, NO_LIBRARY)
    expect(page).not.toContain('example.com')
    expect(page).toContain('missing</td>')
    expect(page).toContain('there is no such cell')
    expect(page).toContain('Read: 2 wrong')
    expect(page).toContain('(empty)')
  })
})

test('html escapes all but its own', () => {
  const inner = html`<b>${'<&>"\''}</b>`
  expect(html`<p title="${'"x'}">${[inner, null, 3]}</p>`.markup).toBe('<p title="&quot;x"><b>&lt;&amp;&gt;&quot;&#39;</b>3</p>')
  expect(jsonText({ a: '</script><!--' })).not.toContain('<')
  expect(JSON.parse(jsonText({ a: '</script>\u2028' }))).toEqual({ a: '</script>\u2028' })
})
