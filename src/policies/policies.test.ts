import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { lexiconChat } from '../chat-formats/index.ts'
import { LineReader, type LineStreams } from '../cli/play/line-reader.ts'
import type { Engine, ModelInput, SampledSequence, SampleRequest, Sampler, WeightsRef } from '../engine.ts'
import { ConfigError, EngineError } from '../errors.ts'
import { envSpec, observationOf, parseReply, playReply, rollout } from '../gym/index.ts'
import { type ToyState, toyGame } from '../gym/toy-game-fixture.ts'
import { frameOf, promptOf, userMessage } from '../messages.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import {
  checkFit,
  createPolicy,
  type HumanOptions,
  humanPolicy,
  observationSeed,
  policyNames,
  samplerPolicy,
  scriptedPolicy,
  teacherPolicy,
} from './index.ts'

const lookup = { gameNamed: () => toyGame }
const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const states = [1, 2, 3].map((seed) => toyGame.rules.init({ rows: 2, columns: 3, moves: 6 }, seed))
const observations = states.map((state) => observationOf(spec, { state, last: null }))

/** An observation with another prompt. */
const asking = (observation: Observation, prompt: string): Observation => ({
  ...observation,
  messages: [userMessage(prompt, () => frameOf(observation))],
})

const ask = (policy: Policy, seed: number, n: number, given: readonly ToyState[] = states): Promise<Reply[][]> =>
  policy.reply(
    given.map((state) => observationOf(spec, { state, last: null })),
    { n, seed, ...(policy.privileged && { privileged: { states: given } }) },
  )
const actionsOf = (replies: Reply[]): (string | null)[] => replies.map((reply) => parseReply(reply.text).answer)

describe.each(['random', 'uniform', 'solver', 'solver-2', 'greedy-1', 'greedy-2', 'teacher'])('%s', (name) => {
  const policy = createPolicy(name, lookup)

  it('answers n times per observation in the full protocol with the true perception', async () => {
    expect(policy).toMatchObject({ name, privileged: true })
    const replies = await ask(policy, 1, 4)
    expect(replies.map((row) => row.length)).toEqual([4, 4, 4])
    for (const [index, row] of replies.entries()) {
      for (const reply of row) {
        const { score } = playReply(toyGame, states[index], reply)
        expect(score).toMatchObject({ format: 1, perceptionExact: 1 })
        expect(score.outcome === 'played' || name === 'uniform').toBe(true)
      }
    }
  })

  it('depends on seed, place and n alone', async () => {
    const first = await ask(policy, 7, 3)
    await ask(policy, 8, 3)
    expect(await ask(policy, 7, 3)).toEqual(first)
    expect(await ask(createPolicy(name, lookup), 7, 3)).toEqual(first)
    expect((await ask(policy, 7, 3, states.slice(0, 1)))[0]).toEqual(first[0])
  })

  it('answers nothing in a game that is over, and needs the states', async () => {
    const over = states.map((state) => ({ ...state, left: 0 }))
    expect(actionsOf((await ask(policy, 1, 2, over))[0] as Reply[])).toEqual(['', ''])
    await expect(policy.reply(observations, { n: 1, seed: 1 })).rejects.toThrow(/needs the states/)
    await expect(policy.reply(observations, { n: 1, seed: 1, privileged: { states: [] } })).rejects.toThrow(/got 0 states/)
  })
})

describe('random and uniform', () => {
  const state: ToyState = { ...(states[0] as ToyState), cells: [1, 0, 3, 2, 0, 1] }

  it.each([
    ['random', ['0', '2', '3', '5']],
    ['uniform', ['0', '1', '2', '3', '4', '5']],
  ])('%s draws evenly from %j', async (name, expected) => {
    const [row] = await ask(createPolicy(name, lookup), 3, 3000, [state])
    const drawn = actionsOf(row as Reply[])
    expect([...new Set(drawn)].sort()).toEqual(expected)
    for (const action of expected) {
      expect(Math.abs(drawn.filter((one) => one === action).length / 3000 - 1 / expected.length)).toBeLessThan(0.04)
    }
  })
})

