import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { METRIC_NAMES } from '../eval/metrics.ts'
import { createRun } from '../runs/index.ts'
import { type ComparedRun, compareRuns } from './compare.ts'
import { comparisonPage } from './compare-page.ts'
import { writeReport } from './report.ts'
import { fillRun, fixtureConfig, fixtureStages } from './report-fixture.ts'
import { trainingOf, trainingSetups } from './training-run.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The report is not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

describe.skipIf(missing)('report in a browser', () => {
  let place: string
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'report-'))
    const folder = await createRun(join(place, 'run'), fixtureConfig, { stages: fixtureStages })
    await fillRun(folder)
    const report = await writeReport(folder)
    await folder.close()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) problems.push(`request to ${request.url()}`)
    })
    await page.goto(`file://${report}`)
  })

  afterAll(async () => {
    await browser?.close()
    await rm(place, { recursive: true, force: true })
  })

  test('opens without errors or requests, draws every chart, and hostile text runs nothing', async () => {
    expect(await page.title()).toBe('G0 and G1 on 2048 · vlm-gym')
    expect(await page.locator('.plot canvas').count()).toBe(12 + 2 + 3)
    expect(await page.locator('.readout').first().textContent()).toMatch(/^G0 .*G1 /)
    expect(problems).toEqual([])
  })

  test('shows the chart on the first screen, and every column of every table at 1280 px', async () => {
    const chart = await page.locator('.panels').boundingBox()
    expect(chart?.y).toBeGreaterThan(0)
    expect((chart?.y ?? 0) + (chart?.height ?? 0)).toBeLessThan(900)
    const cut = "[...document.querySelectorAll('.scroll, .plain-scroll')].filter((part) => part.scrollWidth > part.clientWidth).length"
    expect(await page.evaluate("document.querySelectorAll('.scroll').length")).toBeGreaterThan(3)
    expect(await page.evaluate(cut)).toBe(0)
  })

  test('fits its width, on a desktop and on a phone', async () => {
    const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(over)).toBe(0)
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await page.evaluate(over)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  test('steps through a replay by button, keyboard and slider, and to another replay', async () => {
    const shown = page.locator('.step:visible')
    const place = page.locator('[data-control="place"]')
    expect(await shown.count()).toBe(1)
    expect(await place.textContent()).toBe('1 of 15')
    const before = await shown.textContent()
    await page.click('[data-control="next"]')
    expect(await place.textContent()).toBe('2 of 15')
    expect(await shown.textContent()).not.toBe(before)
    await page.keyboard.press('ArrowRight')
    expect(await place.textContent()).toBe('3 of 15')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await shown.textContent()).toBe(before)
    expect(await page.locator('[data-control="back"]').isDisabled()).toBe(true)
    await page.locator('[data-control="slider"]').fill('14')
    expect(await place.textContent()).toBe('15 of 15')
    await page.selectOption('[data-control="choice"]', '0')
    expect(await place.textContent()).toBe('1 of 15')
    expect(await shown.getAttribute('data-replay')).toBe('0')
    expect(problems).toEqual([])
  })

  test('is drawn anew in the colours of the other scheme', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    const label = "document.querySelector('.readout b').style.color"
    await expect.poll(() => page.evaluate(label)).toBe('rgb(114, 174, 242)')
    expect(await page.locator('.plot canvas').count()).toBe(12 + 2 + 3)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(22, 23, 26)')
    expect(problems).toEqual([])
  })

  test('a comparison with every metric and two seeds shows every column at 1280 px, and fits a phone', async () => {
    const own = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await own.setContent(comparisonPage(compareRuns([fullRun(0), fullRun(1)]), ['a', 'b'], ['a: Begun …']))
    expect(await own.locator('table.data').count()).toBeGreaterThan(3)
    expect(await own.locator('.track .seed').count()).toBe(2 * 2)
    expect(await own.getByText('over training seeds').count()).toBeGreaterThan(0)
    const cut = "[...document.querySelectorAll('.scroll')].filter((part) => part.scrollWidth > part.clientWidth).length"
    expect(await own.evaluate(cut)).toBe(0)
    await own.setViewportSize({ width: 400, height: 900 })
    expect(await own.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
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
