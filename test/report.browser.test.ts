/** The pages with their data inside, opened from disk in Chromium: the report of a run, and a comparison of two seeds. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { METRIC_NAMES } from '../src/eval/metrics.ts'
import { type ComparedRun, compareRuns } from '../src/report/compare.ts'
import { comparisonPage, writeReport } from '../src/report/report.ts'
import { fillRun, fixtureConfig, fixtureStages, HOSTILE } from '../src/report/report-fixture.ts'
import { trainingOf, trainingSetups } from '../src/report/training-run.ts'
import { createRun } from '../src/runs/index.ts'
import { overflow, violations } from './accessible.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The report is not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

/** Tables, boards and maps of which a part is cut off or must be scrolled to. */
const CUT = `[...document.querySelectorAll('table')].filter((one) => {
  const { left, right } = one.getBoundingClientRect()
  return one.offsetWidth > 0 && (left < 0 || right > innerWidth || one.scrollWidth > one.clientWidth + 1)
}).map((one) => one.getAttribute('aria-label'))`

describe.skipIf(missing)('a page with its data inside', () => {
  let place: string
  let report: string
  let browser: Browser
  let page: Page
  const problems: string[] = []

  const open = async (path: string): Promise<Page> => {
    const made = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    made.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
    })
    made.on('pageerror', (error) => problems.push(error.message))
    made.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) problems.push(`request to ${request.url()}`)
    })
    await made.goto(`file://${path}`)
    return made
  }
  /** Name and content of the file that a click saves. */
  const saved = async (of: Page, click: () => Promise<void>): Promise<[string, Buffer]> => {
    const [download] = await Promise.all([of.waitForEvent('download'), click()])
    return [download.suggestedFilename(), await readFile(await download.path())]
  }

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'report-'))
    const folder = await createRun(join(place, 'run'), fixtureConfig, { stages: fixtureStages })
    await fillRun(folder)
    report = await writeReport(folder)
    await folder.close()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await open(report)
  })

  afterAll(async () => {
    await browser?.close()
    await rm(place, { recursive: true, force: true })
  })

  test('opens without errors or requests, draws every chart, and hostile text runs nothing', async () => {
    expect(await page.title()).toBe('G0 and G1 on 2048 · vlm-gym')
    expect(await page.textContent('h1')).toBe('G0 and G1 on 2048')
    expect(await page.locator('.plot canvas').count()).toBe(12 + 2 + 3)
    expect(await page.locator('.readout').first().textContent()).toMatch(/^last G0 .*G1 /)
    expect(problems).toEqual([])
    const text = await readFile(report, 'utf8')
    expect(text).not.toContain(HOSTILE)
    expect(text.match(/<\/script>/g)).toHaveLength(2)
    expect(text).toMatch(/default-src &#39;none&#39;.*script-src &#39;sha256-[A-Za-z0-9+/]+=&#39;"/)
    expect((await stat(report)).size).toBeLessThan(1e6)
  })

  test('tells what came out on the first screen: sentences, chart, links to the rest', async () => {
    const chart = await page.locator('.panels').boundingBox()
    expect(chart?.y).toBeGreaterThan(0)
    expect((chart?.y ?? 0) + (chart?.height ?? 0)).toBeLessThan(900)
    expect(await page.locator('.findings p').first().textContent()).toBe('G1 plays above random legal moves in 2048.')
    await page.getByRole('link', { name: 'What they generalise to' }).click()
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(900)
    expect(await page.locator('#generalisation h2').isVisible()).toBe(true)
    expect(await page.locator('.heatlegend').textContent()).toMatch(/0 %.*100 %.*as in training/)
    await page.evaluate('scrollTo(0, 0)')
  })

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [1920, 'dark'],
  ] as const)('at %s px, %s: nothing is cut off, and axe finds no violation', async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme })
    expect(await overflow(page)).toBe(0)
    expect(await page.evaluate(CUT)).toEqual([])
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('sorts a table by a column, and saves it and the chart', async () => {
    const table = page.locator('#results table').first()
    const heads = (): Promise<string[]> => table.locator('tbody th').allTextContents()
    const before = await heads()
    await table.getByRole('button', { name: /^Return/ }).click()
    expect(await table.locator('th[aria-sort=descending]').textContent()).toMatch(/^Return/)
    expect((await heads())[0]).toMatch(/^G1/)
    const [name, csv] = await saved(page, () => page.getByRole('button', { name: 'CSV of 2048: Play' }).click())
    expect(name).toBe('2048-Play.csv')
    expect(csv.toString().split('\n')[1]).toMatch(/^"?G1 \(cold start, then RL\)"?,greedy,1095\.\d+,/)
    await table.getByRole('button', { name: /^Return/ }).click()
    await table.getByRole('button', { name: /^Return/ }).click()
    expect(await heads()).toEqual(before)
    const [picture, png] = await saved(page, () => page.getByRole('button', { name: 'PNG of the chart' }).click())
    expect([picture, png.subarray(1, 4).toString(), png.length > 10_000]).toEqual(['G0-and-G1-on-2048.png', 'PNG', true])
  })

  test('shows the values under the pointer, and zooms', async () => {
    const curve = page.locator('.curve').first()
    await curve.locator('.u-over').hover()
    await expect.poll(() => curve.locator('.readout').textContent()).toMatch(/^step \d+ G0 /)
    const box = (await curve.locator('.u-over').boundingBox()) as { x: number; y: number; width: number; height: number }
    await page.mouse.move(box.x + 20, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 3, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await page.mouse.move(box.x + box.width - 2, box.y + 40)
    const step = async (): Promise<number> => Number(/step (\d+)/.exec((await curve.locator('.readout').textContent()) ?? '')?.[1])
    await expect.poll(step).toBeLessThan(80)
    await page.mouse.dblclick(box.x + box.width - 2, box.y + 40)
    await page.mouse.move(box.x + box.width - 3, box.y + 41)
    await expect.poll(step).toBeGreaterThan(130)
  })

  test('steps through a replay by button, keyboard and slider, and to another replay', async () => {
    const shown = page.locator('.replay-step')
    const where = page.locator('[data-control="place"]')
    const replies = page.locator('#replays')
    expect(await where.textContent()).toBe('1 of 15')
    const before = await shown.textContent()
    expect(before).toContain(`Read: ${await page.locator('.cellboard .wrong').count()} wrong`)
    await replies.getByRole('button', { name: 'Next' }).click()
    expect(await where.textContent()).toBe('2 of 15')
    expect(await shown.textContent()).not.toBe(before)
    await page.keyboard.press('ArrowRight')
    expect(await where.textContent()).toBe('3 of 15')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => shown.textContent()).toBe(before)
    expect(await replies.getByRole('button', { name: 'Back' }).isDisabled()).toBe(true)
    await replies.getByRole('slider').fill('14')
    expect(await where.textContent()).toBe('15 of 15')
    await page.selectOption('#replays select', '0')
    expect(await where.textContent()).toBe('1 of 15')
    expect(problems).toEqual([])
  })

  test('a comparison with every metric and two seeds shows every column, each seed, their curves as bands, and saves everything', async () => {
    const runs = [fullRun(0), fullRun(1)]
    const file = join(place, 'compare.html')
    const lines = (shift: number) =>
      Array.from({ length: 30 }, (_, step) => ({ stage: 'g1', step, seconds: 1, values: { reward: step / 30 + shift } }))
    const metrics = runs.map(({ name }, i) => ({ run: name, lines: lines(i) }))
    const facts = { names: runs.map(({ name }) => name), about: ['a: Begun …'], metrics }
    await writeFile(file, await comparisonPage(compareRuns(runs), facts))
    const own = await open(file)
    expect(await own.textContent('h1')).toBe('Seeds 0, 1 of one recipe')
    expect(await own.locator('table.data').count()).toBe(4)
    expect(await own.locator('.track .seed').count()).toBe(2 * 2)
    expect(await own.getByText('over training seeds').count()).toBeGreaterThan(0)
    expect(await own.locator('.curve .readout').textContent()).toMatch(/^last G1 1\.\d+$/)
    for (const width of [1280, 390]) {
      await own.setViewportSize({ width, height: 900 })
      expect(await overflow(own)).toBe(0)
      expect(await own.evaluate(CUT)).toEqual([])
      expect(await violations(own)).toEqual([])
    }
    const save = (name: string) => saved(own, () => own.getByRole('button', { name, exact: true }).click())
    const [csv, text] = await save('CSV')
    expect(csv).toBe('run-0-run-1.csv')
    expect(text.toString()).toMatch(/^game,setup,run,policy,/)
    expect((await save('Markdown'))[1].toString()).toContain('## Seeds 0, 1 of one recipe')
    expect(JSON.parse((await save('JSON'))[1].toString())).toMatchObject({ names: ['run-0', 'run-1'] })
    expect(problems).toEqual([])
    await own.close()
  })

  test('a comparison is safe against hostile names', async () => {
    const run = { ...fullRun(0), name: HOSTILE }
    const file = join(place, 'hostile.html')
    await writeFile(file, await comparisonPage(compareRuns([run]), { names: [HOSTILE] }))
    const own = await open(file)
    expect(await own.textContent('h1')).toBe(HOSTILE)
    expect(await own.title()).toContain('Comparison of </script>')
    expect(problems).toEqual([])
    await own.close()
  })
})

/** A run in which every metric has a value. */
function fullRun(seed: number): ComparedRun {
  const config = { ...fixtureConfig, seed, recipes: ['g1'] }
  const players = [['random', 'scripted'] as const, ['solver', 'scripted'] as const, ['g1', 'sampled'] as const, ['g1', 'greedy'] as const]
  const episodes = players.flatMap(([policy, decoding], place) =>
    Array.from({ length: 12 }, (_, episode) => ({
      ...{
        game: '2048',
        policy,
        decoding,
        episode,
        seed: episode,
        steps: 100,
        stopReason: 'horizon' as const,
        boundary: null,
        problem: null,
      },
      values: Object.fromEntries(
        METRIC_NAMES.map((name) => [name, name === 'return' ? 900 + 50 * place + seed + episode : 0.123 + episode / 20]),
      ),
      confusion: null,
    })),
  )
  return { name: `run-${seed}`, seed: 1, setups: trainingSetups(config), training: trainingOf(config, fixtureStages), episodes, rows: [] }
}
