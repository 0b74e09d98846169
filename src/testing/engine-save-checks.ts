/** Checks of what an engine keeps: saves, their refs, loading and discarding. */
import type { WeightsRef } from '../engine.ts'
import { EngineError, StorageError } from '../errors.ts'
import { type Check, ensure, learn, replyLogprobs, supervised, withAnother } from './engine-bench.ts'
import { notPlain } from './ensure.ts'

/** A ref as it comes back from a file. */
const reread = (ref: WeightsRef): WeightsRef => JSON.parse(JSON.stringify(ref)) as WeightsRef

/** Throws unless work with a ref fails as the contract says. */
async function ensureGone(work: () => Promise<unknown>, what: string): Promise<void> {
  const error = await work().then(
    () => null,
    (reason: unknown) => reason,
  )
  ensure(error !== null, `${what} can still be used`)
  ensure(
    error instanceof EngineError || error instanceof StorageError,
    `${what} fails with ${String(error)}, no EngineError or StorageError`,
  )
}

/** Each with its name, which says what holds. */
export const SAVE_CHECKS: { readonly [what: string]: Check } = {
  'saved weights are frozen, and a sampler of them scores and samples with them': async (bench) => {
    const { engine, prompts, near } = bench
    const before = await replyLogprobs(bench)
    const greedy = { prompts, n: 1, params: { maxTokens: 4, temperature: 0, seed: 0 } }
    const said = await engine.sampler().sample(greedy)
    const ref = await engine.save('check-frozen', 'weights')
    const frozen = engine.sampler(ref)
    await learn(bench, 10)
    ensure(!near(await replyLogprobs(bench), before), 'ten steps change nothing')
    ensure(near(await replyLogprobs(bench, ref), before), 'saved weights change with the live ones')
    const tokens = (groups: typeof said): string => JSON.stringify(groups.map((group) => group.map((one) => one.tokens)))
    ensure(tokens(await frozen.sample(greedy)) === tokens(said), 'a sampler of saved weights does not sample from them')
    await engine.save('check-frozen', 'weights')
    ensure(near(await replyLogprobs(bench, ref), await replyLogprobs(bench)), 'a second save of the same name does not replace the first')
    await engine.discard(ref)
  },

  'loading without the optimiser starts it anew': async (bench) => {
    const { engine, near } = bench
    const start = await engine.save('check-start', 'weights')
    const before = await replyLogprobs(bench)
    await learn(bench, 3)
    const learned = await replyLogprobs(bench)
    const state = await engine.save('check-state', 'state')
    for (const ref of [start, state]) {
      await engine.load(ref, { optimizer: false })
      ensure(near(await replyLogprobs(bench), ref === start ? before : learned), 'the loaded weights are not those that were saved')
    }
    await engine.load(start, { optimizer: false })
    await learn(bench, 3)
    ensure(near(await replyLogprobs(bench), learned), 'the optimiser did not start anew with the loaded weights')
    await ensureGone(() => engine.load(start, { optimizer: true }), 'the optimiser of a save that holds none')
    for (const ref of [start, state]) await engine.discard(ref)
  },

  'training goes on from a saved state with the same numbers, in a new engine that is given the ref as JSON': async (bench) => {
    const { engine, near } = bench
    await learn(bench, 2)
    const ref = await engine.save('check-resume', 'state')
    ensure(notPlain(ref) === null, `the ref ${JSON.stringify(ref)} is not plain JSON`)
    // Another prompt: what the optimiser remembers of the first one shows.
    await learn(bench, 2, 1)
    await withAnother(bench, async (resumed) => {
      await resumed.engine.load(reread(ref), { optimizer: true })
      await learn(resumed, 2, 1)
      ensure(near(await replyLogprobs(resumed), await replyLogprobs(bench)), 'a resumed engine differs from the one that went on')
      ensure(!near(await replyLogprobs(resumed, reread(ref)), await replyLogprobs(resumed)), 'a sampler of the ref has the live weights')
    })
    await engine.discard(ref)
  },

  'loading leaves no gradient behind': async (bench) => {
    const { engine } = bench
    const ref = await engine.save('check-gradient', 'state')
    await engine.forwardBackward({ data: [supervised(bench, 0)], loss: 'cross_entropy' })
    await engine.load(ref, { optimizer: true })
    ensure((await engine.optimStep({ learningRate: 0 })).gradNorm === 0, 'a gradient is left')
    await engine.discard(ref)
  },

  'a save that is discarded is gone, and may be discarded again': async (bench) => {
    const { engine } = bench
    const ref = await engine.save('check-discard', 'state')
    await replyLogprobs(bench, ref)
    await engine.discard(ref)
    await ensureGone(() => engine.load(ref, { optimizer: false }), 'a discarded save')
    await ensureGone(() => replyLogprobs(bench, ref), 'a sampler of a discarded save')
    await engine.discard(ref)
  },

  'names and refs that are nobody’s are refused': async (bench) => {
    const { engine } = bench
    await ensureGone(() => engine.load({ somebody: 'else' }, { optimizer: false }), 'a foreign ref')
    await ensureGone(() => replyLogprobs(bench, { somebody: 'else' }), 'a sampler of a foreign ref')
    await ensureGone(() => engine.save('../outside', 'weights'), 'a name that is a path')
  },
}