describe('teacher', () => {
  const state: ToyState = { ...(states[0] as ToyState), cells: [1, 0, 3, 2, 0, 1] }

  it('thinks truly, decides blindly or not, and slips as often as told', async () => {
    const of = async (options: object): Promise<(string | null)[]> =>
      actionsOf((await ask(teacherPolicy({ ...lookup, ...options }), 1, 2000, [state]))[0] as Reply[])
    expect(new Set(await of({ blind: true, slip: 0, insight: 0 }))).toEqual(new Set(['0']))
    expect(new Set(await of({ blind: false, slip: 0 }))).toEqual(new Set(['2']))
    const slipped = (await of({ blind: false, slip: 0.4, insight: 0 })).filter((action) => action !== '2').length / 2000
    expect(Math.abs(slipped - 0.4 * 0.75)).toBeLessThan(0.04)
    const [[reply]] = (await ask(teacherPolicy({ ...lookup, slip: 1, insight: 0 }), 1, 1, [state])) as [[Reply]]
    expect(playReply(toyGame, state, reply).score.think).toBe(1)
    const insights = (await of({ blind: true, slip: 0, insight: 0.3 })).filter((action) => action === '2').length / 2000
    expect(Math.abs(insights - 0.3)).toBeLessThan(0.04)
    expect(() => teacherPolicy({ slip: 2 })).toThrow(ConfigError)
    expect(() => teacherPolicy({ slip: 0.6, insight: 0.6 })).toThrow(/sum to 1/)
  })
})

describe('createPolicy', () => {
  it('knows its names and refuses others', async () => {
    expect(
      policyNames()
        .filter((name) => !name.includes('<'))
        .map((name) => createPolicy(name).name),
    ).toEqual(['random', 'uniform', 'reference-random', 'reference-strict', 'solver', 'teacher'])
    for (const name of ['', 'greedy', 'greedy-0', 'solver-12', 'toString']) expect(() => createPolicy(name)).toThrow(/known are random/)
  })

  it('plays the draws that a game declares, readable or not, and says so when it declares none', async () => {
    const drawing = { ...toyGame, draws: { 'reference-random': (_: unknown, rng: { int(n: number): number }) => `word ${rng.int(1000)}` } }
    const [replies] = await ask(createPolicy('reference-random', { gameNamed: () => drawing }), 1, 8, states.slice(0, 1))
    const answers = (replies as Reply[]).map(({ text }) => /<answer>(word \d+)<\/answer>/.exec(text)?.[1])
    expect(new Set(answers).size).toBeGreaterThan(4)
    expect(answers).not.toContain(undefined)
    await expect(ask(createPolicy('reference-random', { gameNamed: () => toyGame }), 1, 1)).rejects.toThrow(/does not play toy/)
  })

  it('says so when a game has no expert or teacher', async () => {
    const { expert: _e, teacher: _t, ...rest } = toyGame
    const bare = { gameNamed: () => rest }
    for (const name of ['solver', 'greedy-1', 'teacher']) await expect(ask(createPolicy(name, bare), 1, 1)).rejects.toThrow(ConfigError)
  })
})

describe('scripted', () => {
  it('reads a list call by call, or asks a function', async () => {
    const list = scriptedPolicy(['a', { text: 'b' }])
    expect(await ask(list, 1, 2, states.slice(0, 1))).toEqual([[{ text: 'a' }, { text: 'a' }]])
    expect(await ask(list, 1, 1, states.slice(0, 2))).toEqual([[{ text: 'b' }], [{ text: 'b' }]])
    expect(await ask(list, 1, 1, states.slice(0, 1))).toEqual([[{ text: 'a' }]])
    const told = scriptedPolicy((observation, { call, index, sample }) => `${observation.game} ${call} ${index} ${sample}`)
    expect(await ask(told, 1, 2, states.slice(0, 1))).toEqual([[{ text: 'toy 0 0 0' }, { text: 'toy 0 0 1' }]])
    expect(() => scriptedPolicy([])).toThrow(ConfigError)
  })
})

