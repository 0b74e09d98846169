/**
 * One step of GRPO (Shao et al. 2024, as used in G1), to be read top to bottom: states, groups of replies, play, score, advantages,
 * clipped updates. Departures from the paper's step, each a config field: KL and entropy are folded into the advantages per token (as
 * tinker-cookbook does), half of the states can come from games the policy is playing, and a perception token can be made to answer
 * for the perception reward alone.
 *
 * Formulas. Group mean: A = R - mean(R); with `normalise` A = A / (std + 1e-6), std of the group's A or of all groups of its game in the step. Per token, with sampled log-prob lp and
 * that of the stage's start lp0: advantage = A - kl · (lp - lp0) - entropy · lp. Loss: sum of -min(r A, clip(r) A) over reply tokens,
 * divided by their number in the minibatch.
 */
import type { Datum, Engine, SampledSequence, Sampler } from '../engine.ts'
import type { Statement } from '../game.ts'
import { type EnvSnapshot, isGoodMove, observationOf, type PlayedReply, playGroup, rewardOf, rewardScores } from '../gym/index.ts'
import { modelInputOf, replyOf, sampleChecked } from '../policies/index.ts'
import type { Observation, Reply } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { groupAdvantages, hasSignal, mean, type ReplyAdvantages, type SectionValues } from './advantages.ts'
import { type RlConfig, rewardSpecOf } from './config.ts'
import { statementsOf, tokenShares } from './credit.ts'
import { replyDatum, replyInput } from './examples.ts'
import { advancePool, type GameMix, type MixEntry, type PoolGame, pickGames, sampleState } from './states.ts'

export interface GrpoContext {
  readonly engine: Engine
  /** The weights that the divergence is measured from: those of the stage's start. */
  readonly reference: Sampler
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

/** Means over the groups of one game, or of all. */
export interface GroupMetrics extends ReplyMetrics {
  /** Share of groups with an advantage other than 0 in at least one section. */
  signal: number
  /** Root of the mean squared advantage of a reply, its sections added, before KL and entropy. */
  advantage: number
}

export interface GrpoMetrics extends GroupMetrics {
  /** Mean over the tokens trained on of exp(lp0 - lp) - (lp0 - lp) - 1 (k3), nats. */
  kl: number
  /** Mean over sampled tokens of -lp, nats. */
  entropy: number
  /** Mean reply length, tokens. */
  length: number
  tokens: number
  gradNorm: number
  /** `<game>.<name>`: the group metrics of each game, where several are played. */
  [byGame: `${string}.${string}`]: number | null
}

/** A state's replies and what each of them is worth against the others. */
interface Group {
  readonly entry: MixEntry
  readonly replies: readonly Sampled[]
  readonly advantages: readonly ReplyAdvantages[]
}

interface Sampled {
  readonly observation: Observation
  readonly sequence: SampledSequence
  readonly played: PlayedReply
  readonly rewards: SectionValues
  readonly statements: readonly Statement[]
  readonly good: boolean
}

/** One step; returns its metrics, the pool after it, and each mix entry's share of groups with signal (null where it had no group). */
export async function grpoStep(
  context: GrpoContext,
  pool: readonly PoolGame[],
  step: number,
  learningRate: number,
): Promise<{ metrics: GrpoMetrics; pool: PoolGame[]; signals: (number | null)[] }> {
  const { engine, rl, mix } = context
  const seed = deriveSeed(context.seed, 'grpo', step)

  // States: the pool's games as they stand, and fresh ones.
  const fresh = pickGames(mix, rl.states - pool.length, seededRng(seed, 'games')).map((entry, i) => {
    const source = { scatter: rl.scatter, teacher: 0, narrow: rl.narrow, refused: rl.refused }
    return { entry, snapshot: sampleState(entry, source, deriveSeed(seed, 'fresh', i)).snapshot }
  })
  const drawn = [...pool.map(({ spec, snapshot }) => ({ entry: mix[spec] as MixEntry, snapshot })), ...fresh]
  const observations = drawn.map(({ entry, snapshot }) => observationOf(entry.spec, snapshot))

  // A group of replies for each, executed from exactly that state.
  const prompts = observations.map((observation) => modelInputOf(engine, observation))
  const params = { maxTokens: context.maxTokens, temperature: rl.temperature, seed: deriveSeed(seed, 'sample') }
  const sequences = await sampleChecked(engine.sampler(), { prompts, n: rl.replies, params })
  const scored = drawn.map(({ entry, snapshot }, i) => ({
    entry,
    replies: scoreGroup(context, entry, snapshot, observations[i] as Observation, sequences[i] as SampledSequence[]),
  }))
  const nextPool = pool.map((game, i) => {
    const [first] = (scored[i] as Omit<Group, 'advantages'>).replies as [Sampled, ...Sampled[]]
    return advancePool(game, mix, first.played, context.seed, i, rl.adaptive > 0)
  })

  // Advantages within groups. Groups without signal are dropped; with `stuck`, one without a legal move stays, with advantages of zero: its
  // divergence from the start pulls it back to what the start would do, which is the one way out of a move repeated for ever.
  const advantages = groupAdvantages(
    scored.map(({ entry, replies }) => ({
      game: entry.spec.game.id,
      rewards: replies.map(({ rewards }) => rewards),
      truths: replies.map(({ statements }) => statements.map(({ holds }) => holds)),
    })),
    rl,
  )
  const groups = scored.map((group, i): Group => ({ ...group, advantages: advantages[i] as ReplyAdvantages[] }))
  const chosen = groups
    .filter((group) => hasSignal(group) || (rl.stuck && isStuck(group)))
    .flatMap((group) => group.replies.map((reply, k) => ({ reply, advantage: group.advantages[k] as ReplyAdvantages })))
  const reference = await context.reference.logprobs(
    chosen.map(({ reply }) => replyInput(engine, reply.observation, reply.sequence.tokens).input),
  )
  let klSum = 0
  let tokens = 0
  const data = chosen.map(({ reply, advantage }, i) => {
    const lists = tokenAdvantages(engine, reply, advantage, (reference[i] as Float32Array).slice(-reply.sequence.tokens.length), rl)
    klSum += lists.kl
    tokens += reply.sequence.tokens.length
    return { reply, advantages: lists.advantages }
  })

  // Clipped updates over shuffled minibatches; the next one is submitted while the engine computes.
  const update = (batch: readonly Datum[]): Promise<number> => {
    const pass = engine.forwardBackward({ data: batch, loss: 'ppo', config: { clipLow: rl.clipLow, clipHigh: rl.clipHigh } })
    const done = engine.optimStep({ learningRate, maxGradNorm: rl.maxGradNorm })
    return Promise.all([pass, done]).then(([, { gradNorm }]) => gradNorm)
  }
  let last = Promise.resolve(0)
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
      const next = update(batch)
      // If the update before fails, that is the error that is told.
      next.catch(() => {})
      await last
      last = next
    }
  }
  const gradNorm = await last

  const all = groups.flatMap(({ replies }) => replies)
  const metrics: GrpoMetrics = {
    ...groupMetrics(groups),
    kl: tokens > 0 ? klSum / tokens : 0,
    entropy: mean(all.flatMap(({ sequence }) => sequence.logprobs.map((lp) => -lp))),
    length: mean(all.map(({ sequence }) => sequence.tokens.length)),
    tokens: all.reduce((sum, { sequence }) => sum + sequence.tokens.length, 0),
    gradNorm,
    ...metricsByGame(groups),
  }
  const signals = mix.map((entry) => {
    const own = groups.filter((group) => group.entry.spec === entry.spec)
    return own.length === 0 ? null : own.filter(hasSignal).length / own.length
  })
  return { metrics, pool: nextPool, signals }
}

