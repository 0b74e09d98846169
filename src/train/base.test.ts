/** The base: what its examples show, and where it ends. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Datum } from '../engine.ts'
import { loadGames } from '../games/registry.ts'
import { drawState, parseReply } from '../gym/index.ts'
import { frameHash, frameToRgb, themeNamed } from '../render/index.ts'
import { createRun, METRICS_FILE, type RunFolder } from '../runs/index.ts'
import type { Frame } from '../scene.ts'
import { mockEngine } from '../testing/index.ts'
import { parseTrainConfig } from './config.ts'
import { baseThemes, captionExample, replyDatum } from './examples.ts'
import { lexiconOf } from './lexicon.ts'
import { mixOf } from './mix.ts'
import { presetNamed } from './presets.ts'
import { finishedWeights } from './progress.ts'
import type { MixEntry } from './states.ts'
import { train } from './trainer.ts'

await loadGames()
const laptop = presetNamed('laptop')
const mix = mixOf(laptop)
const words = lexiconOf(await loadGames(laptop.games.map(({ id }) => id)))
const engine = mockEngine({ chat: { words } })
const HABITS = { skins: 12, labelNoise: 0.1, told: 0.25, insight: 0.2, legal: 0.4 }
const SOURCE = { scatter: 0.5, teacher: 0, narrow: 0, refused: 0.1 }

const frameOf = ({ modelInput }: Datum): Frame => {
  const image = modelInput.chunks.find((chunk) => chunk.type === 'image')
  if (image?.type !== 'image') throw new Error('an example without a picture')
  return image.frame as Frame
}
/** The text of an example from the prompt on, and how many of its tokens are learned. */
function textOf(datum: Datum): string {
  const tokens = datum.modelInput.chunks.flatMap((chunk) => (chunk.type === 'encoded_text' ? [...chunk.tokens] : []))
  return `${engine.chat.read(tokens).text}</answer>`
}
const example = (entry: MixEntry, seed: number, habits = HABITS): Datum => replyDatum(engine, captionExample(entry, SOURCE, habits, seed))
const colours = (frame: Frame): Set<string> => {
  const rgb = frameToRgb(frame)
  return new Set(Array.from({ length: rgb.length / 3 }, (_, i) => rgb.slice(3 * i, 3 * i + 3).join()))
}

const rgbOf = (color: string): string => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join()

describe.each(mix.map((entry) => [entry.spec.game.id, entry] as const))('examples of the base on %s', (id, entry) => {
  const { game, config, skin } = entry.spec
  const seeds = Array.from({ length: 60 }, (_, i) => i)

  it('never show the theme that is played in', () => {
    expect(baseThemes(skin.theme, HABITS)).not.toContain(skin.theme)
    const { board, empty, tiles } = themeNamed(skin.theme)
    const own = [board, empty, ...(id === 'picture-shisen-sho' ? [] : tiles.map(({ fill }) => fill))].map(rgbOf)
    const hasOwn = (frame: Frame): boolean => own.some((colour) => colours(frame).has(colour))
    expect(hasOwn(drawState(game, game.rules.init(config, 0), skin))).toBe(true)
    for (const seed of seeds) expect(hasOwn(frameOf(example(entry, seed)))).toBe(false)
  })

  it('are decided by the seed, and show a grey picture where the board is told', () => {
    for (const seed of seeds.slice(0, 5)) expect(textOf(example(entry, seed))).toBe(textOf(example(entry, seed)))
    const grey = seeds.filter((seed) => colours(frameOf(example(entry, seed))).size === 1)
    expect(grey.length).toBeGreaterThan(5)
    expect(grey.length).toBeLessThan(30)
    for (const seed of seeds) expect(colours(frameOf(example(entry, seed, { ...HABITS, told: 1 }))).size).toBe(1)
  })

  it('learn the caption where it is about a picture, and only what follows it where the board is told', () => {
    const learned = (habits: typeof HABITS): string => {
      const datum = example(entry, 3, habits)
      const weights = Array.from(datum.lossInputs.weights ?? [])
      const targets = Array.from(datum.lossInputs.targetTokens)
      return engine.chat.read(targets.filter((_, i) => (weights[i] ?? 0) > 0)).text
    }
    expect(learned({ ...HABITS, told: 0 })).toMatch(/^<perception>[\s\S]*<think>[\s\S]*<answer>[\s\S]*<\/answer>$/)
    expect(learned({ ...HABITS, told: 1 })).not.toMatch(/<perception>/)
    expect(learned({ ...HABITS, told: 1 })).toMatch(/<answer>[\s\S]*<\/answer>$/)
  })

  it('misname cells at the rate asked for, with thoughts that are true of the board as it was said', () => {
    let [right, all, own, states] = [0, 0, 0, 0]
    for (const seed of seeds) {
      const text = textOf(example(entry, seed, { ...HABITS, told: 0, labelNoise: 0.3 }))
      const parsed = parseReply(text.slice(text.indexOf('<perception>')))
      const said = game.perception.parse(parsed.perception ?? '')
      if (said === null || parsed.think === null) continue
      states++
      // Which board was shown is read off the picture: the one of all boards said with its cells right has the same frame.
      const board = game.perception.told?.(game.rules.init(config, 0), said)
      if (board) own += game.teacher?.share(board, parsed.think) === 1 ? 1 : 0
      const clean = textOf(example(entry, seed, { ...HABITS, told: 0, labelNoise: 0 }))
      const truth = game.perception.parse(parseReply(clean.slice(clean.indexOf('<perception>'))).perception ?? '')
      const [a, b] = [said, truth].map((one) => game.perception.grid?.(one)?.cells.flat() ?? [])
      for (const [i, label] of (a as string[]).entries()) {
        right += label === b?.[i] ? 1 : 0
        all++
      }
    }
    expect(states).toBe(seeds.length)
    expect(own).toBe(states)
    // A cell that is named after another may get its own label all the same.
    expect(right / all).toBeGreaterThan(0.7)
    expect(right / all).toBeLessThan(0.95)
  })
})

