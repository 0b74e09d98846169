import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gameNamed, loadGames } from '../games/index.ts'
import { createRun, METRICS_FILE, type RunFolder } from '../runs/index.ts'
import { mockEngine } from '../testing/index.ts'
import { ARMS } from './arms.ts'
import { lexiconOf } from './lexicon.ts'
import { mixOf } from './mix.ts'
import { presetNamed } from './presets.ts'
import { RECIPE_NAMES } from './recipe-names.ts'
import { RECIPES, stageInfos, stagesOf } from './recipes.ts'
import { mixOfStage, type Stage, type StageRun } from './stage.ts'
import { train } from './trainer.ts'

await loadGames()

const config = { ...presetNamed('tiny'), saveEvery: 2 }
const words = lexiconOf(config.games.map(({ id }) => gameNamed(id)))

/** A stage that nobody here knows: it only adds up its steps, and keeps the sum between them. */
function countingStage(name: string, from: string | null, steps: number): Stage {
  const runFrom = (sum: number): StageRun => ({
    state: { sum },
    step: async (step, learningRate) => ({ next: runFrom(sum + step), metrics: { sum, learningRate } }),
  })
  return {
    ...{ name, label: name, about: '', note: '', kind: 'supervised', from, imitates: null, steps, batch: 'a number' },
    rate: { learningRate: 1, finalRate: 1, warmup: 0, steps },
    needs: { loss: 'cross_entropy', optimizer: 'adam' },
    problemOf: (saved) => (typeof (saved as { sum?: unknown } | null)?.sum === 'number' ? null : 'it has no sum'),
    open: async (_, saved) => runFrom(saved === undefined ? 0 : (saved as { sum: number }).sum),
  }
}

describe('a stage of another kind', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'stage-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const stages = [countingStage('first', null, 5), countingStage('second', 'first', 3)]

  /** Trains until so many steps are done; true if that was the end. */
  async function session(folder: RunFolder, stopAfter: number): Promise<boolean> {
    const controller = new AbortController()
    const engine = mockEngine({ chat: { words }, seed: 0, folder: folder.file('checkpoints') })
    let done = 0
    const onEvent = (): void => {
      if (++done === stopAfter) controller.abort()
    }
    const end = await train({ folder, config, engine, stages, onEvent, signal: controller.signal })
    await engine.close()
    return end === 'finished'
  }

  it('is trained, stopped and gone on with, its own state included', async () => {
    const folder = await createRun(join(parent, 'run'), config, { stages: [] })
    let sessions = 0
    while (!(await session(folder, 3))) sessions++
    const lines = await folder.linesOf(METRICS_FILE)
    await folder.close()
    expect(sessions).toBe(2)
    expect(lines.map(({ stage, step, values }) => [stage, step, values.sum])).toEqual([
      ...[0, 0, 1, 3, 6].map((sum, step) => ['first', step, sum]),
      ...[0, 0, 1].map((sum, step) => ['second', step, sum]),
    ])
  })

  it('says itself what is wrong with a saved state', async () => {
    const folder = await createRun(join(parent, 'damaged'), config, { stages: [] })
    await session(folder, 3)
    const { first } = JSON.parse(await readFile(folder.file('progress.json'), 'utf8')).running
    const running = { first: { ...first, state: { sum: 'x' } } }
    await folder.write('progress.json', { initial: null, finished: {}, running })
    await expect(session(folder, 3)).rejects.toThrow(/progress\.json is damaged: it has no sum/)
    await folder.close()
  })
})

describe('recipes', () => {
  it('have stages that start from an earlier one of theirs, and share them by name', () => {
    const every = { ...config, recipes: [...RECIPE_NAMES] }
    expect(RECIPES.map(({ name }) => name)).toEqual(RECIPE_NAMES)
    for (const recipe of RECIPES) {
      for (const [i, { from }] of recipe.stages(every).entries()) {
        if (i === 0) expect(from).toBeNull()
        else
          expect(
            recipe
              .stages(every)
              .slice(0, i)
              .map(({ name }) => name),
          ).toContain(from)
      }
    }
    const alone = every.games.map(({ id }) => `g0-${id}`)
    expect(stagesOf(every).map(({ name }) => name)).toEqual([
      'base',
      'g0',
      'cold-start',
      'g1',
      'g1-paper',
      ...Object.keys(ARMS),
      ...alone,
      'g0-adaptive',
    ])
  })

  it('leave out of cold start and RL the games that are held out, and have one stage a game for transfer', () => {
    const games = config.games.map((entry) => ({ ...entry, heldOut: entry.id === 'swap' }))
    const learned = games.filter(({ heldOut }) => !heldOut).map(({ id }) => id)
    const stages = stagesOf({ ...config, games, recipes: [...RECIPE_NAMES] })
    const gamesOfStage = (name: string) => stages.find((stage) => stage.name === name)?.games
    expect(gamesOfStage('base')).toBeUndefined()
    for (const name of ['g0', 'cold-start', 'g1', 'g1-paper', ...Object.keys(ARMS)]) expect(gamesOfStage(name), name).toEqual(learned)
    for (const id of learned) expect(gamesOfStage(`g0-${id}`), id).toEqual([id])
    expect(stages.map(({ name }) => name)).not.toContain('g0-swap')
    expect(gamesOfStage('g0-all')).toBeUndefined()
    expect(stages.map(({ name }) => name)).toContain('g0-all')
    const mix = mixOf({ ...config, games })
    expect(mixOfStage({ games: ['swap'] }, mix).map(({ spec }) => spec.game.id)).toEqual(['swap'])
    expect(mixOfStage({}, mix)).toBe(mix)
  })

  it('stand in the header of a run as plain data', () => {
    const infos = stageInfos(config)
    expect(JSON.parse(JSON.stringify(infos))).toEqual(infos)
    expect(infos.at(-1)).toMatchObject({ name: 'g1', label: 'G1', kind: 'rl', from: 'cold-start', steps: 4, batch: '4 states × 4 replies' })
  })

  it('of RL say what is wrong with a saved state', () => {
    const [, g0] = stagesOf(config) as [Stage, Stage]
    const mix = mixOf(config)
    const signals = mix.map(() => 1)
    expect(g0.problemOf({ pool: [], signals }, mix)).toBeNull()
    expect(g0.problemOf(null, mix)).toMatch(/is not one of reinforcement learning/)
    expect(g0.problemOf({ pool: [], signals: [1, 1] }, mix)).toMatch(/signals of 2 games/)
    const snapshot = { state: { broken: true }, last: null, steps: 0, return: 0 }
    expect(g0.problemOf({ pool: [{ spec: 9, snapshot, games: 0 }], signals }, mix)).toMatch(/no game 9/)
    expect(g0.problemOf({ pool: [{ spec: 0, snapshot, games: 0 }], signals }, mix)).toMatch(/state/)
  })
})
