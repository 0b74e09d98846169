import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedEngine } from '@vlm-gym/engine-onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GAMES } from '../games/index.ts'
import { createRun, METRICS_FILE, type MetricLine, openRun, type RunFolder } from '../runs/index.ts'
import { parseTrainConfig, type TrainConfig } from './config.ts'
import { lexiconOf } from './lexicon.ts'
import { PRESETS, presetNamed } from './presets.ts'
import { stagesOf } from './recipes.ts'
import { gamesOf, mixOf, type TrainEvent, train } from './trainer.ts'

/** The tiny preset with every part that has a state of its own: levels of a game, and an adaptive mix. */
const tiny = ((): TrainConfig => {
  const preset = presetNamed('tiny')
  const games = [preset.games[0], preset.games[3]].map((game, i) =>
    i === 0 ? { ...game, levels: [{ perception: 0 }, { perception: 2 }] } : game,
  )
  return parseTrainConfig({ ...preset, games, rl: { ...preset.rl, adaptive: 0.5 } })
})()
const engineFor = (config: TrainConfig): EmbeddedEngine =>
  new EmbeddedEngine({ model: config.model, words: lexiconOf(Object.values(GAMES)), seed: config.seed, threads: 1 })

describe('train', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'train-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const values = async (folder: RunFolder): Promise<unknown[]> =>
    (await folder.linesOf(METRICS_FILE)).map(({ stage, step, values: all }) => ({ stage, step, values: all }))

  async function session(folder: RunFolder, config: TrainConfig, stopAfter: number): Promise<string> {
    const controller = new AbortController()
    let steps = 0
    const onEvent = (_: TrainEvent): void => {
      if (++steps === stopAfter) controller.abort()
    }
    const engine = engineFor(config)
    const end = await train({ folder, config, engine, onEvent, signal: controller.signal })
    await engine.close()
    return end
  }

  it('gives the numbers of an unbroken run after any stop, to the last digit', async () => {
    const unbroken = await createRun(join(parent, 'unbroken'), tiny)
    expect(await session(unbroken, tiny, -1)).toBe('finished')
    const broken = await createRun(join(parent, 'broken'), tiny)
    for (const stopAfter of [3, 8, 5, 21]) expect(await session(broken, tiny, stopAfter)).toBe('stopped')
    expect(await session(broken, tiny, -1)).toBe('finished')
    expect(await values(broken)).toEqual(await values(unbroken))
    const last = (await values(unbroken)).at(-1) as MetricLine
    for (const { id } of tiny.games) expect(last.values[`${id}.signal`], id).toBeGreaterThanOrEqual(0)
    for (const stage of ['g0', 'g1']) {
      const file = `checkpoints/${stage}.safetensors`
      expect(await readFile(broken.file(file))).toEqual(await readFile(unbroken.file(file)))
    }
    await Promise.all([unbroken.close(), broken.close()])
  })

  it('goes back to the last checkpoint when it was killed without a chance to save', async () => {
    const killed = await createRun(join(parent, 'killed'), tiny)
    const engine = engineFor(tiny)
    let steps = 0
    const dies = train({
      folder: killed,
      config: tiny,
      engine,
      onEvent: () => {
        if (++steps === 33) throw new Error('killed')
      },
    })
    await expect(dies).rejects.toThrow('killed')
    await killed.close()
    const again = await openRun(join(parent, 'killed'))
    expect(await session(again, tiny, -1)).toBe('finished')
    const reference = await openRun(join(parent, 'unbroken'))
    expect(await values(again)).toEqual(await values(reference))
    await Promise.all([again.close(), reference.close()])
  })

  it('has stages as configs of one trainer', () => {
    const stages = (preset: string): unknown[] => stagesOf(presetNamed(preset)).map(({ name, from }) => [name, from])
    expect(stages('laptop')).toEqual([
      ['base', null],
      ['g0', 'base'],
      ['cold-start', 'base'],
      ['g1', 'cold-start'],
    ])
    expect(stages('plain')).toEqual([
      ['base', null],
      ['cold-start', 'base'],
      ['g1-paper', 'cold-start'],
    ])
  })

  it('draws from every level of a game and evaluates the game as it is', () => {
    const mix = mixOf(tiny)
    expect(mix.map(({ spec, weight }) => [spec.game.id, weight])).toEqual([
      ['2048', 0.5],
      ['2048', 0.5],
      ...tiny.games.slice(1).map(({ id }) => [id, 1]),
    ])
    expect(mix[1]?.spec.skin.noise).toBeGreaterThan(0)
    expect(gamesOf(tiny)[0]?.spec.skin).toEqual(tiny.skin)
  })

  it('refuses unknown keys and out-of-range values by name', () => {
    const laptop = PRESETS.laptop as Record<string, object>
    expect(() => parseTrainConfig({ ...laptop, sede: 1 })).toThrow(/sede/)
    expect(() => parseTrainConfig({ ...laptop, rl: { ...laptop.rl, kl: -1 } })).toThrow(/rl\.kl/)
    expect(() => presetNamed('desktop')).toThrow(/desktop.*laptop/)
  })
})
