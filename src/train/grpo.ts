/**
 * One step of GRPO (Shao et al. 2024, as used in G1), to be read top to bottom: states, groups of replies, play, score, advantages,
 * clipped updates. Departures from the paper's step, each a config field: KL and entropy are folded into the advantages per token (as
 * tinker-cookbook does), half of the states can come from games the policy is playing, and a perception token can be made to answer
 * for the perception reward alone.
 *
 * Formulas. Group mean and (optionally) deviation: A = R - mean(R), A = A / (std(R) + 1e-6). Per token, with sampled log-prob lp and
 * that of the stage's start lp0: advantage = A - kl · (lp - lp0) - entropy · lp. Loss: sum of -min(r A, clip(r) A) over reply tokens,
 * divided by their number in the minibatch.
 */
import type { Engine, SampledSequence } from '../engine.ts'
import { expertScores, gameSignal, isGoodMove, observationOf, type PlayedReply, playGroup, totalReward } from '../gym/index.ts'
import { modelInputOf, replyOf } from '../policies/index.ts'
import type { Observation } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import type { RlConfig } from './config.ts'
import { replyDatum } from './examples.ts'
import { advancePool, drawState, type GameMix, type PoolGame, pickGames, type Situation } from './states.ts'

/** Name of the engine snapshot that the divergence is measured from. */
export const START_WEIGHTS = 'stage-start'

export interface GrpoContext {
  readonly engine: Engine
  readonly mix: GameMix
  readonly rl: RlConfig
  readonly maxTokens: number
  /** Of the stage. */
  readonly seed: number
}

/** Means over the replies of a step; every share is 0..1. Formulas: docs/metrics.md. */
export interface ReplyMetrics {
  reward: number
  format: number
  perceptionExact: number
  perceptionCells: number
  think: number
  legal: number
  /** Share of good moves among replies with a wholly true perception; null if there are none. */
  reasoning: number | null
  good: number
}

export interface GrpoMetrics extends ReplyMetrics {
  /** Share of groups with an advantage other than 0 in at least one section. */
  signal: number
  /** Mean over the tokens trained on of exp(lp0 - lp) - (lp0 - lp) - 1 (k3), nats. */
  kl: number
  /** Mean over sampled tokens of -lp, nats. */
  entropy: number
  /** Mean reply length, tokens. */
  length: number
  tokens: number
  gradNorm: number
}

interface Sampled {
  readonly observation: Observation
  readonly sequence: SampledSequence
  readonly played: PlayedReply
  readonly rewards: SectionValues
  readonly good: boolean
}