describe('sampler', () => {
  /** Tokens are code points, 0 stops; samples echo the prompt, their number and the seed. */
  function echoEngine(asked: unknown[], { images = 1, sample }: { images?: number; sample?: Sampler['sample'] } = {}): Engine {
    const encode = (text: string): number[] => {
      if (text.includes('!')) throw new EngineError('The text has a "!".')
      return Array.from(text, (letter) => letter.codePointAt(0) as number)
    }
    const textOf = ({ chunks }: ModelInput): number[] => chunks.flatMap((chunk) => (chunk.type === 'encoded_text' ? chunk.tokens : []))
    const sampleFrom = async (weights: WeightsRef | undefined, { prompts, n, params }: SampleRequest): Promise<SampledSequence[][]> => {
      asked.push({ params, ...(weights && { weights }) })
      return prompts.map((prompt) =>
        Array.from({ length: n }, (_, at) => {
          const tokens = [...textOf(prompt), ...encode(` ${at}`), ...(at === 0 ? [0] : [])]
          return { tokens, logprobs: tokens.map(() => -1), stopReason: at === 0 ? ('stop' as const) : ('length' as const) }
        }),
      )
    }
    const answer = (ref: WeightsRef | undefined, request: SampleRequest): Promise<SampledSequence[][]> =>
      sample ? sample(request) : sampleFrom(ref, request)
    const tokenizer = {
      size: 999,
      stopToken: 0,
      encode,
      decode: (tokens: readonly number[]) => String.fromCodePoint(...tokens.filter((token) => token !== 0)),
    }
    const unused = (): Promise<never> => Promise.reject(new Error('a policy only samples'))
    return {
      info: { name: 'echo', parameters: 0, maxSequence: 999, images, losses: [], optimizers: [], reduction: 'sum' },
      chat: lexiconChat({ tokenizer, imageTokens: () => 6 }),
      sampler: (ref) => ({ sample: (request) => answer(ref, request), logprobs: unused }),
      ...{ forwardBackward: unused, optimStep: unused, save: unused, load: unused, discard: unused, close: unused },
    }
  }

  it('puts the picture first, samples n and decodes special tokens to nothing', async () => {
    const asked: unknown[] = []
    const engine = echoEngine(asked)
    const first = observations[0] as Observation
    expect(engine.chat.prompt(first).chunks).toMatchObject([{ type: 'image', expectedTokens: 6 }, { type: 'encoded_text' }])
    const policy = samplerPolicy(engine, { maxTokens: 5, temperature: 0.5, weights: { name: 'start' } })
    expect(policy).toMatchObject({ name: 'echo', privileged: false })
    const [row] = await policy.reply([asking(first, 'p')], { n: 2, seed: 9 })
    expect(row?.map((reply) => reply.text)).toEqual(['p 0', 'p 1'])
    expect(row?.map(({ finish }) => finish)).toEqual(['stop', 'length'])
    expect(row?.[0]?.sampled).toMatchObject({ tokens: [112, 32, 48, 0], logprobs: [-1, -1, -1, -1], ends: [1, 2, 3, 3] })
    expect(asked).toEqual([
      { params: { maxTokens: 5, temperature: 0.5, seed: [observationSeed(9, 0)], stop: [0] }, weights: { name: 'start' } },
    ])
  })

  it('puts a caption in the mouth of the model, within its tokens', async () => {
    const asked: unknown[] = []
    const engine = echoEngine(asked)
    const seen = observationOf(envSpec({ ...spec, promptStyle: 'brief', mode: 'image+caption' }), { state: states[0], last: null })
    const forced = seen.prefix as string
    expect(forced).toBe(`<perception>\n${toyGame.perception.format(toyGame.perception.of(states[0] as ToyState))}\n</perception>\n<think>`)
    const [, text] = engine.chat.prompt(seen).chunks
    expect(text).toMatchObject({ type: 'encoded_text', tokens: engine.chat.reply(promptOf(seen) + forced) })
    const plain = asking(observations[0] as Observation, 'p')
    const policy = samplerPolicy(engine, { maxTokens: forced.length + 7 })
    const rows = await policy.reply([plain, seen, asking(seen, 'q')], { n: 1, seed: 1 })
    expect(rows.map(([reply]) => reply?.text)).toEqual(['p 0', `${forced}${promptOf(seen)}${forced} 0`, `${forced}q${forced} 0`])
    expect(rows[2]?.[0]?.sampled?.tokens).toEqual([...engine.chat.reply(`q${forced} 0`), 0])
    expect(rows[2]?.[0]?.sampled?.ends.at(-1)).toBe(rows[2]?.[0]?.text.length)
    expect(asked).toMatchObject([{ params: { maxTokens: forced.length + 7 } }, { params: { maxTokens: 7 } }])
    const short = await samplerPolicy(engine, { maxTokens: forced.length }).reply([seen, plain], { n: 1, seed: 1 })
    expect(short[0]?.[0]?.failure?.reason).toMatch(/the begun reply takes \d+ tokens/)
    expect(short[1]?.[0]?.text).toBe('p 0')
  })

  it('scores a forced perception as the model’s own', async () => {
    const seen = { state: states[0] as ToyState, last: null }
    const ends = '\nlargest 3\n</think>\n<answer>0</answer>'
    const tokens = Array.from(ends, (c) => c.charCodeAt(0))
    const engine = echoEngine([], { sample: async () => [[{ tokens, logprobs: tokens.map(() => -1), stopReason: 'stop' }]] })
    for (const mode of ['caption', 'wrong-caption'] as const) {
      const [[reply]] = (await samplerPolicy(engine, { maxTokens: 99 }).reply(
        [observationOf(envSpec({ ...spec, promptStyle: 'brief', mode }), seen)],
        {
          n: 1,
          seed: 1,
        },
      )) as [[Reply]]
      expect(playReply(toyGame, seen.state, reply).score).toMatchObject({
        format: 1,
        perceptionExact: mode === 'caption' ? 1 : 0,
        action: '0',
      })
    }
  })

  it('refuses a blind engine at once, and an engine whose answers are not whole', async () => {
    expect(() => samplerPolicy(echoEngine([], { images: 0 }), { maxTokens: 5 })).toThrow(/the engine echo is blind/)
    await expect(checkFit(echoEngine([], { images: 0 }), spec, 5)).rejects.toThrow(/the engine echo is blind/)
    await expect(checkFit(echoEngine([]), spec, 990)).rejects.toThrow(/reply \(990\) tokens are over the 999/)
    const whole: SampledSequence = { tokens: [112, 0], logprobs: [-1, -1], stopReason: 'stop' }
    const { stopReason: _, ...endless } = whole
    const answers: [SampledSequence[][], RegExp][] = [
      [[[{ ...whole, logprobs: [-1] }]], /gave 1 log-probs with a reply of 2 tokens/],
      [[[endless as SampledSequence]], /the stop reason undefined/],
      [[[whole, whole]], /gave 2 replies for 1 prompts/],
      [[], /replies for 1 prompts/],
    ]
    for (const [given, problem] of answers) {
      const policy = samplerPolicy(echoEngine([], { sample: async () => given }), { maxTokens: 5 })
      await expect(policy.reply(observations.slice(0, 1), { n: 1, seed: 1 })).rejects.toThrow(problem)
    }
  })

  it('fails an observation it cannot read alone', async () => {
    const first = observations[0] as Observation
    const policy = samplerPolicy(echoEngine([]), { maxTokens: 5 })
    const replies = await policy.reply([asking(first, 'a'), asking(first, 'b!'), asking(first, 'c')], { n: 1, seed: 1 })
    expect(replies.map(([reply]) => reply?.text)).toEqual(['a 0', '', 'c 0'])
    expect(replies[1]?.[0]?.failure).toEqual({ boundary: 'engine', reason: 'The text has a "!".' })
  })
})

