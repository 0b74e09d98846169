/** Groups of a training run in Chromium: on the live wall while it trains, and in the transcripts, reply beside reply. */

import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { game2048 } from '../src/games/2048/index.ts'
import { encodeState, formatReply } from '../src/gym/index.ts'
import type { GroupLine } from '../src/runs/index.ts'
import type { ListedEpisode, ShownEpisode } from '../src/studio/shown-step.ts'
import { overflow, violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'
import { main } from './vlm-gym.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`Groups of training are not looked at in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const REPLIES = 4
/** Steps 0 and 5 of either stage keep four groups each. */
const GROUPS = 2 * 2 * 4

describe.skipIf(missing)('groups of a training run', () => {
  const place = mkdtempSync(join(tmpdir(), 'studio-groups-'))
  const run = join(place, 'run')
  const problems: string[] = []
  let server: Running
  let browser: Browser
  let page: Page
  let training: ReturnType<typeof spawn>
  let ended: Promise<number | null>

  beforeAll(async () => {
    const rl = ['rl.steps=6', 'rl.states=8', `rl.replies=${REPLIES}`]
    const analyses = ['probes', 'interventions', 'generalisation'].map((name) => `evaluation.${name}.states=0`)
    const set = [...rl, ...analyses].flatMap((one) => ['--set', one])
    training = spawn(process.execPath, [main, 'train', '--preset', 'tiny', '--quiet', '--parallel', '1', ...set, '--out', run])
    ended = new Promise((resolve) => training.once('exit', resolve))
    server = await startServer('studio', run)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
  })
  afterAll(async () => {
    training?.kill('SIGKILL')
    await browser?.close()
    server?.child.kill('SIGKILL')
    rmSync(place, { recursive: true, force: true })
  })

  const lines = (): number =>
    existsSync(join(run, 'groups.jsonl')) ? readFileSync(join(run, 'groups.jsonl'), 'utf8').split('\n').length - 1 : 0
  const boards = async (): Promise<number> => Number(/^(\d+) boards/.exec((await page.locator('.rate').textContent()) ?? '')?.[1])
  const get = async <T>(path: string): Promise<T> => (await fetch(`${server.url}/api/transcripts/0${path}`)).json() as Promise<T>

  /** A group as a model makes it that can read some boards: one reply right, one with a wrong cell, two unreadable. */
  const madeUp = (): GroupLine => {
    const state = game2048.rules.init(game2048.config.parse({ size: 4 }), 7)
    const board = game2048.perception.format(game2048.perception.of(state))
    const say = (perception: string): string => formatReply({ perception, think: 'left 4', answer: '2' })
    const texts = [say(board), say(board.replace('_', '64')), 'the walrus moves down', '']
    const rewards = [3, 2, -1, -1].map((all) => ({ perception: Math.max(0, all - 1), think: 0, answer: Math.min(1, all) }))
    const mean = (section: 'perception' | 'think' | 'answer'): number =>
      rewards.reduce((sum, one) => sum + one[section], 0) / rewards.length
    const advantages = rewards.map((one) => ({
      perception: one.perception - mean('perception'),
      think: 0,
      answer: one.answer - mean('answer'),
    }))
    return {
      ...{ stage: 'g1', step: 5, group: 9, game: '2048', entry: 0, state: encodeState(game2048, state), signal: true },
      replies: texts.map((text, i) => ({
        ...{ text, outcome: i < 2 ? 'played' : 'unreadable', rewards: rewards[i]!, advantages: advantages[i]! },
      })),
    }
  }

  test('stand on the wall while it trains, and a board leads to its group', async () => {
    await expect.poll(lines).toBeGreaterThan(0)
    // It stands still, so that what is seen of it is seen in its middle.
    training.kill('SIGSTOP')
    const before = lines()
    expect(before).toBeLessThan(GROUPS)
    await page.goto(`${server.url}/#/wall/0`)
    await expect.poll(boards).toBeGreaterThanOrEqual((before - 1) * REPLIES)
    training.kill('SIGCONT')
    await expect.poll(boards).toBe(GROUPS * REPLIES)
    await page.locator('.wall').click({ position: { x: 20, y: 20 } })
    await page.waitForSelector('ol.group li')
    expect(await page.locator('ol.group li').count()).toBe(REPLIES)
    expect(await page.locator('.episode h2').textContent()).toMatch(/^g0 learns .*, step 0$/)
    expect(await ended).toBe(0)
    expect(problems).toEqual([])
  }, 120_000)

  test('show every reply with its rewards and advantages, and the state that all of them answer', async () => {
    const added = [{ ...madeUp(), group: 8, state: 'vg1.x' }, madeUp(), { ...madeUp(), group: 10 }]
    appendFileSync(join(run, 'groups.jsonl'), added.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const { episodes } = await get<{ episodes: readonly ListedEpisode[] }>('')
    const groups = episodes.filter(({ marks }) => marks.includes('group'))
    expect(groups).toHaveLength(GROUPS + 3)
    // A state that cannot be read is told of, and hides no other.
    expect(groups.at(-3)!.problem).toMatch(/not a state token/)
    const open = groups.at(-2)!
    expect(open.marks).toEqual(expect.arrayContaining(['unreadable', 'misread', 'group']))
    const { steps } = await get<ShownEpisode>(`/episodes/${open.key}`)
    expect(steps).toHaveLength(REPLIES)
    expect(new Set(steps.map(({ token, picture }) => `${token} ${picture}`)).size).toBe(1)
    expect(steps.some(({ worth }) => worth!.rewards.answer !== 0)).toBe(true)
    expect(steps.map(({ marks }) => marks.filter((mark) => mark !== 'worse'))).toEqual([
      [],
      ['misread'],
      ['unreadable', 'misread'],
      ['unreadable', 'misread'],
    ])
    expect((await fetch(`${server.url}/${steps[0]!.picture}`)).headers.get('content-type')).toBe('image/png')
    await page.goto(`${server.url}/#/transcripts/0/${encodeURIComponent(open.key)}/1`)
    await page.waitForSelector('ol.group li.here')
    const worth = steps[1]!.worth!
    const shown = await page.locator('ol.group li.here .worth .sum td').first().textContent()
    expect(shown).toBe(String(worth.reward))
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('.stepping b').textContent()).toBe(`Reply 3 of ${REPLIES}`)
    await expect.poll(() => page.locator('ol.group li.here button').textContent()).toBe('Reply 3')
    await page.keyboard.press('j')
    await expect.poll(() => page.locator('.stepping b').textContent()).toBe(`Reply 1 of ${REPLIES}`)
    expect(decodeURIComponent(new URL(page.url()).hash)).not.toContain(open.key)
    await page.keyboard.press('k')
    await expect.poll(() => page.locator('.stepping b').textContent()).toBe(`Reply 1 of ${REPLIES}`)
    await page.keyboard.press('k')
    await expect.poll(() => page.locator('.episode [role=alert]').textContent()).toMatch(/not a state token/)
    await page.getByLabel('Outcome').selectOption('flat')
    const flat = groups.filter(({ marks }) => marks.includes('flat')).length
    await expect.poll(() => page.locator('.count').textContent()).toBe(`${flat} of ${episodes.length} episodes`)
    expect(problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('have no violation that axe finds, and fit a phone, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/transcripts/0`)
    await page.waitForSelector('ol.group li')
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  })
})