function scoreGroup(
  { engine, rl }: GrpoContext,
  entry: MixEntry,
  snapshot: EnvSnapshot,
  observation: Observation,
  sequences: readonly SampledSequence[],
): Sampled[] {
  const { game } = entry.spec
  const reward = rewardSpecOf(rl, entry)
  const replies = sequences.map((sequence) => replyOf(engine, sequence, observation))
  const scores = rewardScores(reward, game, snapshot.state)
  return playGroup(game, snapshot.state, replies, { chance: 'shared' }).map((played, k) => {
    const { score } = played
    const rewards = rewardOf(reward, score, scores)
    const statements = rl.credit === 'statement' ? statementsOf(game, snapshot.state, (replies[k] as Reply).text) : []
    return { observation, sequence: sequences[k] as SampledSequence, played, rewards, statements, good: isGoodMove(score, scores) }
  })
}

/** Advantages per token, KL and entropy folded in, and the k3 divergence summed over the tokens. */
function tokenAdvantages(
  engine: Engine,
  { sequence, statements }: Sampled,
  advantage: ReplyAdvantages,
  start: Float32Array,
  rl: RlConfig,
): { advantages: number[]; kl: number } {
  const { tokens, logprobs } = sequence
  const own = tokenShares(engine.tokenizer, tokens, advantage, rl.credit === 'statement' ? statements : [])
  let kl = 0
  const advantages = logprobs.map((lp, t) => {
    const apart = lp - (start[t] as number)
    kl += Math.exp(-apart) + apart - 1
    return (own[t] as number) - rl.kl * apart - rl.entropy * lp
  })
  return { advantages, kl }
}

const summedReward = ({ rewards }: Sampled): number => rewards.perception + rewards.think + rewards.answer

/** Every reply of the group stopped short of a legal move. */
const isStuck = ({ replies }: Group): boolean => replies.every(({ played }) => played.score.boundary !== null)

function groupMetrics(groups: readonly Group[]): GroupMetrics {
  const replies = groups.flatMap((group) => group.replies)
  const scoreMean = (of: (reply: Sampled) => number): number => mean(replies.map(of))
  const right = replies.filter(({ played }) => played.score.perceptionExact === 1)
  const sums = groups.flatMap(({ advantages }) => advantages.map(({ perception, think, answer }) => perception + think + answer))
  return {
    reward: scoreMean(summedReward),
    format: scoreMean(({ played }) => played.score.format),
    perceptionExact: scoreMean(({ played }) => played.score.perceptionExact),
    perceptionCells: scoreMean(({ played }) => played.score.perceptionCells),
    think: scoreMean(({ played }) => played.score.think),
    legal: scoreMean(({ played }) => (played.score.outcome === 'played' ? 1 : 0)),
    good: scoreMean(({ good }) => (good ? 1 : 0)),
    reasoning: right.length === 0 ? null : mean(right.map(({ good }) => (good ? 1 : 0))),
    signal: groups.filter(hasSignal).length / groups.length,
    advantage: Math.sqrt(mean(sums.map((sum) => sum * sum))),
  }
}

/** The group metrics of each game under `<game>.<name>`; nothing where only one is played. */
function metricsByGame(groups: readonly Group[]): { [byGame: `${string}.${string}`]: number | null } {
  const games = [...new Set(groups.map(({ entry }) => entry.spec.game.id))]
  if (games.length < 2) return {}
  const named = games.flatMap((id) =>
    Object.entries(groupMetrics(groups.filter(({ entry }) => entry.spec.game.id === id))).map(([name, value]) => [`${id}.${name}`, value]),
  )
  return Object.fromEntries(named)
}
