/**
 * Conformance of an engine with its contract (src/engine.ts). Throws EngineError whose message names the engine and what does not hold;
 * returns what was checked, a line each.
 *
 *     const checked = await checkEngine({ open: () => createEngine(options), prompts, reply, folder })
 *
 * Tokenizer; shapes and stop reasons; chance by seed alone; log-probs alike when sampling and when training; sums as losses; gradients that
 * add up and are used once; learning; snapshots; clipping; state on disk; refusals.
 */
import type { Datum, Engine, ForwardResult, LossName, ModelInput } from '../engine.ts'
import { EngineError } from '../errors.ts'

export interface CheckEngineOptions {
  /** A fresh engine, with the same weights at every call. The check closes it. */
  readonly open: () => Promise<Engine>
  /** Makes two different prompts that the engine reads; their last chunk is text. */
  readonly prompts: (engine: Engine) => readonly [ModelInput, ModelInput]
  /** A reply in the engine's vocabulary, without the stop token: two tokens or more. */
  readonly reply: string
  /** An existing folder for checkpoints. */
  readonly folder: string
  /** Largest difference of two log-probs that should be equal, nats. Default 1e-4. */
  readonly tolerance?: number
}

/** What a check works with: a fresh engine and the data to ask it about. */
interface Bench {
  readonly engine: Engine
  readonly prompts: readonly [ModelInput, ModelInput]
  readonly reply: readonly number[]
  readonly options: CheckEngineOptions
  readonly near: (a: ArrayLike<number>, b: ArrayLike<number>) => boolean
}

type Check = (bench: Bench) => Promise<void>

/** Runs every check on an engine of its own. */
export async function checkEngine(options: CheckEngineOptions): Promise<string[]> {
  const checked: string[] = []
  for (const [what, check] of Object.entries(CHECKS)) {
    const engine = await options.open()
    try {
      await check(benchOf(engine, options))
    } catch (error) {
      throw new EngineError(`${engine.info.name}: ${what}: ${(error as Error).message}`, { cause: error })
    } finally {
      await engine.close()
    }
    checked.push(what)
  }
  return checked
}

function benchOf(engine: Engine, options: CheckEngineOptions): Bench {
  const { tolerance = 1e-4 } = options
  const reply = [...engine.tokenizer.encode(options.reply), engine.tokenizer.stopToken]
  const near = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
    a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance)
  return { engine, prompts: options.prompts(engine), reply, options, near }
}

function ensure(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new EngineError(problem)
}

async function ensureRefused(work: () => Promise<unknown>, what: string): Promise<void> {
  const error = await work().then(
    () => null,
    (reason: unknown) => reason,
  )
  ensure(error !== null, `${what} is taken; refuse it with an EngineError`)
  ensure(error instanceof EngineError, `${what} is refused with ${String(error)}, which is no EngineError`)
}

const positions = ({ chunks }: ModelInput): number =>
  chunks.reduce((sum, chunk) => sum + (chunk.type === 'image' ? chunk.expectedTokens : chunk.tokens.length), 0)

/** The datum of a reply after a prompt: zeros over the prompt, then each list over the reply. */
function datumOf(prompt: ModelInput, reply: readonly number[], lists: { readonly [name: string]: readonly number[] } = {}): Datum {
  const before = new Array<number>(positions(prompt) - 1).fill(0)
  const inputs = Object.entries({ targetTokens: reply, ...lists }).map(([name, list]) => [name, [...before, ...list]])
  return {
    modelInput: { chunks: [...prompt.chunks, { type: 'encoded_text', tokens: reply.slice(0, -1) }] },
    lossInputs: Object.fromEntries(inputs) as Datum['lossInputs'],
  }
}

const all = (reply: readonly number[], value: number): number[] => reply.map(() => value)
const supervised = ({ prompts, reply }: Bench, which: 0 | 1, weight = 1): Datum =>
  datumOf(prompts[which], reply, { weights: all(reply, weight) })

/** Log-probs of the reply's tokens after the first prompt. */
async function replyLogprobs({ engine, prompts, reply }: Bench, weights?: string): Promise<number[]> {
  const { logprobs } = await engine.forward({ data: [datumOf(prompts[0], reply)], ...(weights !== undefined && { weights }) })
  return [...(logprobs[0] as Float32Array).slice(-reply.length)]
}

/** Steps of training on the reply after one of the prompts. */
const learn = async (bench: Bench, steps: number, which: 0 | 1 = 0): Promise<ForwardResult> => {
  let result: ForwardResult | undefined
  for (let step = 0; step < steps; step++) {
    result = await bench.engine.forwardBackward({ data: [supervised(bench, which)], loss: 'cross_entropy' })
    await bench.engine.optimStep({ learningRate: 1e-2, maxGradNorm: 1 })
  }
  return result as ForwardResult
}

