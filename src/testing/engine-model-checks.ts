/** Checks of what an engine computes: samples, log-probs, losses, gradients, and the order of its calls. */
import {
  type Chunk,
  type Datum,
  type Engine,
  type ForwardResult,
  inputLength,
  type LossName,
  type ModelInput,
  type Optimizer,
} from '../engine.ts'
import {
  all,
  type Check,
  datumOf,
  ensure,
  ensureRefused,
  learn,
  replyLogprobs,
  sequenceOf,
  supervised,
  withAnother,
} from './engine-bench.ts'

const LOSSES: readonly LossName[] = ['cross_entropy', 'importance_sampling', 'ppo']
const OPTIMIZERS: readonly Optimizer[] = ['adam', 'muon']
/** A picture for an engine that is given none by the prompts of the check. */
const BLANK: Chunk = { type: 'image', frame: { width: 16, height: 16, pixels: new Uint8Array(768) }, expectedTokens: 1 }

/** Each with its name, which says what holds. */
export const MODEL_CHECKS: { readonly [what: string]: Check } = {
  'the chat format gives a reply back': async ({ engine, options, reply }) => {
    const { chat } = engine
    ensure(reply.length >= 3, 'the reply of the check has fewer than three tokens; give a longer one')
    const { text, ends } = chat.read(reply)
    ensure(text === options.reply, `${JSON.stringify(options.reply)} does not survive`)
    ensure(ends.length === reply.length && ends.at(-1) === text.length, `${reply.length} tokens end at ${ends.join(', ')}`)
    ensure(chat.stop.length > 0 && chat.stop.every((token) => token >= 0 && token < chat.vocabularySize), 'a stop token is outside')
    ensure(chat.stop.includes(reply.at(-1) as number), 'a whole reply does not end with a stop token')
  },

  'info is true of the engine': async (bench) => {
    const { engine, prompts, reply } = bench
    const { images, losses, optimizers, reduction, maxSequence } = engine.info
    ensure(reduction === 'sum', `the reduction is ${reduction}`)
    const lists = { weights: all(reply, 1), logprobs: all(reply, -1), advantages: all(reply, 1) }
    const datum = datumOf(prompts[0], reply, lists)
    for (const loss of LOSSES) {
      const pass = (): Promise<ForwardResult> => engine.forwardBackward({ data: [datum], loss })
      if (losses.includes(loss)) ensure((await pass()).metrics.tokens === reply.length, `the loss ${loss} leaves tokens out`)
      else await ensureRefused(pass, `the loss ${loss}, which is not among the losses`)
    }
    // A pass that was refused takes the next step with it.
    await engine.optimStep({ learningRate: 0 }).catch(() => {})
    for (const optimizer of OPTIMIZERS) {
      await engine.forwardBackward({ data: [supervised(bench, 0)], loss: 'cross_entropy' })
      const step = (): Promise<{ gradNorm: number }> => engine.optimStep({ learningRate: 1e-4, optimizer })
      if (optimizers.includes(optimizer)) ensure((await step()).gradNorm > 0, `the optimizer ${optimizer} has no gradient`)
      else await ensureRefused(step, `the optimizer ${optimizer}, which is not among the optimizers`)
    }
    const picture = prompts[0].chunks.find(({ type }) => type === 'image') ?? BLANK
    const pictures = new Array<Chunk>(images + 1).fill(picture)
    const text: Chunk = { type: 'encoded_text', tokens: reply }
    await ensureRefused(() => engine.sampler().logprobs([{ chunks: [...pictures, text] }]), `a prompt of ${images + 1} pictures`)
    const long = {
      chunks: [...prompts[0].chunks, { type: 'encoded_text', tokens: new Array<number>(maxSequence).fill(reply[0] as number) }],
    }
    await ensureRefused(() => engine.sampler().logprobs([long as ModelInput]), `a sequence of more than ${maxSequence} tokens`)
    const params = { maxTokens: maxSequence, temperature: 1, seed: 0 }
    await ensureRefused(() => engine.sampler().sample({ prompts, n: 1, params }), `a reply of ${maxSequence} tokens behind a prompt`)
  },

  'samples have the shapes and stop reasons of the contract': async ({ engine, prompts }) => {
    // Replies of one token are cut nearly always, longer ones stop now and then.
    const sampled = await Promise.all(
      [1, 6].map(async (maxTokens) => {
        const groups = await engine.sampler().sample({ prompts, n: 3, params: { maxTokens, temperature: 1, seed: 5 } })
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
      const stops = engine.chat.stop.includes(tokens.at(-1) as number)
      ensure(stopReason === (stops ? 'stop' : 'length'), `a reply that ${stops ? 'stops' : 'is cut'} says ${stopReason}`)
      ensure(stops || tokens.length === maxTokens, 'a reply ends early without the stop token')
      ensure(!tokens.slice(0, -1).some((token) => engine.chat.stop.includes(token)), 'a reply goes on after the stop token')
    }
  },

  'chance comes from the seed alone': async ({ engine, prompts }) => {
    const params = { maxTokens: 8, temperature: 1 }
    const ask = async (list: readonly ModelInput[], seed: number | readonly number[], temperature = 1): Promise<number[][][]> => {
      const groups = await engine.sampler().sample({ prompts: list, n: 4, params: { ...params, temperature, seed } })
      return groups.map((group) => group.map(({ tokens }) => tokens))
    }
    const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
    ensure(same(await ask(prompts, 7), await ask(prompts, 7)), 'one seed gives two results')
    const together = await ask(prompts, [3, 4])
    ensure(same([together[1]], await ask([prompts[1]], [4])), 'a prompt with its own seed depends on what is beside it')
    const [greedy] = await ask([prompts[0]], 1, 0)
    ensure(new Set(greedy?.map((tokens) => JSON.stringify(tokens))).size === 1, 'temperature 0 gives different replies')
  },

  'log-probs are the same when sampling, scoring and training': async (bench) => {
    const { engine, prompts, near } = bench
    const sampler = engine.sampler()
    const sampled = await sampler.sample({ prompts, n: 2, params: { maxTokens: 6, temperature: 1, seed: 2 } })
    for (const [i, group] of sampled.entries()) {
      for (const { tokens, logprobs } of group) {
        const prompt = prompts[i as 0 | 1]
        const input = sequenceOf(prompt, tokens)
        const scored = (await sampler.logprobs([input]))[0] as Float32Array
        ensure(scored.length === inputLength(input), `an input of ${inputLength(input)} positions has ${scored.length} log-probs`)
        ensure(scored[0] === 0, `the first position has the log-prob ${scored[0]}, where nothing stands before it`)
        const tail = scored.slice(-tokens.length)
        ensure(near(tail, logprobs), `sampled ${logprobs.join(' ')}, scored ${tail.join(' ')}`)
        const datum = datumOf(prompt, tokens, { weights: all(tokens, 1) })
        const trained = (await engine.forwardBackward({ data: [datum], loss: 'cross_entropy' })).logprobs[0] as Float32Array
        ensure(trained.length === inputLength(input) - 1, `a datum of ${inputLength(input) - 1} positions has ${trained.length} log-probs`)
        ensure(
          near(trained.slice(-tokens.length), logprobs),
          `sampled ${logprobs.join(' ')}, trained ${trained.slice(-tokens.length).join(' ')}`,
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
    const { engine, near } = bench
    const step = { learningRate: 1e-2 }
    const pass = (of: Engine, data: readonly Datum[]): Promise<ForwardResult> => of.forwardBackward({ data, loss: 'cross_entropy' })
    await pass(engine, [supervised(bench, 0)])
    await pass(engine, [supervised(bench, 1)])
    const { gradNorm } = await engine.optimStep(step)
    ensure(gradNorm > 0, 'the gradient norm is 0 after a pass')
    const apart = await replyLogprobs(bench)
    await withAnother(bench, async (other) => {
      await pass(other.engine, [supervised(bench, 0), supervised(bench, 1)])
      await other.engine.optimStep(step)
      ensure(near(await replyLogprobs(other), apart), 'two passes and one pass over both data lead to different weights')
    })
    ensure((await engine.optimStep(step)).gradNorm === 0, 'a step leaves a gradient behind')
  },

  'training on a reply makes it likelier': async (bench) => {
    const before = await replyLogprobs(bench)
    await learn(bench, 10)
    const after = await replyLogprobs(bench)
    const sum = (list: readonly number[]): number => list.reduce((total, lp) => total + lp, 0)
    ensure(sum(after) > sum(before), `its log-prob went from ${sum(before)} to ${sum(after)} in ten steps`)
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

  'calls are carried out in the order in which they were made': async (bench) => {
    const { engine, near } = bench
    const submit = (which: 0 | 1): Promise<unknown>[] => [
      engine.forwardBackward({ data: [supervised(bench, which)], loss: 'cross_entropy' }),
      engine.optimStep({ learningRate: 1e-2, maxGradNorm: 1 }),
    ]
    const before = replyLogprobs(bench)
    const steps = [...submit(0), ...submit(1), ...submit(0)]
    const after = replyLogprobs(bench)
    await Promise.all(steps)
    await withAnother(bench, async (other) => {
      ensure(near(await before, await replyLogprobs(other)), 'log-probs asked for before the steps are those after them')
      for (const which of [0, 1, 0] as const) await learn(other, 1, which)
      ensure(
        near(await after, await replyLogprobs(other)),
        'steps that are submitted together differ from steps that are awaited one by one',
      )
    })
  },

  'a step behind a pass that failed is not made': async (bench) => {
    const { engine, prompts, reply, near } = bench
    const before = await replyLogprobs(bench)
    const wrong = { ...datumOf(prompts[0], reply), lossInputs: { targetTokens: [0] } }
    const passes = [supervised(bench, 0), wrong].map((datum) => engine.forwardBackward({ data: [datum], loss: 'cross_entropy' }))
    const step = engine.optimStep({ learningRate: 1e-2 })
    await Promise.allSettled([...passes, step])
    await ensureRefused(() => step, 'a step behind a pass that failed')
    ensure(near(await replyLogprobs(bench), before), 'a step behind a pass that failed changes the weights')
    ensure((await engine.optimStep({ learningRate: 0 })).gradNorm === 0, 'a pass that failed leaves a gradient behind')
  },

  'what does not fit is refused with an EngineError': async (bench) => {
    const { engine, prompts, reply } = bench
    const pass = (datum: Datum, loss: LossName = 'cross_entropy'): Promise<unknown> => engine.forwardBackward({ data: [datum], loss })
    await ensureRefused(
      () => pass({ ...datumOf(prompts[0], reply), lossInputs: { targetTokens: [0] } }),
      'a list that is shorter than the input',
    )
    await ensureRefused(
      () => pass(datumOf(prompts[0], [engine.chat.vocabularySize, 0], { weights: [1, 1] })),
      'a target outside the vocabulary',
    )
    const foreign = sequenceOf(prompts[0], [0, engine.chat.vocabularySize])
    await ensureRefused(() => engine.sampler().logprobs([foreign]), 'a token outside the vocabulary')
    await ensureRefused(() => pass(datumOf(prompts[0], reply), 'ppo'), 'a ppo datum without advantages')
  },
}
