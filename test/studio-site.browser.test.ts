/** `npm run studio:build`: the studio as a static site, in Chromium, from a folder of a plain file host; and pictures of games saved as files. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gameEntries } from '../src/games/index.ts'
import { decodePng } from '../src/render/index.ts'
import { fillRun, fixtureConfig, fixtureStages } from '../src/report/report-fixture.ts'
import { createRun } from '../src/runs/index.ts'
import { smallModel } from './small-model.ts'
import { runNode } from './vlm-gym.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The static site is not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }
const script = fileURLToPath(new URL('../scripts/studio-site.mjs', import.meta.url))

describe.skipIf(missing)('the static site', () => {
  const place = mkdtempSync(join(tmpdir(), 'studio-site-'))
  const [run, site] = [join(place, 'run'), join(place, 'site')]
  const problems: string[] = []
  let host: Server
  let browser: Browser
  let page: Page
  let url = ''

  beforeAll(async () => {
    const folder = await createRun(run, fixtureConfig, { stages: fixtureStages })
    await fillRun(folder)
    await folder.close()
    mkdirSync(join(run, 'checkpoints'), { recursive: true })
    const engine = await smallModel(20, join(run, 'checkpoints'))
    await engine.save('g1', 'weights')
    await engine.close()
    expect(await runNode([script, site, run])).toMatchObject({ code: 0, stderr: '' })
    host = createServer((request, response) => {
      const path = join(
        site,
        new URL(request.url as string, 'http://x').pathname.replace(/^\/deep\/place/, '').replace(/\/$/, '/index.html'),
      )
      if (!existsSync(path)) return response.writeHead(404).end()
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path))
    })
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/deep/place/`
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('response', (one) => {
      if (one.status() >= 400 || !one.url().startsWith(new URL(url).origin)) problems.push(`${one.status()} ${one.url()}`)
    })
    await page.goto(url)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    host?.close()
    rmSync(place, { recursive: true, force: true })
  })

  test('begins with the gallery, and leads to the pages of its runs', async () => {
    await expect.poll(() => page.locator('.card canvas').count()).toBe(gameEntries().length)
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: /G0 and G1/ }).click()
    await page.waitForSelector('h1')
    expect(page.url()).toBe(`${url}runs/0.html`)
    expect(problems).toEqual([])
  })

  test('plays a game beside its model, and saves what was played as PNG and GIF', async () => {
    await page.goto(`${url}#/play/2048?seed=4`)
    await page.locator('.choose-model select').selectOption({ label: 'g1 of run' })
    await page.waitForSelector('.mind', { timeout: 30_000 })
    for (const key of ['ArrowLeft', 'ArrowDown', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key)
    const saved = async (name: string): Promise<Buffer> => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      return readFileSync(await file.path())
    }
    const { width, height } = decodePng(await saved('Save as PNG'))
    const gif = await saved('Save as GIF')
    expect(gif.subarray(0, 6).toString()).toBe('GIF89a')
    expect([gif.readUInt16LE(6), gif.readUInt16LE(8)]).toEqual([width, height])
    // A frame begins with its graphic control: 21 f9 04.
    expect(gif.toString('latin1').split('\x21\xf9\x04').length - 1).toBe(5)
    expect(problems).toEqual([])
  })

  test('leaves a folder that is no site alone', async () => {
    const other = join(place, 'other')
    mkdirSync(other)
    writeFileSync(join(other, 'mine.txt'), 'mine')
    const { code, stderr } = await runNode([script, other])
    expect([code, stderr]).toEqual([1, `error: ${other} is not empty and holds no site of the studio; give another folder\n`])
    expect(readFileSync(join(other, 'mine.txt'), 'utf8')).toBe('mine')
  })
})
