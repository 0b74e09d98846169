/** Games that a person plays in Chromium, kept as a run, and read by `vlm-gym compare` and the page Compare beside policies on the same games. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadGame } from '../src/games/index.ts'
import { startSnapshot } from '../src/gym/index.ts'
import { cellsOfAnswer } from '../studio/src/play/cells.ts'
import { overflow, violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'
import { vlmGym } from './vlm-gym.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`Games of a person are not played in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const KNOBS = { rows: 2, columns: 4, kinds: 2 }

describe.skipIf(missing)('games of a person in the studio', () => {
  const place = mkdtempSync(join(tmpdir(), 'studio-record-'))
  const [others, me] = [join(place, 'others'), join(place, 'me')]
  const problems: string[] = []
  let server: Running
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const set = Object.entries(KNOBS).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const games = ['--game', 'shisen-sho', ...set, '--no-restart', '--episodes', '3']
    expect((await vlmGym('eval', 'random', 'solver', ...games, '--out', others, '--quiet')).code).toBe(0)
    server = await startServer('studio', others, '--record', me)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
  })
  afterAll(async () => {
    await browser?.close()
    server?.child.kill('SIGKILL')
    rmSync(place, { recursive: true, force: true })
  })

  const note = (): Promise<string | null> => page.locator('.record [aria-live]').textContent()
  const play = `play/shisen-sho?${Object.entries(KNOBS)
    .map(([name, value]) => `set.${name}=${value}`)
    .join('&')}`

  /** Plays the solver's moves in the game that is open, by pointer. */
  async function playOut(): Promise<void> {
    const game = await loadGame('shisen-sho')
    const seed = Number(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('seed'))
    for (let { state } = startSnapshot({ game, config: KNOBS }, seed); !game.rules.terminated(state); ) {
      const { action } = game.expert!.solver(state)[0]!
      for (const [row, column] of cellsOfAnswer(game.play!.pick!, game.answer.format(state, action), KNOBS.rows, KNOBS.columns, state))
        await page.locator(`.cells button[aria-label^="row ${row}, column ${column}:"]`).click()
      state = game.rules.step(state, action).state
    }
  }

  test('are kept when they end, if they are the person’s own from the start of a game of the evaluation', async () => {
    await page.goto(`${server.url}/#/${play}`)
    await expect.poll(note).toMatch(/this seed is none of the evaluation/)
    for (const game of [0, 1]) {
      await page.getByRole('button', { name: `Play game ${game}`, exact: true }).click()
      await expect.poll(note).toMatch(new RegExp(`^Game ${game}: 0 of at most 100 moves`))
      await playOut()
      await expect.poll(note).toBe(`Game ${game} is kept.`)
    }
    await page.reload()
    await expect.poll(note).toMatch(/not kept: it did not begin at its start/)
    expect(await page.locator('.record').textContent()).toContain('2 games kept')
    await page.getByRole('button', { name: 'Play game 2', exact: true }).click()
    await expect.poll(note).toMatch(/^Game 2: 0 of/)
    await page.keyboard.press('h')
    await expect.poll(note).toBe('This game is not kept: a hint was asked for.')
    await playOut()
    await expect.poll(() => page.locator('.said').textContent()).toMatch(/\S/)
    expect(await page.locator('.record').textContent()).toContain('2 games kept')
    expect(problems).toEqual([])
  })

  test('are compared with the policies on the same games, by the command and on the page', async () => {
    const { stdout, code } = await vlmGym('compare', me, others, '--json')
    expect(code).toBe(0)
    const groups = JSON.parse(stdout) as { rows: { policy: string }[]; tests: { a: string; b: string; pairs: number }[] }[]
    expect(groups).toHaveLength(1)
    expect(groups[0]!.rows.map(({ policy }) => policy).sort()).toEqual(['human', 'random', 'solver'])
    expect(groups[0]!.tests.filter(({ a, b }) => [a, b].includes('human')).map(({ pairs }) => pairs)).toEqual([2, 2])
    await page.goto(`${server.url}/#/compare/0,1`)
    await page.waitForSelector('.panel')
    expect(await page.locator('main').textContent()).toContain('human')
    await page.goto(`${server.url}/#/transcripts/1`)
    await page.waitForSelector('.strip button')
    expect(await page.locator('.count').textContent()).toBe('2 episodes')
    expect(await page.locator('.episode h2').textContent()).toMatch(/^human plays shisen-sho/)
    expect(problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('the page has no violation that axe finds, and fits a phone, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/${play}`)
    await page.waitForSelector('.record')
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await overflow(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 900 })
  })
})
