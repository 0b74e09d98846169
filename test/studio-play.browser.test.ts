/**
 * The studio without a folder, in Chromium: every game by pointer and by keyboard to its end, beside the scripted policies; a state by its
 * address; the gallery and what it says of each game. Moves are those of the expert, found here from the state that the page's address holds.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyGame } from '../src/game.ts'
import { gameEntries, loadGames } from '../src/games/index.ts'
import { decodeState, difficulty, encodeState, LEVELS, startSnapshot } from '../src/gym/index.ts'
import { cellsOfAnswer } from '../studio/src/play/cells.ts'
import { overflow, violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The studio is not played in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const GAMES = await loadGames()
const SEED = 5
/** Moves of a whole game that is worth playing, at least and at most. */
const [SHORTEST, LONGEST] = [3, 25]
/** The one game that never ends, and moves of it that are played. */
const [ENDLESS, SOME] = ['swap', 8]

/** A whole game: its level, and its moves. */
interface WholeGame {
  readonly level: number
  readonly config: unknown
  readonly moves: readonly unknown[]
  readonly ends: boolean
}

/** A game on the board of the lowest level on which the expert's best moves, or its worst ones, end it soon. */
function wholeGame(game: AnyGame): WholeGame {
  for (const level of game.id === ENDLESS ? [0] : Array.from({ length: LEVELS }, (_, at) => at))
    for (const which of [0, -1]) {
      const { config } = difficulty(game, { perception: 0, reasoning: level })
      const moves: unknown[] = []
      let { state } = startSnapshot({ game, config }, SEED)
      while (moves.length < (game.id === ENDLESS ? SOME : LONGEST) && !game.rules.terminated(state)) {
        const scored = game.expert?.solver(state, 1) ?? game.rules.legalActions(state).map((action) => ({ action }))
        const { action } = scored.at(which)!
        moves.push(action)
        state = game.rules.step(state, action).state
      }
      const ends = game.rules.terminated(state)
      if ((ends && moves.length >= SHORTEST) || game.id === ENDLESS) return { level, config, moves, ends }
    }
  throw new Error(`no game of ${game.id} ends after ${SHORTEST} to ${LONGEST} moves`)
}

