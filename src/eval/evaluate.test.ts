import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import { game2048 } from '../games/2048/index.ts'
import { type EnvSpec, envSpec, formatReply, rollout } from '../gym/index.ts'
import { createPolicy, randomPolicy, scriptedPolicy, solverPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { deriveSeed, HIDDEN_SEEDS } from '../rng.ts'
import { replayList, resultRows } from '../runs/index.ts'
import { type EvaluateOptions, evaluate } from './evaluate.ts'
import { METRIC_NAMES, type MetricName } from './metrics.ts'

const spec: EnvSpec = envSpec({
  game: game2048,
  skin: { theme: 'classic', tile: 16, layout: 'board' },
  promptStyle: 'brief',
  horizon: 20,
  restart: true,
})

/** A policy that is told nothing and sees the first board of `seed` for ever. */
const fixed = (text: string): Policy => scriptedPolicy([text], 'fixed')

const options = (policy: Policy, rest: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  policy,
  decoding: 'scripted',
  specs: [spec],
  episodes: 4,
  seed: 11,
  ...rest,
})

const meanOf = (rows: Awaited<ReturnType<typeof evaluate>>['rows'], metric: MetricName): number | null | undefined =>
  rows.find((row) => row.metric === metric)?.mean

describe('evaluate', () => {
  test('gives a valid row for every metric, and plays the same games as the rollout', async () => {
    const { rows, episodes } = await evaluate(options(randomPolicy()))
    expect(resultRows.parse(rows)).toEqual(rows)
    expect(rows.map(({ metric }) => metric)).toEqual([...METRIC_NAMES])
    const seeds = [0, 1, 2, 3].map((i) => deriveSeed(11, 'evaluation', i))
    expect(episodes.map(({ seed }) => seed)).toEqual(seeds)
    const again = await rollout(randomPolicy(), {
      episodes: seeds.map((seed) => ({ spec, seed })),
      seed: deriveSeed(11, 'evaluation', 'policy'),
    })
    expect(episodes.map(({ values }) => values.return)).toEqual(again.map(({ score }) => score))
    expect(meanOf(rows, 'return')).toBe(again.reduce((sum, { score }) => sum + score, 0) / 4)
  })

  test('plays hidden games on demand: seeds that no training derives, restarts included', async () => {
    const { episodes } = await evaluate(options(randomPolicy(), { hidden: true }))
    expect(episodes.map(({ seed }) => seed)).toEqual([0, 1, 2, 3].map((i) => HIDDEN_SEEDS + deriveSeed(11, 'evaluation', i)))
    const short = envSpec({ game: spec.game, config: { size: 3 }, horizon: 200, restart: true })
    const [open, hidden] = await Promise.all(
      [5, HIDDEN_SEEDS + 5].map((seed) => rollout(randomPolicy(), { episodes: [{ spec: short, seed }], seed: 1 })),
    )
    expect(open?.[0]?.score).not.toBe(hidden?.[0]?.score)
  })

  test('privileged policies have no perception or thoughts of their own, but good moves and regret', async () => {
    const { rows } = await evaluate(options(solverPolicy(), { expertEvery: 1 }))
    for (const metric of ['perception exact', 'perception cells', 'think'] as const) expect(meanOf(rows, metric)).toBeNull()
    expect(meanOf(rows, 'good given perception')).toBe(1)
    expect(meanOf(rows, 'regret')).toBe(0)
    expect(meanOf(rows, 'wasted')).toBe(0)
    const random = await evaluate(options(randomPolicy(), { expertEvery: 1 }))
    expect(meanOf(random.rows, 'regret')).toBeGreaterThan(0)
    expect(meanOf(random.rows, 'good given perception')).toBeLessThan(1)
    const uniform = await evaluate(options(createPolicy('uniform')))
    expect(meanOf(uniform.rows, 'illegal moves')).toBe(meanOf(uniform.rows, 'wasted'))
  })

  test('a policy that writes nonsense: all unreadable, nothing gained, regret and good moves undefined', async () => {
    const { rows } = await evaluate(options(fixed('</script><b>hello'), { decoding: 'sampled' }))
    expect(['parse failures', 'illegal moves', 'wasted', 'return', 'perception cells'].map((m) => meanOf(rows, m as MetricName))).toEqual([
      1, 0, 1, 0, 0,
    ])
    expect(meanOf(rows, 'regret')).toBeNull()
    expect(meanOf(rows, 'good given perception')).toBeNull()
    expect(rows.find(({ metric }) => metric === 'regret')).toMatchObject({ low: null, high: null, episodes: 0 })
  })

  test('expertEvery changes who is judged, not what is played', async () => {
    const some = await evaluate(options(randomPolicy(), { expertEvery: 5 }))
    const every = await evaluate(options(randomPolicy(), { expertEvery: 1 }))
    const returns = (evaluation: typeof some) => evaluation.episodes.map(({ values }) => values.return)
    expect(returns(some)).toEqual(returns(every))
    expect(meanOf(some.rows, 'regret')).not.toBe(meanOf(every.rows, 'regret'))
  })

  test('a failed endpoint is counted, not thrown', async () => {
    const broken = scriptedPolicy((_, { index, call }) => {
      if (index === 0 && call === 0) return { text: '', failure: { boundary: 'endpoint', reason: 'gone' } }
      return formatReply({ perception: '', think: '', answer: '0' })
    }, 'endpoint')
    const { rows, episodes } = await evaluate(options(broken, { decoding: 'sampled' }))
    expect(meanOf(rows, 'failed')).toBe(0.25)
    expect(meanOf(rows, 'parse failures')).toBe(0)
    expect(episodes.map(({ values }) => typeof values.return)).toEqual(['object', 'number', 'number', 'number'])
    expect(rows.find(({ metric }) => metric === 'return')?.episodes).toBe(3)
  })

  test('an endpoint that fails every second request has the scores of the replies that were had', async () => {
    const good = formatReply({ perception: '', think: '', answer: '0' })
    const broken = scriptedPolicy(
      (_, { index, call }) =>
        (index + call) % 2 === 0 ? { text: '', failure: { boundary: 'endpoint', reason: 'gone' } } : { text: good, finish: 'length' },
      'endpoint',
    )
    const { rows, episodes } = await evaluate(options(broken, { decoding: 'sampled' }))
    expect(meanOf(rows, 'failed')).toBe(1)
    expect(meanOf(rows, 'return')).toBeNull()
    expect(meanOf(rows, 'parse failures')).toBe(0)
    expect(meanOf(rows, 'wasted')).toBeLessThan(1)
    expect(episodes.map(({ replies }) => replies ?? null)).toEqual([
      null,
      { count: 2, finish: { length: 2 }, assembly: {} },
      null,
      { count: 1, finish: { length: 1 }, assembly: {} },
    ])
  })

  test('specs of one game are put together, progress counts up, and abort rejects', async () => {
    const calls: number[] = []
    const small = envSpec({ ...spec, config: { size: 3 }, horizon: 10 })
    const { rows } = await evaluate(options(randomPolicy(), { specs: [spec, small], onProgress: (done) => calls.push(done) }))
    expect(rows).toHaveLength(METRIC_NAMES.length)
    expect(rows[0]?.episodes).toBe(8)
    expect(calls.at(-1)).toBe(4 * 20 + 4 * 10)
    await expect(evaluate(options(randomPolicy(), { signal: AbortSignal.abort(new Error('stop')) }))).rejects.toThrow('stop')
    await expect(evaluate(options(randomPolicy(), { episodes: 0 }))).rejects.toThrow(ConfigError)
    await expect(evaluate(options(randomPolicy(), { specs: [spec, { ...spec, horizon: null }] }))).rejects.toThrow(
      /^the horizon of 2048 is null, .*; give its spec a horizon, such as 100$/,
    )
  })
})