/** One step; returns its metrics and the pool after it. */
export async function grpoStep(
  context: GrpoContext,
  pool: readonly PoolGame[],
  step: number,
  learningRate: number,
): Promise<{ metrics: GrpoMetrics; pool: PoolGame[] }> {
  const { engine, rl, mix } = context
  const seed = deriveSeed(context.seed, 'grpo', step)

  // States: the pool's games as they stand, and fresh ones.
  const fresh = pickGames(mix, rl.states - pool.length, seededRng(seed, 'games')).map((entry, i) =>
    drawState(entry, { scatter: rl.scatter, teacher: 0, narrow: rl.narrow, refused: rl.refused }, deriveSeed(seed, 'fresh', i)),
  )
  const situations: Situation[] = [...pool.map(({ spec, snapshot }) => ({ spec: (mix[spec] as GameMix[number]).spec, snapshot })), ...fresh]
  const observations = situations.map(({ spec, snapshot }) => observationOf(spec, snapshot))

  // A group of replies for each, executed from exactly that state.
  const prompts = observations.map((observation) => modelInputOf(engine, observation))
  const params = { maxTokens: context.maxTokens, temperature: rl.temperature, seed: deriveSeed(seed, 'sample') }
  const sequences = await engine.sample({ prompts, n: rl.replies, params })
  const groups = situations.map((situation, i) =>
    scoreGroup(context, situation, observations[i] as Observation, sequences[i] as SampledSequence[]),
  )
  const nextPool = pool.map((game, i) => {
    const [first] = groups[i] as [Sampled, ...Sampled[]]
    return advancePool(game, mix, first.played, context.seed, i)
  })

  // Advantages within groups; groups without signal are dropped, unless they are stuck.
  const advantages = groups.map((group) => groupAdvantages(group, rl))
  const chosen = groups.flatMap((group, g) => {
    const advantage = advantages[g]
    return advantage ? group.map((reply, k) => ({ reply, advantage: advantage[k] as SectionValues })) : []
  })
  const reference = await engine.forward({
    data: chosen.map(({ reply }) => replyDatum(engine, reply.observation, reply.sequence.tokens, {})),
    weights: START_WEIGHTS,
  })
  let klSum = 0
  let tokens = 0
  const data = chosen.map(({ reply, advantage }, i) => {
    const lists = tokenAdvantages(
      engine,
      reply,
      advantage,
      (reference.logprobs[i] as Float32Array).slice(-reply.sequence.tokens.length),
      rl,
    )
    klSum += lists.kl
    tokens += reply.sequence.tokens.length
    return { reply, advantages: lists.advantages }
  })

  // Clipped updates over shuffled minibatches.
  let gradNorm = 0
  for (let epoch = 0; epoch < rl.epochs; epoch++) {
    const order = seededRng(seed, 'order', epoch).shuffle(data)
    for (let from = 0; from < order.length; from += rl.minibatch) {
      const part = order.slice(from, from + rl.minibatch)
      const scale = 1 / part.reduce((sum, { reply }) => sum + reply.sequence.tokens.length, 0)
      const batch = part.map(({ reply, advantages: list }) =>
        replyDatum(engine, reply.observation, reply.sequence.tokens, {
          logprobs: reply.sequence.logprobs,
          advantages: list.map((a) => a * scale),
        }),
      )
      await engine.forwardBackward({ data: batch, loss: 'ppo', config: { clipLow: rl.clipLow, clipHigh: rl.clipHigh } })
      gradNorm = (await engine.optimStep({ learningRate, maxGradNorm: rl.maxGradNorm })).gradNorm
    }
  }

  const all = groups.flat()
  const metrics: GrpoMetrics = {
    ...replyMetrics(all),
    signal:
      advantages.filter((list) => list?.some(({ perception, think, answer }) => perception !== 0 || think !== 0 || answer !== 0)).length /
      groups.length,
    kl: tokens > 0 ? klSum / tokens : 0,
    entropy: mean(all.flatMap(({ sequence }) => sequence.logprobs.map((lp) => -lp))),
    length: mean(all.map(({ sequence }) => sequence.tokens.length)),
    tokens: all.reduce((sum, { sequence }) => sum + sequence.tokens.length, 0),
    gradNorm,
  }
  return { metrics, pool: nextPool }
}

function scoreGroup(
  { engine, rl }: GrpoContext,
  { spec, snapshot }: Situation,
  observation: Observation,
  sequences: readonly SampledSequence[],
): Sampled[] {
  const { game } = spec
  const replies = sequences.map((sequence) => replyOf(engine, sequence))
  const scores = expertScores(game, snapshot.state, rl.expert)
  const { perceptionExact, perceptionCells } = rl.rewards
  return playGroup(game, snapshot.state, replies, { chance: 'shared' }).map((played, k) => {
    const { score } = played
    const total = totalReward(score, rl.rewards, gameSignal(score, scores, rl.signal, rl.regretScale))
    const perception = perceptionExact * score.perceptionExact + perceptionCells * score.perceptionCells
    const think = rl.rewards.think * score.think
    const rewards = { perception, think, answer: total - perception - think }
    return { observation, sequence: sequences[k] as SampledSequence, played, rewards, good: isGoodMove(score, scores) }
  })
}

