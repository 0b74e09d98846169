/**
 * A trained model in the studio, in Chromium: the exported file under onnxruntime-web makes the replies that the engine makes in Node, greedy, on a
 * hundred states; what it sees and wants stands beside the board.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gameNamed } from '../src/games/index.ts'
import { type EnvSnapshot, envSpec, observationOf, playReply, startSnapshot, walk } from '../src/gym/index.ts'
import { frameOf, promptOf } from '../src/messages.ts'
import { samplerPolicy } from '../src/policies/index.ts'
import type { Observation, Policy, Reply } from '../src/policy.ts'
import { fixtureConfig, fixtureStages } from '../src/report/report-fixture.ts'
import { seededRng } from '../src/rng.ts'
import { createRun } from '../src/runs/index.ts'
import { violations } from './accessible.ts'
import { type Running, startServer } from './running-server.ts'
import { smallModel } from './small-model.ts'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`No model is run in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const STATES = 100
const assets = fileURLToPath(new URL('../dist/studio/page/assets', import.meta.url))

describe.skipIf(missing)('a model in the studio', () => {
  const place = mkdtempSync(join(tmpdir(), 'studio-model-'))
  const run = join(place, 'run')
  const problems: string[] = []
  const game = gameNamed('2048')
  const spec = envSpec({ game, promptStyle: 'brief', skin: { theme: 'classic', tile: 16, layout: 'board' } })
  let engine: Awaited<ReturnType<typeof smallModel>>
  let server: Running
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const folder = await createRun(run, fixtureConfig, { stages: fixtureStages })
    await folder.close()
    mkdirSync(join(run, 'checkpoints'), { recursive: true })
    engine = await smallModel(240, join(run, 'checkpoints'))
    await engine.save('g1', 'weights')
    server = await startServer('studio', run)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (one) => {
      if (!one.url().startsWith(server.url)) problems.push(`request to ${one.url()}`)
    })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await engine?.close()
    server?.child.kill('SIGKILL')
    rmSync(place, { recursive: true, force: true })
  })

  /** States of random games, in the order they came. */
  function states(): EnvSnapshot[] {
    const found: EnvSnapshot[] = []
    for (let seed = 0; found.length < STATES; seed++)
      found.push(
        ...[...walk(spec, startSnapshot(spec, seed), 25, seededRng(seed, 'test'))].filter(({ state }) => !game.rules.terminated(state)),
      )
    return found.slice(0, STATES)
  }

  /** The engine's greedy replies, as long as its model can make them after such a prompt. */
  const greedy = (observation: Observation): Policy =>
    samplerPolicy(engine, { maxTokens: (engine.info.maxText as number) - engine.chat.reply(promptOf(observation)).length, temperature: 0 })

  test(`replies as the engine does, greedy, on ${STATES} states`, async () => {
    const observations = states().map((now) => observationOf(spec, now))
    const replies = await greedy(observations[0]!).reply(observations, { n: 1, seed: 0 })
    const expected = replies.map(([reply]) => reply!.text)
    expect(new Set(expected).size).toBeGreaterThan(5)
    const questions = observations.map((one) => {
      const { width, height, pixels, palette } = frameOf(one)
      return { frame: { width, height, pixels: [...pixels], palette: [...palette!] }, prompt: promptOf(one) }
    })
    await page.goto(`${server.url}/#/games`)
    const chunk = readdirSync(assets).find(
      (name) => name.endsWith('.js') && readFileSync(join(assets, name), 'utf8').includes('as BrowserModel'),
    )
    await page.evaluate((asked) => Object.assign(globalThis, { asked }), questions)
    // As text: the test runner would put its own import into a function.
    const said = (await page.evaluate(`(async () => {
      const { BrowserModel } = await import('/assets/${chunk}')
      const file = async (rows, columns) => new Uint8Array(await (await fetch('/api/models/0/g1/' + rows + 'x' + columns + '.onnx')).arrayBuffer())
      const model = new BrowserModel('g1', file)
      const replies = []
      for (const { frame, prompt } of asked) {
        const { pixels, palette } = frame
        replies.push(await model.reply({ frame: { ...frame, pixels: Uint8Array.from(pixels), palette: Uint8Array.from(palette) }, prompt }))
      }
      return { texts: replies.map(({ text }) => text), each: replies.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / replies.length }
    })()`)) as { readonly texts: readonly string[]; readonly each: number }
    console.log(`a greedy reply in the browser: ${said.each.toFixed(0)} ms`)
    expect(said.texts).toEqual(expected)
    const moves = (texts: readonly string[]): (string | null)[] =>
      states().map(({ state }, i) => playReply(game, state, texts[i]!).score.action)
    expect(moves(said.texts)).toEqual(moves(expected))
    expect(problems).toEqual([])
  }, 120_000)

  test('shows beside the board what it sees and wants, plays along, and plays in the person’s place', async () => {
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/play/2048?seed=4`)
    await page.locator('.choose-model select').selectOption({ label: 'g1 of run' })
    await page.waitForSelector('.mind .wants, .mind button:disabled', { timeout: 30_000 })
    const start = startSnapshot(spec, 4)
    const observation = observationOf(spec, start)
    const [[reply]] = (await greedy(observation).reply([observation], { n: 1, seed: 0 })) as [[Reply]]
    const { score } = playReply(game, start.state, reply.text)
    const right = Math.round(16 * score.perceptionCells)
    if (score.perceptionCells > 0) expect(await page.locator('.mind .read-cells .right').count()).toBe(right)
    expect(await page.locator('.race figure', { hasText: 'g1' }).count()).toBe(1)
    const name = game.play!.keys!.find(({ action }) => game.answer.format(start.state, action) === score.action)?.name
    expect(await page.locator('.mind b').first().textContent()).toBe(score.action === null ? 'g1 makes no move' : `g1 plays ${name}`)
    expect(await violations(page)).toEqual([])
    await page.locator('.board').click()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.locator('.mind').getAttribute('aria-busy')).toBe('false')
    expect(problems).toEqual([])
  })

  test('says what is wrong with a board that it was not made for, and with a file that is no model', async () => {
    await page.goto('about:blank')
    await page.goto(`${server.url}/#/play/2048?seed=4&set.size=6`)
    await page
      .locator('.choose-model input')
      .setInputFiles({ name: 'x.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from('not a model') })
    await expect
      .poll(() => page.locator('section[aria-label="A trained model"] [role=alert]').textContent())
      .toContain('not a model that vlm-gym export wrote')
    expect((await fetch(`${server.url}/api/models/0/g1/99x4.onnx`)).status).toBe(422)
    for (const path of ['0/..%2f..%2frun/4x4.onnx', '0/g9/4x4.onnx', '7/g1/4x4.onnx', '0/g1/4x4.safetensors'])
      expect((await fetch(`${server.url}/api/models/${path}`)).status, path).toBe(404)
    expect(problems).toEqual([])
  })
})