test('progress ends at the total, told once, when every episode has been told of', async () => {
  const none: Policy = scriptedPolicy(['nothing readable'], 'mute')
  for (const pace of [undefined, { concurrency: 3 }]) {
    // Games without restart end before the horizon; unreadable replies never do.
    for (const [policy, restart] of [
      [createPolicy('random'), false],
      [none, true],
    ] as const) {
      const told: string[] = []
      let episodes = 0
      await evaluate(
        options(policy, {
          ...{ episodes: 5, specs: [envSpec({ ...spec, config: { size: 3 }, horizon: 7, restart })] },
          ...(pace && { pace }),
          onEpisode: () => episodes++,
          onProgress: (done, total) => told.push(`${done}/${total} ${episodes}`),
        }),
      )
      expect(told.at(-1)).toBe('35/35 5')
      expect(told.filter((line) => line.startsWith('35/35'))).toHaveLength(1)
    }
  }
})

describe('replays', () => {
  test('keep fifteen spread steps with picture, truth and what was read', async () => {
    const { replays } = await evaluate(options(createPolicy('teacher'), { replays: 2, specs: [{ ...spec, horizon: 40 }] }))
    expect(replayList.parse(replays)).toEqual(replays)
    expect(replays).toHaveLength(2)
    expect(replays[0]?.steps).toHaveLength(15)
    for (const step of replays.flatMap(({ steps }) => steps)) {
      expect(step.picture).toMatch(/^data:image\/png;base64,iVBOR/)
      expect(step.read).toEqual(step.truth)
      expect(step.regret).toBeGreaterThanOrEqual(0)
    }
    const first = game2048.rules.init({ size: 4, goal: 0 }, deriveSeed(11, 'evaluation', 0))
    expect(replays[0]?.steps[0]?.truth).toEqual(game2048.perception.of(first).cells)
  })

  test('an unreadable reply reads nothing', async () => {
    const { replays } = await evaluate(options(fixed('<perception>x</perception>'), { replays: 1, specs: [{ ...spec, horizon: 3 }] }))
    expect(replays[0]?.steps[0]).toMatchObject({ read: null, action: null, outcome: 'unreadable', regret: null })
  })
})
