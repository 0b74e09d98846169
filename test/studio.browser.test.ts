/** The studio in Chromium: a run that is finished, one that grows while it is looked at, a reload, a server that goes away, and what is refused. */

import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillRun, fixtureConfig, fixtureStages } from '../src/report/report-fixture.ts'
import { createRun } from '../src/runs/index.ts'
import { overflow, violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'
import { main } from './vlm-gym.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The studio is not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

/** Status of a request as it stands, with a host of its own; fetch would tidy the path up. */
const status = (url: string, path: string, host?: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ hostname, port, path, ...(host && { headers: { host } }) }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })

describe.skipIf(missing)('the studio in a browser', () => {
  const place = mkdtempSync(join(tmpdir(), 'studio-'))
  const [whole, going, broken, later] = ['whole', 'going', 'broken', 'later'].map((name) => join(place, name)) as [
    string,
    string,
    string,
    string,
  ]
  const problems: string[] = []
  let server: Running
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const folder = await createRun(whole, fixtureConfig, { stages: fixtureStages })
    await fillRun(folder)
    await folder.close()
    cpSync(whole, going, { recursive: true })
    for (const name of ['results.json', 'replays.json', 'interventions.json', 'generalisation.json']) rmSync(join(going, name))
    const lines = readFileSync(join(whole, 'metrics.jsonl'), 'utf8').split('\n')
    writeFileSync(join(going, 'metrics.jsonl'), `${lines.slice(0, 40).join('\n')}\n`)
    mkdirSync(broken)
    writeFileSync(join(broken, 'run.json'), '{"format":"vlm-gym/run","ver')
    server = await startServer('studio', whole, going, broken, later)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (one) => {
      if (!one.url().startsWith(server.url)) problems.push(`request to ${one.url()}`)
    })
    await page.goto(server.url)
  })
  afterAll(async () => {
    await browser?.close()
    server?.child.kill('SIGKILL')
    rmSync(place, { recursive: true, force: true })
  })

  test('shows what came out on the first screen, curves and tables, without an error', async () => {
    await page.waitForSelector('#replays')
    await page.waitForSelector('.findings .note')
    expect(await page.textContent('h1')).toBe('G0 and G1 on 2048')
    const panels = await page.locator('.panels').boundingBox()
    expect((panels?.y ?? 0) + (panels?.height ?? 0)).toBeLessThan(900)
    expect(await page.locator('.curve canvas').count()).toBe(12 + 3 + 2)
    await expect.poll(() => page.locator('table.data').count()).toBe(2 + 2 + 1)
    const curve = page.locator('.curve').first()
    expect(await curve.locator('.readout').textContent()).toMatch(/^last .*G1/)
    await curve.locator('.u-over').hover()
    await expect.poll(() => curve.locator('.readout').textContent()).toMatch(/^step \d+ /)
    expect(problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('has no violation that axe finds, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  test('follows a run that goes on, keeps its place over a reload, and waits for a server that goes away', async () => {
    await page.getByRole('link', { name: 'going' }).click()
    await expect.poll(() => page.locator('.stages li').first().textContent()).toContain('40 of 60 steps')
    const lines = readFileSync(join(whole, 'metrics.jsonl'), 'utf8').split('\n')
    appendFileSync(join(going, 'metrics.jsonl'), `${lines.slice(40, 55).join('\n')}\n`)
    await expect.poll(() => page.locator('.stages li').first().textContent()).toContain('55 of 60 steps')
    await page.reload()
    await expect.poll(() => page.locator('.stages li').first().textContent()).toContain('55 of 60 steps')
    const { port } = new URL(server.url)
    server.child.kill('SIGKILL')
    await server.ended
    await page.waitForSelector('[role=alert]')
    expect(await page.textContent('[role=alert]')).toBe('the server does not answer; the page tries again')
    server = await startServer('studio', '--port', port, whole, going, broken, later)
    await expect.poll(() => page.locator('[role=alert]').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('says what is wrong with a folder while the others go on, and shows one that comes later', async () => {
    await page.goto(`${server.url}/#/run/2`)
    await page.getByRole('link', { name: 'broken' }).click()
    await expect.poll(() => page.locator('[role=alert]').textContent()).toMatch(/broken.* is not JSON; .*restore/)
    await page.getByRole('link', { name: 'later' }).click()
    await expect
      .poll(() => page.locator('[role=alert]').textContent())
      .toMatch(/^there is no run in .*later; .* The page looks again by itself\.$/)
    cpSync(whole, later, { recursive: true })
    await expect.poll(() => page.locator('h1').textContent()).toBe('G0 and G1 on 2048')
    expect(await page.locator('[role=alert]').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('keeps the zoom of a curve while the run goes on, and tells a damaged line', async () => {
    await page.goto(`${server.url}/#/run/1/curves`)
    const curve = page.locator('.curve').last()
    await curve.scrollIntoViewIfNeeded()
    const box = (await curve.locator('.u-over').boundingBox()) as { x: number; y: number; width: number; height: number }
    await page.mouse.move(box.x + 10, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 3, box.y + 60, { steps: 4 })
    await page.mouse.up()
    appendFileSync(join(going, 'metrics.jsonl'), '{"stage":"base","step":55,"seconds":1,"values":{"loss":3}}\nnonsense\n')
    await expect.poll(() => page.locator('.problem').textContent()).toMatch(/metrics\.jsonl line 57 is dropped: /)
    await page.mouse.move(box.x + box.width - 2, box.y + 40)
    await expect.poll(async () => Number(/step (\d+)/.exec((await curve.locator('.readout').textContent()) ?? '')?.[1])).toBeLessThan(30)
    expect(problems).toEqual([])
  })

  test('sets runs side by side: chosen by ticks, held in the address, without a violation or a hidden column', async () => {
    if (!existsSync(later)) cpSync(whole, later, { recursive: true })
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.waitForSelector('.panel')
    expect(await page.textContent('h1')).toBe('Comparison of whole, going, later')
    await page.getByLabel('going').click()
    await expect.poll(() => page.textContent('h1')).toBe('Comparison of whole, later')
    expect(new URL(page.url()).hash).toBe('#/compare/0,3')
    expect(await page.getByText('there is no run').count()).toBe(0)
    expect(await page.locator('fieldset').textContent()).toMatch(/broken .*is not JSON/)
    await page.reload()
    await expect.poll(() => page.textContent('h1')).toBe('Comparison of whole, later')
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await overflow(page)).toBe(0)
      expect(await violations(page)).toEqual([])
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    expect(problems).toEqual([])
  })

  test('answers for its own runs and files alone, and by its own name alone', async () => {
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '//etc/passwd',
      '/api/runs/7',
      '/api/runs/..%2fgoing',
      '/api/runs/__proto__',
    ])
      expect(await status(server.url, path), path).toBe(404)
    expect(await status(server.url, '/api/runs/0/metrics?from=-1')).toBe(400)
    expect(await status(server.url, '/api/runs', 'evil.example')).toBe(403)
  })
})

test.skipIf(missing)(
  'a training is followed from before its first step to its results, over a reload; train --studio serves the same page',
  async () => {
    const place = mkdtempSync(join(tmpdir(), 'studio-live-'))
    const run = join(place, 'run')
    const server = await startServer('studio', run)
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    const training = spawn(process.execPath, [main, 'train', '--preset', 'tiny', '--quiet', '--studio', '0', '--out', run])
    try {
      const ended = new Promise((resolve) => training.once('exit', resolve))
      const said = await new Promise<string>((resolve) => training.stderr.once('data', (data) => resolve(String(data))))
      const url = /the studio is at (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
      expect(await (await fetch(`${url}/api/runs`)).json()).toMatchObject([{ kind: 'train', problem: null }])
      const page = await browser.newPage()
      await page.goto(server.url)
      const done = async (): Promise<number> => {
        const texts = await page.locator('.stages li').allTextContents()
        return texts.reduce((sum, text) => sum + Number(/(\d+) of/.exec(text)?.[1] ?? 0), 0)
      }
      await expect.poll(done).toBeGreaterThan(0)
      const before = await done()
      await page.reload()
      await expect.poll(done).toBeGreaterThan(before)
      await page.waitForSelector('.panel', { timeout: 120_000 })
      await page.waitForSelector('.findings .note', { timeout: 60_000 })
      expect(await ended).toBe(0)
      await page.waitForSelector('#replays', { timeout: 60_000 })
    } finally {
      training.kill('SIGKILL')
      server.child.kill('SIGKILL')
      await browser.close()
      rmSync(place, { recursive: true, force: true })
    }
  },
  240_000,
)
