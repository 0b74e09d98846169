import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, WeightsRef } from '../engine.ts'
import { ConfigError } from '../errors.ts'
import { gameNamed, loadGames } from '../games/index.ts'
import { decodeState, playReply } from '../gym/index.ts'
import { createRun, GROUPS_FILE, METRICS_FILE, type MetricLine, openRun, type RunFolder } from '../runs/index.ts'
import { type MockEngineOptions, mockEngine } from '../testing/index.ts'
import { parseTrainConfig, type TrainConfig } from './config.ts'
import { lexiconOf } from './lexicon.ts'
import { gamesOf, mixOf } from './mix.ts'
import { checkEngineInfo } from './needs.ts'
import { otherEngines } from './parts.ts'
import { PRESETS, presetNamed } from './presets.ts'
import { finishedWeights } from './progress.ts'
import { stagesOf } from './recipes.ts'
import { rlStage } from './rl-stage.ts'
import { type TrainEvent, type TrainOptions, train } from './trainer.ts'

await loadGames()

/** The tiny preset for the mock engine, which has no Muon, with every part that has a state of its own: levels of a game, and an adaptive mix. */
const tiny = ((): TrainConfig => {
  const preset = presetNamed('tiny')
  const games = [preset.games[0], preset.games[3]].map((game, i) =>
    i === 0 ? { ...game, levels: [{ perception: 0 }, { perception: 2 }] } : game,
  )
  const [base, coldStart] = [preset.base, preset.coldStart].map((stage) => ({ ...stage, steps: 4, batch: 4, optimizer: 'adam' }))
  return parseTrainConfig({
    ...preset,
    games,
    base,
    coldStart,
    rl: { ...preset.rl, steps: 4, states: 4, replies: 3, minibatch: 4, adaptive: 0.5, optimizer: 'adam' },
    saveEvery: 2,
  })
})()
const words = lexiconOf(tiny.games.map(({ id }) => gameNamed(id)))
/** An engine over the saves of a run. */
const engineFor = (folder: RunFolder, change: Partial<MockEngineOptions> = {}): Engine =>
  mockEngine({ chat: { words }, seed: tiny.seed, folder: folder.file('checkpoints'), ...change })

/** An engine with some of its members replaced. */
const withMembers = (engine: Engine, members: Partial<Engine>): Engine => ({
  info: engine.info,
  chat: engine.chat,
  sampler: (ref) => engine.sampler(ref),
  forwardBackward: (request) => engine.forwardBackward(request),
  optimStep: (params) => engine.optimStep(params),
  save: (name, kind) => engine.save(name, kind),
  load: (ref, options) => engine.load(ref, options),
  discard: (ref) => engine.discard(ref),
  close: () => engine.close(),
  ...members,
})
const withSave = (engine: Engine, save: Engine['save']): Engine => withMembers(engine, { save })