const CHECKS: { readonly [what: string]: Check } = {
  'the tokenizer gives a text back': async ({ engine, options, reply }) => {
    const { tokenizer } = engine
    ensure(reply.length >= 3, 'the reply of the check has fewer than two tokens; give a longer one')
    ensure(tokenizer.decode(tokenizer.encode(options.reply)) === options.reply, `${JSON.stringify(options.reply)} does not survive`)
    ensure(tokenizer.stopToken >= 0 && tokenizer.stopToken < tokenizer.size, `the stop token ${tokenizer.stopToken} is outside`)
  },

  'samples have the shapes and stop reasons of the contract': async ({ engine, prompts }) => {
    // Replies of one token are cut nearly always, longer ones stop now and then.
    const sampled = await Promise.all(
      [1, 6].map(async (maxTokens) => {
        const groups = await engine.sample({ prompts, n: 3, params: { maxTokens, temperature: 1, seed: 5 } })
        ensure(groups.length === 2 && groups.every((group) => group.length === 3), 'there are not n replies for each prompt')
        return groups.flat().map((sequence) => ({ ...sequence, maxTokens }))
      }),
    )
    for (const { tokens, logprobs, stopReason, maxTokens } of sampled.flat()) {
      ensure(tokens.length >= 1 && tokens.length <= maxTokens, `a reply has ${tokens.length} tokens where ${maxTokens} are allowed`)
      ensure(logprobs.length === tokens.length, `${tokens.length} tokens come with ${logprobs.length} log-probs`)
      ensure(
        logprobs.every((lp) => Number.isFinite(lp) && lp <= 1e-6),
        'a log-prob is above 0 or not finite',
      )
      const stops = tokens.at(-1) === engine.tokenizer.stopToken
      ensure(stopReason === (stops ? 'stop' : 'length'), `a reply that ${stops ? 'stops' : 'is cut'} says ${stopReason}`)
      ensure(stops || tokens.length === maxTokens, 'a reply ends early without the stop token')
      ensure(!tokens.slice(0, -1).includes(engine.tokenizer.stopToken), 'a reply goes on after the stop token')
    }
  },

  'chance comes from the seed alone': async ({ engine, prompts }) => {
    const params = { maxTokens: 8, temperature: 1 }
    const ask = async (list: readonly ModelInput[], seed: number | readonly number[], temperature = 1): Promise<number[][][]> => {
      const groups = await engine.sample({ prompts: list, n: 4, params: { ...params, temperature, seed } })
      return groups.map((group) => group.map(({ tokens }) => tokens))
    }
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
    ensure(same(await ask(prompts, 7), await ask(prompts, 7)), 'one seed gives two results')
    const together = await ask(prompts, [3, 4])
    ensure(same([together[1]], await ask([prompts[1]], [4])), 'a prompt with its own seed depends on what is beside it')
    const [greedy] = await ask([prompts[0]], 1, 0)
    ensure(new Set(greedy?.map((tokens) => JSON.stringify(tokens))).size === 1, 'temperature 0 gives different replies')
  },

  'log-probs are the same when sampling and when training': async (bench) => {
    const { engine, prompts, near } = bench
    const sampled = await engine.sample({ prompts, n: 2, params: { maxTokens: 6, temperature: 1, seed: 2 } })
    for (const [i, group] of sampled.entries()) {
      for (const { tokens, logprobs } of group) {
        const datum = datumOf(prompts[i as 0 | 1], tokens)
        const again = (await engine.forward({ data: [datum] })).logprobs[0] as Float32Array
        ensure(
          again.length === positions(datum.modelInput),
          `a datum of ${positions(datum.modelInput)} positions has ${again.length} log-probs`,
        )
        ensure(
          near(again.slice(-tokens.length), logprobs),
          `sampled ${logprobs.join(' ')}, scored ${again.slice(-tokens.length).join(' ')}`,
        )
      }
    }
  },

  'a loss is a sum over tokens and data': async (bench) => {
    const { engine, reply, near } = bench
    const lossOf = async (data: readonly Datum[]): Promise<ForwardResult['metrics']> =>
      (await engine.forwardBackward({ data, loss: 'cross_entropy' })).metrics
    const logprobs = await replyLogprobs(bench)
    const one = await lossOf([supervised(bench, 0)])
    ensure(near([one.loss], [-logprobs.reduce((sum, lp) => sum + lp, 0)]), `the loss ${one.loss} is not minus the sum of the log-probs`)
    ensure(one.tokens === reply.length, `${one.tokens} tokens count where ${reply.length} have a weight`)
    const other = await lossOf([supervised(bench, 1)])
    const both = await lossOf([supervised(bench, 0), supervised(bench, 1)])
    ensure(near([both.loss / 2], [(one.loss + other.loss) / 2]), 'two data together have not the sum of their losses')
    const double = await lossOf([supervised(bench, 0, 2)])
    ensure(near([double.loss / 2], [one.loss]), 'twice the weight is not twice the loss')
  },

  'gradients add up, and a step uses them once': async (bench) => {
    const { engine, near, options } = bench
    const step = { learningRate: 1e-2 }
    const pass = (of: Engine, data: readonly Datum[]): Promise<ForwardResult> => of.forwardBackward({ data, loss: 'cross_entropy' })
    await pass(engine, [supervised(bench, 0)])
    await pass(engine, [supervised(bench, 1)])
    const { gradNorm } = await engine.optimStep(step)
    ensure(gradNorm > 0, 'the gradient norm is 0 after a pass')
    const apart = await replyLogprobs(bench)
    const other = await options.open()
    try {
      await pass(other, [supervised(bench, 0), supervised(bench, 1)])
      await other.optimStep(step)
      ensure(
        near(await replyLogprobs({ ...bench, engine: other }), apart),
        'two passes and one pass over both data lead to different weights',
      )
    } finally {
      await other.close()
    }
    ensure((await engine.optimStep(step)).gradNorm === 0, 'a step leaves a gradient behind')
  },

  'training on a reply makes it likelier': async (bench) => {
    const before = await replyLogprobs(bench)
    await learn(bench, 10)
    const after = await replyLogprobs(bench)
    const sum = (list: readonly number[]): number => list.reduce((total, lp) => total + lp, 0)
    ensure(sum(after) > sum(before), `its log-prob went from ${sum(before)} to ${sum(after)} in ten steps`)
  },

  'snapshots are frozen, and restoring one starts anew': async (bench) => {
    const { engine, near } = bench
    const before = await replyLogprobs(bench)
    await engine.saveWeightsForSampler('before')
    await learn(bench, 3)
    const learned = await replyLogprobs(bench)
    ensure(!near(learned, before), 'three steps change nothing')
    ensure(near(await replyLogprobs(bench, 'before'), before), 'a snapshot changes with the live weights')
    await engine.restoreWeights('before')
    ensure(near(await replyLogprobs(bench), before), 'the restored weights are not those of the snapshot')
    await learn(bench, 3)
    ensure(near(await replyLogprobs(bench), learned), 'the optimiser did not start anew with the restored weights')
    await engine.dropWeights('before')
    await ensureRefused(() => replyLogprobs(bench, 'before'), 'a dropped snapshot')
  },

  'a ratio beyond the bounds gives no gradient, one within does': async (bench) => {
    const { engine, prompts, reply } = bench
    const now = await replyLogprobs(bench)
    const normAt = async (loss: LossName, ratio: number, advantage: number): Promise<number> => {
      const lists = { logprobs: now.map((lp) => lp - Math.log(ratio)), advantages: all(reply, advantage) }
      await engine.forwardBackward({ data: [datumOf(prompts[0], reply, lists)], loss, config: { clipLow: 0.8, clipHigh: 1.2 } })
      return (await engine.optimStep({ learningRate: 0 })).gradNorm
    }
    ensure((await normAt('ppo', 2, 1)) === 0, 'ppo: a ratio of 2 with advantage 1 has a gradient under the bound 1.2')
    ensure((await normAt('ppo', 0.5, -1)) === 0, 'ppo: a ratio of 0.5 with advantage -1 has a gradient over the bound 0.8')
    ensure((await normAt('ppo', 2, -1)) > 0, 'ppo: a ratio of 2 with advantage -1 has no gradient')
    ensure((await normAt('ppo', 1.1, 1)) > 0, 'ppo: a ratio of 1.1 has no gradient')
    ensure((await normAt('importance_sampling', 2, 1)) > 0, 'importance_sampling: a ratio of 2 has no gradient')
  },

  'training goes on from a saved state with the same numbers': async (bench) => {
    const { engine, options, near } = bench
    await engine.saveWeightsForSampler('start')
    const start = await replyLogprobs(bench)
    await learn(bench, 2)
    const path = `${options.folder}/check-engine.state`
    await engine.saveState(path)
    // Another prompt: what the optimiser remembers of the first one shows.
    await learn(bench, 2, 1)
    const resumed = await options.open()
    try {
      await resumed.loadState(path)
      const again = { ...bench, engine: resumed }
      await learn(again, 2, 1)
      ensure(near(await replyLogprobs(again), await replyLogprobs(bench)), 'a resumed engine differs from the one that went on')
      ensure(near(await replyLogprobs(again, 'start'), start), 'the state lost a snapshot')
    } finally {
      await resumed.close()
    }
  },

  'what does not fit is refused with an EngineError': async (bench) => {
    const { engine, prompts, reply } = bench
    const short = { ...datumOf(prompts[0], reply), lossInputs: { targetTokens: [0] } }
    await ensureRefused(() => engine.forward({ data: [short] }), 'a list that is shorter than the input')
    await ensureRefused(() => engine.forward({ data: [datumOf(prompts[0], [engine.tokenizer.size, 0])] }), 'a token outside the vocabulary')
    await ensureRefused(() => replyLogprobs(bench, 'nowhere'), 'an unknown snapshot')
    const params = { maxTokens: 2, temperature: 1, seed: 0 }
    await ensureRefused(() => engine.sample({ prompts, n: 1, params, weights: 'nowhere' }), 'an unknown snapshot for sampling')
    await ensureRefused(() => engine.forwardBackward({ data: [datumOf(prompts[0], reply)], loss: 'ppo' }), 'a ppo datum without advantages')
  },
}