/** A value for each section of a reply: parts of a reward, or advantages of its tokens. The answer's part holds all that is not another's. */
interface SectionValues {
  readonly perception: number
  readonly think: number
  readonly answer: number
}

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length)

function centred(values: readonly number[], normalise: boolean): number[] {
  const centre = mean(values)
  const apart = values.map((value) => value - centre)
  if (!normalise) return apart
  const deviation = Math.sqrt(mean(apart.map((value) => value * value)))
  return apart.map((value) => value / (deviation + 1e-6))
}

/**
 * Advantages per reply; null to drop the group: all rewards are equal, so there is nothing to learn. With `stuck`, a group
 * without a legal move stays, with advantages of zero: its divergence from the start pulls it back to what the start would do, which
 * is the one way out of a move repeated for ever. 'reply': the whole reward for every token, as in the paper. 'section':
 * perception tokens answer for the perception reward, think tokens for the think reward, answer tokens for the rest.
 */
function groupAdvantages(group: readonly Sampled[], rl: RlConfig): SectionValues[] | null {
  const part = (of: (rewards: SectionValues) => number): { flat: boolean; advantages: number[] } => {
    const values = group.map(({ rewards }) => of(rewards))
    return { flat: Math.max(...values) - Math.min(...values) < 1e-9, advantages: centred(values, rl.normalise) }
  }
  const parts =
    rl.credit === 'section'
      ? [part((r) => r.perception), part((r) => r.think), part((r) => r.answer)]
      : new Array(3).fill(part((r) => r.perception + r.think + r.answer))
  const stuck = rl.stuck && group.every(({ played }) => played.score.boundary !== null)
  if (parts.every(({ flat }) => flat) && !stuck) return null
  const [perception, think, answer] = parts.map(({ advantages }) => advantages) as [number[], number[], number[]]
  return group.map((_, k) => ({ perception: perception[k] as number, think: think[k] as number, answer: answer[k] as number }))
}

/** Advantages per token, KL and entropy folded in, and the k3 divergence summed over the tokens. */
function tokenAdvantages(
  engine: Engine,
  reply: Sampled,
  advantage: SectionValues,
  start: Float32Array,
  rl: RlConfig,
): { advantages: number[]; kl: number } {
  const { tokens, logprobs } = reply.sequence
  const sections = tokenSections(engine, tokens)
  let kl = 0
  const advantages = logprobs.map((lp, t) => {
    const apart = lp - (start[t] as number)
    kl += Math.exp(-apart) + apart - 1
    return advantage[sections[t] as keyof SectionValues] - rl.kl * apart - rl.entropy * lp
  })
  return { advantages, kl }
}

/** The section each token belongs to; a token that closes a section belongs to the next. */
function tokenSections(engine: Engine, tokens: readonly number[]): (keyof SectionValues)[] {
  let text = ''
  return tokens.map((token) => {
    text += engine.tokenizer.decode([token])
    if (text.includes('</think>')) return 'answer'
    return text.includes('</perception>') ? 'think' : 'perception'
  })
}

const rewardOf = ({ rewards }: Sampled): number => rewards.perception + rewards.think + rewards.answer

function replyMetrics(replies: readonly Sampled[]): ReplyMetrics {
  const scoreMean = (of: (reply: Sampled) => number): number => mean(replies.map(of))
  const right = replies.filter(({ played }) => played.score.perceptionExact === 1)
  return {
    reward: scoreMean(rewardOf),
    format: scoreMean(({ played }) => played.score.format),
    perceptionExact: scoreMean(({ played }) => played.score.perceptionExact),
    perceptionCells: scoreMean(({ played }) => played.score.perceptionCells),
    think: scoreMean(({ played }) => played.score.think),
    legal: scoreMean(({ played }) => (played.score.outcome === 'played' ? 1 : 0)),
    good: scoreMean(({ good }) => (good ? 1 : 0)),
    reasoning: right.length === 0 ? null : mean(right.map(({ good }) => (good ? 1 : 0))),
  }
}