describe.skipIf(missing)('games in the studio', () => {
  const problems: string[] = []
  let server: Running
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    server = await startServer('studio')
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (one) => {
      if (!one.url().startsWith(server.url)) problems.push(`request to ${one.url()}`)
    })
  })
  afterAll(async () => {
    await browser?.close()
    server?.child.kill('SIGKILL')
  })

  const open = async (address: string): Promise<void> => {
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/${address}`)
    await page.waitForSelector('main h1')
  }
  /** The state that the address holds; the start of the seed where it holds none. */
  const stateOf = (game: AnyGame, start: unknown): unknown => {
    const token = new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('state')
    return token === null ? start : decodeState(token, [game]).state
  }

  /** Plays a whole game with `act`; the final state. */
  async function playOut(game: AnyGame, act: (state: unknown, action: unknown) => Promise<void>): Promise<unknown> {
    const { level, config, moves, ends } = wholeGame(game)
    await open(`play/${game.id}?seed=${SEED}&perception=0&reasoning=${level}`)
    await page.waitForSelector('.board canvas')
    const start = startSnapshot({ game, config }, SEED).state
    let state = start
    for (const [at, action] of moves.entries()) {
      const next = encodeState(game, game.rules.step(state, action).state)
      await act(state, action)
      // The test runner hears of a new address a little later than the page has it.
      const seen = (): string => encodeState(game, stateOf(game, start))
      await expect.poll(seen, { message: `move ${at}: ${game.answer.format(state, action)}` }).toBe(next)
      state = stateOf(game, start)
    }
    expect(game.rules.terminated(state)).toBe(ends)
    if (ends) await expect.poll(() => page.getByRole('button', { name: 'on and on' }).isDisabled()).toBe(true)
    return state
  }

  const cells = (game: AnyGame, state: unknown, action: unknown): readonly (readonly [number, number])[] => {
    const { rows, columns } = game.perception.grid!(game.perception.of(state))
    return cellsOfAnswer(game.play!.pick!, game.answer.format(state, action), rows, columns, state)
  }
  const keyOf = (game: AnyGame, action: unknown) => game.play?.keys?.find((key) => JSON.stringify(key.action) === JSON.stringify(action))

  test.each(GAMES.map((game) => [game.id, game] as const))('%s is played by pointer', async (_, game) => {
    await playOut(game, async (state, action) => {
      const key = keyOf(game, action)
      if (key !== undefined) await page.locator('.moves button', { hasText: key.name }).first().click()
      else if (game.play?.pick !== undefined)
        for (const [row, column] of cells(game, state, action))
          await page.locator(`.cells button[aria-label^="row ${row}, column ${column}:"]`).click()
      else if (game.play?.places !== undefined)
        await page.locator(`.cells button[aria-label="play ${game.answer.format(state, action)}"]`).click()
      else
        await page
          .locator('.moves')
          .getByRole('button', { name: game.answer.format(state, action), exact: true })
          .click()
    })
    expect(problems).toEqual([])
  })

  test.each(GAMES.map((game) => [game.id, game] as const))('%s is played by keyboard', async (_, game) => {
    let at: readonly [number, number] = [0, 0]
    const last = await playOut(game, async (state, action) => {
      const key = keyOf(game, action)
      const name = key?.keys[0] as string
      if (key !== undefined) await page.keyboard.press(name.length > 1 ? `Arrow${name[0]!.toUpperCase()}${name.slice(1)}` : name)
      else if (game.play?.pick !== undefined)
        for (const cell of cells(game, state, action)) {
          const [down, right] = [cell[0] - at[0], cell[1] - at[1]]
          for (let i = 0; i < Math.abs(down); i++) await page.keyboard.press(down > 0 ? 'ArrowDown' : 'ArrowUp')
          for (let i = 0; i < Math.abs(right); i++) await page.keyboard.press(right > 0 ? 'ArrowRight' : 'ArrowLeft')
          await page.keyboard.press('Enter')
          at = cell
        }
      else {
        await page.getByLabel('Or type a move').fill(game.answer.format(state, action))
        await page.keyboard.press('Enter')
        await page.locator('h1').click()
      }
    })
    await page.locator('h1').click()
    await page.keyboard.press('u')
    await expect.poll(() => stateOf(game, null)).not.toEqual(last)
    expect(problems).toEqual([])
  })

  test('a stroke over the board plays the arrow key of its direction, the hint is the expert’s move, and the policies keep up', async () => {
    const game = GAMES.find(({ play }) => play?.keys?.some(({ keys }) => keys.includes('up')))!
    await open(`play/${game.id}?seed=2`)
    await page.keyboard.press('h')
    const start = startSnapshot({ game, config: game.config.parse({}) }, 2).state
    const best = game.expert!.solver(start)[0]!.action
    await expect.poll(() => page.locator('.said').textContent()).toContain(keyOf(game, best)!.name)
    const box = (await page.locator('.board').boundingBox())!
    const legal = keyOf(game, game.rules.legalActions(start)[0])!
    const [dx, dy] = { up: [0, -90], down: [0, 90], left: [-90, 0], right: [90, 0] }[legal.keys.find((key) => key.length > 1)!] as number[]
    await page.mouse.move(box.x + 200, box.y + 200)
    await page.mouse.down()
    await page.mouse.move(box.x + 200 + dx!, box.y + 200 + dy!)
    await page.mouse.up()
    await expect.poll(() => stateOf(game, start)).toEqual(game.rules.step(start, legal.action).state)
    for (const name of ['you', 'random', 'solver'])
      await expect.poll(() => page.locator('.race figure', { hasText: name }).locator('small').textContent()).toBe('1 move')
  })

  test('an address opens the state that it was copied from, in its colours, and a broken one says what is wrong', async () => {
    const game = GAMES[0]!
    await open(`play/${game.id}?seed=9`)
    const start = startSnapshot({ game, config: game.config.parse({}) }, 9).state
    await page.getByRole('button', { name: 'one move' }).click()
    await expect.poll(() => page.url()).toContain('state=')
    await page.getByLabel('Colours').selectOption('dark')
    await expect.poll(() => page.url()).toContain('theme=dark')
    const state = stateOf(game, start)
    await page.getByRole('button', { name: 'Copy the address' }).click()
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string
    const text = 'document.querySelector("canvas").toDataURL()'
    const picture = (await page.evaluate(text)) as string
    await page.goto('about:blank')
    await page.goto(copied)
    await page.waitForSelector('.board canvas')
    expect((await page.evaluate(text)) === picture).toBe(true)
    expect(stateOf(game, start)).toEqual(state)
    await open(`play/${game.id}?state=${copied.split('state=')[1]!.replace(/.$/, 'x')}`)
    expect(await page.locator('[role=alert]').textContent()).toContain('token')
    await page.goto(`${server.url}/#/play/no-such-game`)
    expect(await page.locator('[role=alert]').textContent()).toContain('no game is called "no-such-game"')
  })

  test('a game is there with less than 300 kB of script', async () => {
    const fresh = await browser.newContext()
    const other = await fresh.newPage()
    const scripts: Promise<number>[] = []
    other.on('response', (one) => {
      if (one.url().endsWith('.js')) scripts.push(one.body().then(({ length }) => length))
    })
    const began = performance.now()
    await other.goto(`${server.url}/#/play/${GAMES[0]!.id}`)
    await other.waitForSelector('.board canvas')
    const taken = performance.now() - began
    const bytes = (await Promise.all(scripts)).reduce((sum, length) => sum + length, 0)
    console.log(`${GAMES[0]!.id}: ${bytes} bytes of script, drawn after ${taken.toFixed(0)} ms`)
    expect(bytes).toBeLessThan(300_000)
    await fresh.close()
  })

  test('the bare address shows the gallery where there is no run; a game shows levels, prompt, grammar and command lines', async () => {
    await page.goto('about:blank')
    await page.goto(server.url)
    await expect.poll(() => page.locator('.card canvas').count()).toBe(gameEntries().length)
    const game = GAMES[0]!
    await page.getByRole('link', { name: game.title, exact: true }).click()
    await expect.poll(() => page.locator('.sheet canvas').count()).toBe(36)
    expect(await page.locator('pre').first().textContent()).toBe(
      (await import('../src/gym/index.ts')).gamePrompt(game, game.config.parse({}), 'full'),
    )
    await page.getByRole('combobox', { name: /^Reasoning/ }).selectOption('0')
    const { config } = difficulty(game, { reasoning: 0 })
    const [name, value] = Object.entries(config as object)[0]!
    await expect.poll(() => page.locator(`#knob-${name}`).inputValue()).toBe(String(value))
    await expect
      .poll(() => page.locator('.command-lines').textContent())
      .toContain(`vlm-gym show ${game.id} --seed 0 --perception 0 --reasoning 0`)
    await page.locator(`#knob-${name}`).fill('-3')
    await page.keyboard.press('Enter')
    expect(await page.locator('[role=alert]').textContent()).toContain(name)
  })

  test('a wall shows hundreds of games that a policy plays, and leads to each', async () => {
    await page.goto(`${server.url}/#/wall?policy=random&count=256`)
    const rate = page.locator('.rate')
    await expect.poll(() => rate.textContent()).toMatch(/^256 boards\. \d+ frames and [1-9]\d* boards drawn a second$/)
    // A second in which nothing else was done shows what it can.
    await expect.poll(async () => Number(/(\d+) frames/.exec((await rate.textContent())!)?.[1])).toBeGreaterThan(15)
    console.log(await rate.textContent())
    await page.getByRole('application').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.board canvas')
    await expect.poll(() => page.url()).toContain('seed=1&state=')
    expect(problems).toEqual([])
  })

  test.each(['games', 'wall', `games/${GAMES[0]!.id}`, ...GAMES.map(({ id }) => `play/${id}`)])(
    '%s has no violation that axe finds, light and dark, and fits a phone',
    async (address) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await open(address)
        await page.waitForSelector('canvas')
        expect(await violations(page), colorScheme).toEqual([])
      }
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width: 390, height: 800 })
      expect(await overflow(page)).toBe(0)
      await page.setViewportSize({ width: 1280, height: 900 })
      expect(problems).toEqual([])
    },
  )
})