describe('human', () => {
  function terminal(typed: string): { input: PassThrough; output: PassThrough } {
    const input = new PassThrough()
    input.write(typed)
    return { input, output: new PassThrough() }
  }

  function asking(streams: LineStreams): Pick<HumanOptions, 'ask'> {
    const lines = new LineReader(streams)
    return { ask: (question, signal) => lines.ask(question, signal) }
  }

  it('prints the board, plays what is typed, and q quits', async () => {
    const streams = terminal('0\nbanana\n 0 \nq\n')
    const controller = new AbortController()
    const policy = humanPolicy({ ...lookup, ...asking(streams), onQuit: () => controller.abort() })
    const start = { state: { ...(states[0] as ToyState), cells: [1, 1, 1, 1, 1, 1] }, last: null }
    const [played] = await rollout(policy, {
      episodes: [{ spec: { ...spec, horizon: 9 }, seed: 1, start }],
      seed: 1,
      signal: controller.signal,
    })
    expect(played).toMatchObject({ stopReason: 'aborted', policy: 'human' })
    expect(played?.steps.map(({ score }) => score.action)).toEqual(['0', null, expect.anything()])
    const shown = String(streams.output.read())
    expect(shown).toContain('1 | 1 | 1\n1 | 1 | 1\n\nanswer (q quits): ')
    expect(shown).toContain('The last reply was unreadable.')
  })

  it('gives up a question on abort', async () => {
    const controller = new AbortController()
    const asked = humanPolicy({ ...lookup, ...asking(terminal('')) }).reply(observations, {
      n: 1,
      seed: 1,
      privileged: { states },
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(), 5)
    await expect(asked).rejects.toThrow(/abort/)
  })

  it('takes the end of the input for q', async () => {
    const streams = terminal('0')
    streams.input.end()
    const policy = humanPolicy({ ...lookup, ...asking(streams) })
    const rows = await ask(policy, 1, 2, states.slice(0, 1))
    expect(rows[0]?.map(({ failure }) => failure?.reason)).toEqual([undefined, 'The player has quit.'])
  })
})