describe('the end of the base', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'base-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const tiny = presetNamed('tiny')
  const configOf = (cells: number) =>
    parseTrainConfig({
      ...tiny,
      games: tiny.games.slice(0, 1),
      recipes: ['g0'],
      base: {
        ...tiny.base,
        ...{ corpus: 'captions', steps: 12, batch: 4, optimizer: 'adam', until: { cells, every: 3, states: 4 } },
      },
      rl: { ...tiny.rl, steps: 1, optimizer: 'adam' },
      saveEvery: 1,
    })

  async function session(folder: RunFolder, cells: number, stopAfter = Number.POSITIVE_INFINITY): Promise<string> {
    const controller = new AbortController()
    const mock = mockEngine({ chat: { words }, seed: 0, folder: folder.file('checkpoints') })
    let done = 0
    const onEvent = (): void => {
      if (++done === stopAfter) controller.abort()
    }
    const end = await train({ folder, config: configOf(cells), engine: mock, onEvent, signal: controller.signal })
    await mock.close()
    return end
  }
  const linesOf = async (folder: RunFolder) =>
    (await folder.linesOf(METRICS_FILE)).filter(({ stage }) => stage === 'base').map(({ step, values }) => ({ step, values }))

  it('comes once it reads enough cells', async () => {
    const folder = await createRun(join(parent, 'reached'), configOf(0), { stages: [] })
    expect(await session(folder, 0)).toBe('finished')
    const lines = await linesOf(folder)
    expect(Object.keys(await finishedWeights(folder))).toEqual(['base', 'g0'])
    await folder.close()
    expect(lines.flatMap(({ step, values }) => (values.probeCells === undefined ? [] : [step]))).toEqual([2])
    expect(lines).toHaveLength(3)
  })

  it('is that of its steps where it never does', async () => {
    const folder = await createRun(join(parent, 'missed'), configOf(1), { stages: [] })
    await session(folder, 1)
    expect(await linesOf(folder)).toHaveLength(12)
    await folder.close()
  })

  it('is the same after a stop at any step', async () => {
    const whole = await createRun(join(parent, 'whole'), configOf(0), { stages: [] })
    await session(whole, 0)
    const expected = await linesOf(whole)
    await whole.close()
    const cut = await createRun(join(parent, 'cut'), configOf(0), { stages: [] })
    let sessions = 0
    while ((await session(cut, 0, 1)) === 'stopped') sessions++
    expect(sessions).toBeGreaterThan(2)
    expect(await linesOf(cut)).toEqual(expected)
    await cut.close()
    expect(await readFile(join(parent, 'cut', 'metrics.jsonl'), 'utf8')).not.toBe('')
  })
})

it('a frame of another theme is another frame', () => {
  const { game, config, skin } = (mix[0] as MixEntry).spec
  const state = game.rules.init(config, 1)
  const hashes = baseThemes(skin.theme, HABITS).map((theme) => frameHash(drawState(game, state, { ...skin, theme })))
  expect(new Set(hashes).size).toBe(hashes.length)
})
