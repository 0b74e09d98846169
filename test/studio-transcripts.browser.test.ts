/**
 * Transcripts in the studio, in Chromium: an evaluation of a model behind HTTP with injected faults is followed while it goes on, and its failed
 * request found; what is shown is what was sent and said; scripted policies are played again; training and data sets; ten thousand episodes.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChatServer, chatServer, completion } from '../src/policies/chat-server-fixture.ts'
import { decodePng, frameHash } from '../src/render/index.ts'
import { fillRun, fixtureConfig, fixtureStages } from '../src/report/report-fixture.ts'
import { createRun } from '../src/runs/index.ts'
import type { ListedEpisode, ShownEpisode } from '../src/studio/shown-step.ts'
import { overflow, violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'
import { main, vlmGym } from './vlm-gym.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`Transcripts are not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

/** Which request, from 0, gets which treatment; the others get a true board and a move. */
const [UNREADABLE, MISREAD, FAILED] = [3, 5, 9]
const SAID = 'the walrus moves down'

describe.skipIf(missing)('transcripts in the studio', () => {
  const place = mkdtempSync(join(tmpdir(), 'transcripts-'))
  const [evaluated, trained, taught, scripted, many] = ['evaluated', 'trained', 'taught', 'scripted', 'many'].map((name) =>
    join(place, name),
  ) as [string, string, string, string, string]
  const problems: string[] = []
  const sent = new Set<string>()
  let model: ChatServer
  let release = (): void => {}
  let evaluation: Promise<number | null>
  let server: Running
  let browser: Browser
  let page: Page

  /** A model that is told the board and says it again, but for what it is to do wrong. The ninth request waits until it is let go. */
  async function startModel(): Promise<void> {
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let count = 0
    model = await chatServer({
      answer: () => '',
      intercept: (_, response, body) => {
        const at = count++
        const { messages } = JSON.parse(body) as { messages: { content: { type: string; text?: string; image_url?: { url: string } }[] }[] }
        const parts = messages.at(-1)!.content
        const url = parts.find(({ type }) => type === 'image_url')!.image_url!.url
        sent.add(frameHash(decodePng(Buffer.from(url.split(',')[1]!, 'base64'))))
        const board = /(?:^|\n)((?:[^\n|]+ \| [^\n|]+ \| [^\n|]+\n?){3})/.exec(parts.map(({ text = '' }) => text).join('\n'))![1]!.trim()
        const cells = at === MISREAD ? board.replace(/^\S+/, '1024') : board
        const text =
          at === UNREADABLE ? SAID : `<perception>\n${cells}\n</perception>\n<rationale>\nI look.\n</rationale>\n<move>${at % 4}</move>`
        const answer = (): void => {
          if (at === FAILED) response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"out of memory"}}')
          else response.writeHead(200, { 'content-type': 'application/json' }).end(completion(text))
        }
        if (at < 8) answer()
        else void gate.then(answer)
        return true
      },
    })
  }

  beforeAll(async () => {
    await startModel()
    const options = [
      '--set',
      'size=3',
      '--episodes',
      '4',
      '--horizon',
      '6',
      '--mode',
      'image+caption',
      '--concurrency',
      '1',
      '--retries',
      '0',
    ]
    const child = spawn(process.execPath, [
      ...[main, 'eval', '--model', 'openai-compatible:m', '--base-url', model.url, '--out', evaluated, '--quiet', ...options],
    ])
    evaluation = new Promise((resolve) => child.once('exit', resolve))
    const folder = await createRun(trained, fixtureConfig, { stages: fixtureStages })
    await fillRun(folder)
    await folder.close()
    expect((await vlmGym('teach', '--game', 'swap', '--examples', '12', '--out', taught, '--quiet')).code).toBe(0)
    const players = ['random', 'teacher', 'solver', '--game', 'swap', '--episodes', '4', '--horizon', '8']
    expect((await vlmGym('eval', ...players, '--out', scripted, '--quiet')).code).toBe(0)
    while (!existsSync(join(evaluated, 'replies.jsonl'))) await new Promise((resolve) => setTimeout(resolve, 20))
    server = await startServer('studio', evaluated, trained, taught, scripted)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (one) => {
      if (!one.url().startsWith(server.url)) problems.push(`request to ${one.url()}`)
    })
  })
  afterAll(async () => {
    await browser?.close()
    server?.child.kill('SIGKILL')
    await model?.close()
    rmSync(place, { recursive: true, force: true })
  })

  const open = async (address: string): Promise<void> => {
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/${address}`)
    await page.waitForSelector('.row')
  }
  const get = async <T>(path: string): Promise<T> => (await fetch(`${server.url}/api/transcripts/${path}`)).json() as Promise<T>
  const listOf = async (folder: number): Promise<readonly ListedEpisode[]> =>
    (await get<{ episodes: readonly ListedEpisode[] }>(String(folder))).episodes
  const episodeOf = (folder: number, key: string): Promise<ShownEpisode> => get(`${folder}/episodes/${encodeURIComponent(key)}`)

  test('an evaluation is followed while it goes on, and its failed request found', async () => {
    await open('transcripts/0')
    await expect.poll(() => page.locator('.count').textContent()).toMatch(/^[12] episodes$/)
    expect(await page.locator('.row .mark.going').count()).toBeGreaterThan(0)
    release()
    expect(await evaluation).toBe(1)
    await expect.poll(() => page.locator('.count').textContent()).toBe('12 episodes')
    await page.getByLabel('Outcome').selectOption('failed')
    await expect.poll(() => page.locator('.row').count()).toBe(1)
    await page.locator('.row').click()
    await page.waitForSelector('.strip button')
    await page.locator('.strip button').last().click()
    expect(await page.locator('.step-marks').textContent()).toContain('out of memory')
    expect(await page.locator('.reply, .said-there').first().textContent()).toContain('no reply')
    await page.reload()
    await expect.poll(() => page.locator('.step-marks').textContent()).toContain('out of memory')
    expect(problems).toEqual([])
  })

  test('shows the pictures that were sent, and what was read rightly and wrongly of them', async () => {
    const [first] = (await listOf(0)).filter(({ policy, marks }) => policy === 'openai-compatible:m' && marks.includes('misread'))
    const { steps } = await episodeOf(0, first!.key)
    for (const { picture } of steps) {
      const png = new Uint8Array(await (await fetch(`${server.url}/${picture}`)).arrayBuffer())
      expect(sent.has(frameHash(decodePng(png)))).toBe(true)
    }
    const at = steps.findIndex(({ marks, read }) => marks.includes('misread') && read !== null)
    expect(at).toBe(MISREAD)
    expect(steps[at]!.parts.filter(({ holds }) => !holds)).toHaveLength(1)
    await open(`transcripts/0/${encodeURIComponent(first!.key)}/0`)
    await page.waitForSelector('.strip button')
    const wrong = steps.flatMap(({ marks }, i) => (i > 0 && marks.some((mark) => mark !== 'worse') ? [i] : []))
    expect(wrong).toContain(UNREADABLE)
    for (const i of wrong) {
      await page.keyboard.press('m')
      await expect.poll(() => page.locator('.stepping b').textContent()).toBe(`Step ${i + 1} of 6`)
      if (i === UNREADABLE) expect(await page.locator('.step-marks').textContent()).toContain('unreadable')
    }
    expect(wrong.at(-1)).toBe(at)
    expect(await page.locator('.read-cells .wrong').allTextContents()).toEqual(['1024'])
    expect(await page.locator('.read-cells .right').count()).toBe(8)
    expect(await page.locator('.reply mark.fails').count()).toBe(1)
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.locator('.stepping b').textContent()).toBe(`Step ${at} of 6`)
    await page.getByLabel('Said in a reply').fill('WALRUS')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.count').textContent()).toBe('1 of 12 episodes')
    await page.getByRole('link', { name: 'Play on from this state' }).click()
    await page.waitForSelector('.board canvas')
    expect(problems).toEqual([])
  })

  test('its boards stand on a wall, each of which leads to its episode', async () => {
    await page.goto(`${server.url}/#/wall/0`)
    await expect.poll(() => page.locator('.rate').textContent()).toMatch(/^12 boards/)
    const news = await get<{ mark: number; boards: readonly { key: string; last: string; over: boolean }[] }>('0/wall')
    expect(news.boards.map(({ over }) => over)).toEqual(Array.from({ length: 12 }, () => true))
    expect(news.boards.filter(({ last }) => last === 'failed')).toHaveLength(1)
    expect((await get<{ boards: readonly unknown[] }>(`0/wall?since=${news.mark}`)).boards).toEqual([])
    await page.locator('.wall').click({ position: { x: 20, y: 20 } })
    await page.waitForSelector('.strip button')
    expect((await fetch(`${server.url}/api/transcripts/2/wall`)).status).toBe(422)
    expect(problems).toEqual([])
  })

  test('plays scripted policies again as the evaluation played them', async () => {
    expect(existsSync(join(scripted, 'replies.jsonl'))).toBe(false)
    const listed = await listOf(3)
    expect(listed).toHaveLength(12)
    for (const { key, points, steps: count } of listed) {
      const { steps } = await episodeOf(3, key)
      expect(steps).toHaveLength(count)
      expect(steps.reduce((sum, { reward }) => sum + Math.max(0, reward), 0)).toBe(points)
    }
  })

  test('shows replays of training, and a data set', async () => {
    await open('transcripts/1')
    await page.waitForSelector('.step img')
    await expect.poll(() => page.evaluate('document.querySelector(".step img").naturalWidth')).toBeGreaterThan(0)
    await open('transcripts/2')
    await expect.poll(() => page.locator('.count').textContent()).toBe('12 episodes')
    await page.getByLabel('Outcome').selectOption('kept')
    await page.waitForSelector('.read-cells .right')
    expect(await page.locator('.read-cells .wrong').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('has no violation that axe finds, and fits a phone, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const key = (await listOf(0)).find(({ marks }) => marks.includes('misread'))!.key
    await open(`transcripts/0/${encodeURIComponent(key)}/${MISREAD}`)
    await page.waitForSelector('.read-cells .wrong')
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('ten thousand episodes are as quick as ten', async () => {
    cpSync(evaluated, many, { recursive: true })
    const run = JSON.parse(readFileSync(join(many, 'run.json'), 'utf8')) as { config: { eval: { episodes: number } } }
    run.config.eval.episodes = 10_000
    writeFileSync(join(many, 'run.json'), JSON.stringify(run))
    const [line] = readFileSync(join(many, 'episodes.jsonl'), 'utf8').split('\n')
    const record = JSON.parse(line!) as object
    const lines = Array.from({ length: 10_000 }, (_, episode) => JSON.stringify({ ...record, episode }))
    writeFileSync(join(many, 'episodes.jsonl'), `${lines.join('\n')}\n`)
    const other = await startServer('studio', many)
    try {
      const began = performance.now()
      await page.goto(`${other.url}/#/transcripts`)
      await page.waitForSelector('.row')
      const opened = performance.now() - began
      expect(await page.locator('.count').textContent()).toMatch(/^100\d\d episodes$/)
      const frames = (await page.evaluate(`new Promise((resolve) => {
        const box = document.querySelector('.rows')
        const times = []
        let last = performance.now()
        const step = () => {
          const now = performance.now()
          times.push(now - last)
          last = now
          box.scrollTop += 4000
          if (times.length < 60) requestAnimationFrame(step)
          else resolve(times.sort((a, b) => a - b))
        }
        requestAnimationFrame(step)
      })`)) as number[]
      expect(await page.locator('.row').count()).toBeLessThan(60)
      console.log(`10,000 episodes: open after ${opened.toFixed(0)} ms, median frame while scrolling ${frames[30]!.toFixed(1)} ms`)
      expect(opened).toBeLessThan(8000)
      expect(frames[30]!).toBeLessThan(100)
    } finally {
      other.child.kill('SIGKILL')
    }
  })

  test('answers for its own folders and episodes alone', async () => {
    for (const path of [
      '7',
      '__proto__',
      '0/episodes/nobody',
      '0/episodes/..%2f..%2frun.json',
      '1/episodes/0/99.png',
      '0/episodes/x/..%2f1.png',
    ])
      expect((await fetch(`${server.url}/api/transcripts/${path}`)).status, path).toBe(404)
    expect((await fetch(`${server.url}/api/transcripts/0/search?text=`)).status).toBe(400)
  })
})