describe('train', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'train-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const values = async (folder: RunFolder): Promise<unknown[]> =>
    (await folder.linesOf(METRICS_FILE)).map(({ stage, step, values: all }) => ({ stage, step, values: all }))

  const checkpoints = async (folder: RunFolder): Promise<string[]> => (await readdir(folder.file('checkpoints'))).sort()

  /** Trains on so many engines until so many steps are done. */
  async function session(
    folder: RunFolder,
    config: TrainConfig,
    stopAfter: number,
    engines = 1,
    onStep?: (event: TrainEvent) => void,
  ): Promise<string> {
    const controller = new AbortController()
    let steps = 0
    const onEvent = (event: TrainEvent): void => {
      onStep?.(event)
      if (++steps === stopAfter) controller.abort()
    }
    const engine = engineFor(folder)
    const others = otherEngines(engines - 1, async () => engineFor(folder))
    const end = await train({ folder, config, engine, others, onEvent, signal: controller.signal })
    await Promise.all([engine.close(), others.close()])
    return end
  }

  it('gives the numbers of an unbroken run after any stop, to the last digit', async () => {
    const unbroken = await createRun(join(parent, 'unbroken'), tiny)
    expect(await session(unbroken, tiny, -1)).toBe('finished')
    const broken = await createRun(join(parent, 'broken'), tiny)
    for (const stopAfter of [3, 2, 2, 6]) expect(await session(broken, tiny, stopAfter)).toBe('stopped')
    expect(await session(broken, tiny, -1)).toBe('finished')
    expect(await values(broken)).toEqual(await values(unbroken))
    const last = (await values(unbroken)).at(-1) as MetricLine
    for (const { id } of tiny.games) expect(last.values[`${id}.signal`], id).toBeGreaterThanOrEqual(0)
    for (const stage of ['g0', 'g1']) {
      const file = `checkpoints/${stage}.json`
      expect((await readFile(broken.file(file))).equals(await readFile(unbroken.file(file))), file).toBe(true)
    }
    await Promise.all([unbroken.close(), broken.close()])
  })

  it('keeps whole groups of some steps, each once after any stop, from which the replies can be played again', async () => {
    const config = parseTrainConfig({ ...tiny, rl: { ...tiny.rl, steps: 7, turns: 2 } })
    const unbroken = await createRun(join(parent, 'groups'), config)
    expect(await session(unbroken, config, -1)).toBe('finished')
    const groups = await unbroken.linesOf(GROUPS_FILE)
    const stages = ['g0', 'g1'].flatMap((stage) => [0, 5].map((step) => [stage, step]))
    expect(groups.map(({ stage, step, group }) => [stage, step, group])).toEqual(
      stages.flatMap(([stage, step]) => [0, 1, 2, 3].map((group) => [stage, step, group])),
    )
    for (const { state, game, entry, replies } of groups) {
      const { spec } = mixOf(config)[entry]!
      expect(spec.game.id).toBe(game)
      const at = decodeState(state, [spec.game]).state
      expect(replies).toHaveLength(config.rl.replies)
      for (const { text, outcome } of replies) expect(playReply(spec.game, at, text).score.outcome).toBe(outcome)
      for (const section of ['perception', 'think', 'answer'] as const)
        expect(Math.abs(replies.reduce((sum, { advantages }) => sum + advantages[section], 0))).toBeLessThan(1e-3)
    }
    const broken = await createRun(join(parent, 'groups-broken'), config)
    for (const stopAfter of [5, 5, 2, 7]) {
      expect(await session(broken, config, stopAfter)).toBe('stopped')
      // What a killed run had written behind its last save.
      const done = await broken.linesOf(GROUPS_FILE)
      await appendFile(broken.file('groups.jsonl'), `${JSON.stringify({ ...done.at(-1), stage: 'g1', step: 6 })}\n{"stage":"g1","st`)
    }
    expect(await session(broken, config, -1)).toBe('finished')
    expect(await broken.linesOf(GROUPS_FILE)).toEqual(groups)
    await Promise.all([unbroken.close(), broken.close()])
  })

  it('draws nothing of a game that is held out, and goes on with such a stage after a stop', async () => {
    const [first, second] = tiny.games as [TrainConfig['games'][number], TrainConfig['games'][number]]
    const config = parseTrainConfig({ ...tiny, games: [first, { ...second, heldOut: true }], recipes: ['g1', 'transfer'] })
    const unbroken = await createRun(join(parent, 'held-out'), config)
    expect(await session(unbroken, config, -1)).toBe('finished')
    const lines = await unbroken.linesOf(METRICS_FILE)
    const named = (stage: string) => [
      ...new Set(lines.filter((line) => line.stage === stage).flatMap(({ values: all }) => Object.keys(all))),
    ]
    expect(named('g0-all').filter((name) => name.startsWith('swap.'))).not.toEqual([])
    for (const stage of ['g0', 'g1']) expect(named(stage).filter((name) => name.startsWith('swap.'))).toEqual([])
    const broken = await createRun(join(parent, 'held-out-broken'), config)
    let stops = 0
    while ((await session(broken, config, 3)) === 'stopped') stops++
    expect(stops).toBeGreaterThan(4)
    expect(await values(broken)).toEqual(await values(unbroken))
    await Promise.all([unbroken.close(), broken.close()])
  })

  it('gives the same numbers on one engine and on several, whatever each of them has done before', async () => {
    const folder = await createRun(join(parent, 'two'), tiny)
    const events: string[] = []
    expect(await session(folder, tiny, -1, 2, ({ stage, engine }) => events.push(`${stage} ${engine}`))).toBe('finished')
    const isAmid = (stage: string, other: string): boolean =>
      events.indexOf(`${stage} 0`) < events.lastIndexOf(`${other} 1`) && events.indexOf(`${other} 1`) < events.lastIndexOf(`${stage} 0`)
    expect(isAmid('g0', 'cold-start'), events.join()).toBe(true)
    expect(await sameAsUnbroken(folder)).toEqual([])
    await folder.close()
  })

  it.each([
    [2, 1],
    [1, 2],
  ])('goes on with %i engines, then %i, after stops and saves of stages side by side', async (one, other) => {
    const folder = await createRun(join(parent, `engines-${one}-${other}`), tiny)
    expect(await session(folder, tiny, 6, one)).toBe('stopped')
    const stages = async (): Promise<string[]> =>
      Object.keys(JSON.parse(await readFile(folder.file('progress.json'), 'utf8')).running).sort()
    expect(await stages()).toEqual(one === 2 ? ['cold-start', 'g0'] : ['g0'])
    expect(await session(folder, tiny, 3, other)).toBe('stopped')
    expect(await session(folder, tiny, -1, one)).toBe('finished')
    expect(await stages()).toEqual([])
    expect(await sameAsUnbroken(folder)).toEqual([])
    await folder.close()
  })

  it('saves the stage beside one that fails, says why, and goes on', async () => {
    const folder = await createRun(join(parent, 'beside'), tiny)
    const onStep = ({ stage, step }: TrainEvent): void => {
      if (stage === 'cold-start' && step === 1) throw new Error('killed')
    }
    await expect(session(folder, tiny, -1, 2, onStep)).rejects.toThrow('killed')
    const { running } = JSON.parse(await readFile(folder.file('progress.json'), 'utf8'))
    expect(Object.keys(running)).toEqual(['g0'])
    expect(running.g0.step).toBeLessThan(3)
    expect(await session(folder, tiny, -1, 1)).toBe('finished')
    expect(await sameAsUnbroken(folder)).toEqual([])
    await folder.close()
  })

  /** What differs from the unbroken run: metrics without their seconds, checkpoints byte for byte. */
  async function sameAsUnbroken(folder: RunFolder): Promise<string[]> {
    const unbroken = await openRun(join(parent, 'unbroken'))
    const names = await checkpoints(unbroken)
    expect(await checkpoints(folder)).toEqual(names)
    expect(await values(folder)).toEqual(await values(unbroken))
    const bytes = (run: RunFolder, name: string): Promise<Buffer> => readFile(run.file(`checkpoints/${name}`))
    const equal = await Promise.all(names.map(async (name) => (await bytes(folder, name)).equals(await bytes(unbroken, name))))
    await unbroken.close()
    return names.filter((_, i) => !equal[i])
  }

  /** A session that ends in an error once `dies` says so, as a killed process does: nothing is saved after that. */
  async function killedSession(name: string, dies: (engine: Engine, folder: RunFolder) => Partial<TrainOptions>): Promise<void> {
    const folder = await createRun(join(parent, name), tiny)
    const engine = engineFor(folder)
    await expect(train({ folder, config: tiny, engine, ...dies(engine, folder) })).rejects.toThrow('killed')
    await engine.close()
    await folder.close()
  }

  async function finishes(name: string): Promise<void> {
    const again = await openRun(join(parent, name))
    expect(await session(again, tiny, -1)).toBe('finished')
    const reference = await openRun(join(parent, 'unbroken'))
    expect(await values(again)).toEqual(await values(reference))
    // Nothing is left of what was only saved to go on from.
    expect(await checkpoints(again)).toEqual(['base.json', 'cold-start.json', 'g0.json', 'g1.json'])
    await Promise.all([again.close(), reference.close()])
  }

  it('goes back to the last checkpoint when it was killed without a chance to save', async () => {
    let steps = 0
    await killedSession('killed', () => ({
      onEvent: () => {
        if (++steps === 14) throw new Error('killed')
      },
    }))
    await finishes('killed')
  })

  // The first save is in the middle of a stage, the second at its end.
  it.each([1, 2])('goes on when it was killed between save %i and the pointer to it', async (fatal) => {
    const name = `killed-at-save-${fatal}`
    let saves = 0
    await killedSession(name, (engine) => ({
      engine: withSave(engine, async (...given) => {
        const ref = await engine.save(...given)
        if (++saves === fatal) throw new Error('killed')
        return ref
      }),
    }))
    await finishes(name)
  })

  it('knows the weights of finished stages by refs, and starts each stage from those of the one before', async () => {
    const unbroken = await openRun(join(parent, 'unbroken'))
    const weights = await finishedWeights(unbroken)
    expect(Object.keys(weights)).toEqual(stagesOf(tiny).map(({ name }) => name))
    const engine = engineFor(unbroken)
    await engine.load(weights['cold-start'] as WeightsRef, { optimizer: false })
    await engine.close()
    await unbroken.close()
  })

  describe('of RL from fresh weights', () => {
    const facts = { about: '', note: '', from: null, imitates: null }
    // Fresh weights write nothing readable: what moves them are groups without a legal move, by entropy alone.
    const rl = { ...tiny.rl, stuck: true, entropy: 0.1, learningRate: 0.1, warmup: 0 }
    const pure = ['one', 'two'].map((name) => rlStage({ ...facts, name, label: name }, rl))

    async function pureSession(folder: RunFolder, stopAfter: number): Promise<string> {
      const controller = new AbortController()
      let steps = 0
      const onEvent = (): void => {
        if (++steps === stopAfter) controller.abort()
      }
      const engine = engineFor(folder)
      const end = await train({ folder, config: tiny, engine, stages: pure, onEvent, signal: controller.signal })
      await engine.close()
      return end
    }

    it('measures the divergence from the weights that the stage began with, also after a stop', async () => {
      const folder = await createRun(join(parent, 'pure'), tiny)
      expect(await pureSession(folder, -1)).toBe('finished')
      const lines = await folder.linesOf(METRICS_FILE)
      expect(lines).toHaveLength(2 * rl.steps)
      for (const { stage, step, values: all } of lines) {
        if (step === 0) expect(all.kl, stage).toBeCloseTo(0, 9)
        else expect(all.kl, `${stage}, step ${step}`).toBeGreaterThan(1e-9)
      }
      const stopped = await createRun(join(parent, 'pure-stopped'), tiny)
      for (const stopAfter of [3, 2]) expect(await pureSession(stopped, stopAfter)).toBe('stopped')
      expect(await pureSession(stopped, -1)).toBe('finished')
      expect(await values(stopped)).toEqual(await values(folder))
      expect(await checkpoints(stopped)).toEqual(['initial.json', 'one.json', 'two.json'])
      await Promise.all([folder.close(), stopped.close()])
    })
  })

  it.each<[string, Partial<MockEngineOptions>, object, RegExp]>([
    ['a blind engine', { images: 0 }, {}, /the engine mock is blind/],
    ['an optimizer that it lacks', {}, { base: { ...tiny.base, optimizer: 'muon' } }, /stage base needs the optimizer muon.*has adam/],
    ['replies that are too long', { maxSequence: tiny.maxTokens }, {}, /maxTokens is \d+; the engine mock has room for/],
  ])('refuses %s before any work', async (what, change, config, reason) => {
    const wrong = parseTrainConfig({ ...tiny, ...config })
    const folder = await createRun(join(parent, what.replaceAll(' ', '-')), wrong)
    const engine = engineFor(folder, change)
    await expect(train({ folder, config: wrong, engine })).rejects.toThrow(ConfigError)
    await expect(train({ folder, config: wrong, engine })).rejects.toThrow(reason)
    expect(await values(folder)).toEqual([])
    await engine.close()
    await folder.close()
  })

  it('refuses a loss that the engine lacks, unless no stage needs it', () => {
    const info = { ...mockEngine({ chat: { words } }).info, losses: ['cross_entropy'] as const }
    expect(() => checkEngineInfo(info, tiny, stagesOf(tiny))).toThrow(/the stage g0 needs the loss ppo; the engine mock has cross_entropy/)
    const supervised = parseTrainConfig({ ...tiny, rl: { ...tiny.rl, steps: 0 } })
    checkEngineInfo(info, supervised, stagesOf(supervised))
  })

  it('submits a pass and its step together, in order', async () => {
    const folder = await createRun(join(parent, 'order'), tiny)
    const engine = engineFor(folder)
    const calls: string[] = []
    let open = 0
    let most = 0
    const counted = <T>(name: string, work: Promise<T>): Promise<T> => {
      calls.push(name)
      most = Math.max(most, ++open)
      return work.finally(() => open--)
    }
    const watched = withMembers(engine, {
      forwardBackward: (request) => counted('pass', engine.forwardBackward(request)),
      optimStep: (params) => counted('step', engine.optimStep(params)),
    })
    await train({ folder, config: tiny, engine: watched })
    expect(calls.every((name, i) => name === (i % 2 === 0 ? 'pass' : 'step'))).toBe(true)
    expect(most).toBeGreaterThanOrEqual(2)
    expect(most).toBeLessThanOrEqual(4)
    await engine.close()
    await folder.close()
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

  it('draws from random themes beside the own one where it is told to, at every level', () => {
    const themed = mixOf({ ...tiny, themes: 3 })
    expect(themed).toHaveLength(4 * mixOf(tiny).length)
    expect(themed.slice(0, 4).map(({ spec, weight }) => [spec.skin.theme, weight])).toEqual([
      ['classic', 1 / 8],
      ...[1000, 1001, 1002].map((seed) => [`random-${seed}`, 1 / 8]),
    ])
    expect(gamesOf({ ...tiny, themes: 3 })[0]?.spec.skin).toEqual(tiny.skin)
  })

  it('refuses unknown keys and out-of-range values by name', () => {
    const laptop = PRESETS.laptop as Record<string, object>
    expect(() => parseTrainConfig({ ...laptop, sede: 1 })).toThrow(/sede/)
    expect(() => parseTrainConfig({ ...laptop, rl: { ...laptop.rl, kl: -1 } })).toThrow(/rl\.kl/)
    expect(() => presetNamed('desktop')).toThrow(/desktop.*laptop/)
  })
})
