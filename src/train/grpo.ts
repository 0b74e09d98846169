/**
 * One step of GRPO (Shao et al. 2024, as used in G1), to be read top to bottom: states, groups of episodes, rewards, advantages, clipped
 * updates. Departures from the paper's step, each a config field: KL and entropy are folded into the advantages per token (as
 * tinker-cookbook does), half of the states can come from games the policy is playing, a perception token can be made to answer for the
 * perception reward alone, and an episode can have several turns.
 *
 * Formulas. Replies of one group and turn are compared: A = R - mean(R); with `normalise` A = A / (std + 1e-6), std of the group's A or of
 * all groups of its game in the step. With several turns the answer part of R is a return: its own plus discount times that of the next turn.
 * Per token, with sampled log-prob lp and that of the stage's start lp0: advantage = w · A - kl · (lp - lp0) - entropy · lp, where A is that
 * of the token's section, or of its part with `cells` and credit by statement, plus `downstream` times that of the sections behind it
 * (credit.ts), and w is 1, or with `balance` by section the number of tokens / (sections · tokens of the section). Loss: sum of
 * -min(r A, clip(r) A) over reply tokens, divided by their number in the minibatch.
 */
import type { Datum, Engine, Sampler } from '../engine.ts'
import { EngineError } from '../errors.ts'
import {
  type EnvSnapshot,
  type EnvSpec,
  isGoodMove,
  type PlayGroups,
  perceptionPartsOf,
  rewardOf,
  rewardScores,
  rolloutGroups,
  type StepSample,
  statementsOf,
  type Trajectory,
} from '../gym/index.ts'
import { samplerPolicy } from '../policies/index.ts'
import type { Sampled } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { groupAdvantages, hasSignal, mean, type ReplyAdvantages } from './advantages.ts'
import { type RlConfig, rewardSpecOf } from './config.ts'
import { type ReplyParts, sectionWeights, tokenShares } from './credit.ts'
import { datumOf, sequencesOf, type TokenSequence } from './datums.ts'
import { type KeptGroup, keptGroups } from './kept-groups.ts'
import { type Group, type GrpoMetrics, groupMetrics, metricsByGame, type TrainedReply } from './metrics.ts'
import { advancePool, type GameMix, type MixEntry, type PoolGame, pickGames, sampleState } from './states.ts'

export interface GrpoContext {
  readonly engine: Engine
  /** The weights that the stage started from: the divergence is measured from them. */
  readonly reference: Sampler
  readonly mix: GameMix
  readonly rl: RlConfig
  readonly maxTokens: number
  /** Who plays and scores the replies. Default: this process. */
  readonly play?: PlayGroups | undefined
  /** Of the stage. */
  readonly seed: number
}

/** A turn of an episode, with what training needs of it. */
interface Turn extends TrainedReply {
  /** Number of the episode in the step. */
  readonly episode: number
  readonly sample: StepSample
  readonly sampled: Sampled
  readonly parts: ReplyParts
}

/** A turn with what it is worth against the others of its group. */
interface ValuedTurn {
  readonly turn: Turn
  readonly advantage: ReplyAdvantages
}

/** Turns of one episode that are one training sequence, and the advantages of each turn's tokens. */
interface TrainingSequence {
  readonly sequence: TokenSequence
  readonly turns: readonly ValuedTurn[]
  /** By place in `turns`. */
  readonly advantages: readonly (readonly number[])[]
  /** Sampled tokens. */
  readonly tokens: number
}

/** A group of turns with the state that all of them answer; null for later turns, each of which answers one of its own. */
interface TurnGroup extends Group<Turn> {
  readonly start: EnvSnapshot | null
}

/**
 * One step; returns its metrics, the pool after it, each mix entry's share of groups with signal (null where it had no group), and the groups that
 * are kept.
 */
export async function grpoStep(
  context: GrpoContext,
  pool: readonly PoolGame[],
  step: number,
  learningRate: number,
): Promise<{ metrics: GrpoMetrics; pool: PoolGame[]; signals: (number | null)[]; kept: KeptGroup[] }> {
  const { engine, rl, mix } = context
  const seed = deriveSeed(context.seed, 'grpo', step)

  // States: the pool's games as they stand, and fresh ones.
  const fresh = pickGames(mix, rl.states - pool.length, seededRng(seed, 'games')).map((entry, i) => {
    const source = { scatter: rl.scatter, teacher: 0, narrow: rl.narrow, refused: rl.refused }
    return { entry, snapshot: sampleState(entry, source, deriveSeed(seed, 'fresh', i)).snapshot }
  })
  const drawn = [...pool.map(({ spec, snapshot }) => ({ entry: mix[spec] as MixEntry, snapshot })), ...fresh]

  // A group of episodes from each, all from exactly that state.
  const policy = samplerPolicy(engine, {
    maxTokens: context.maxTokens,
    temperature: rl.temperature,
    chance: 'call',
    pictures: mix.some(({ spec }) => spec.mode !== 'caption'),
  })
  const specs = new Map(mix.map((entry): [MixEntry, EnvSpec] => [entry, { ...entry.spec, reward: rewardSpecOf(rl, entry) }]))
  const episodes = await rolloutGroups(
    policy,
    drawn.map(({ entry, snapshot }) => ({ spec: specs.get(entry) as EnvSpec, snapshot })),
    {
      ...{ n: rl.replies, turns: rl.turns, history: rl.history, seed: deriveSeed(seed, 'sample') },
      ...(context.play && { play: context.play }),
    },
  )
  const nextPool = pool.map((game, i) => {
    const played = sampleAt(episodes[i]?.[0], 0)
    return advancePool(game, mix, played.result, context.seed, i, rl.adaptive > 0)
  })

  // Rewards, and advantages within groups: the replies of one group at one turn are compared. Groups without signal are dropped; with `stuck`,
  // one without a legal move stays, with advantages of zero: its divergence from the start pulls it back to what the start would do, which is
  // the one way out of a move repeated for ever.
  const groups = advantagesOf(
    drawn.flatMap((state, i) => turnGroups(rl, state, episodes[i] as Trajectory[], i * rl.replies)),
    rl,
  )
  const chosen = groups
    .filter((group) => hasSignal(group) || (rl.stuck && isStuck(group)))
    .flatMap(({ replies, advantages }) => replies.map((turn, k): ValuedTurn => ({ turn, advantage: advantages[k] as ReplyAdvantages })))
  const { data, kl, tokens } = await trainingSequences(context, chosen)

  // Clipped updates over shuffled minibatches; the next one is submitted while the engine computes.
  const update = (batch: readonly Datum[]): Promise<number> => {
    const pass = engine.forwardBackward({ data: batch, loss: rl.loss, config: { clipLow: rl.clipLow, clipHigh: rl.clipHigh } })
    const done = engine.optimStep({ learningRate, maxGradNorm: rl.maxGradNorm, optimizer: rl.optimizer })
    return Promise.all([pass, done]).then(([, { gradNorm }]) => gradNorm)
  }
  let last = Promise.resolve(0)
  for (let epoch = 0; epoch < rl.epochs; epoch++) {
    const order = seededRng(seed, 'order', epoch).shuffle(data)
    for (let from = 0; from < order.length; from += rl.minibatch) {
      const part = order.slice(from, from + rl.minibatch)
      const scale = 1 / part.reduce((sum, one) => sum + one.tokens, 0)
      const batch = part.map(({ sequence, turns, advantages }) =>
        datumOf(sequence, (index) => ({
          logprobs: (turns[index] as ValuedTurn).turn.sampled.logprobs,
          advantages: (advantages[index] as number[]).map((a) => a * scale),
        })),
      )
      const next = update(batch)
      // If the update before fails, its error is the one that is thrown.
      next.catch(() => {})
      await last
      last = next
    }
  }
  const gradNorm = await last

  const all = groups.flatMap(({ replies }) => replies)
  const metrics: GrpoMetrics = {
    ...groupMetrics(groups),
    kl: tokens > 0 ? kl / tokens : 0,
    entropy: mean(all.flatMap(({ sampled }) => sampled.logprobs.map((lp) => -lp))),
    length: mean(all.map(({ sampled }) => sampled.tokens.length)),
    tokens: all.reduce((sum, { sampled }) => sum + sampled.tokens.length, 0),
    gradNorm,
    ...metricsByGame(groups),
  }
  const signals = mix.map((entry) => {
    const entryGroups = groups.filter((group) => group.entry.spec === entry.spec)
    return entryGroups.length === 0 ? null : entryGroups.filter(hasSignal).length / entryGroups.length
  })
  return { metrics, pool: nextPool, signals, kept: keptGroups(step, groups, mix) }
}

function sampleAt(episode: Trajectory | undefined, turn: number): StepSample {
  const sample = episode?.steps[turn]?.sample
  if (!sample) throw new EngineError('an episode of training has no sample; its state was over before it began')
  return sample
}

/** The turns of an episode with their rewards. Throws EngineError for a missing reply: a step of training needs all of them. */
function turnsOf(rl: RlConfig, entry: MixEntry, trajectory: Trajectory, episode: number): Turn[] {
  const reward = rewardSpecOf(rl, entry)
  const { game } = entry.spec
  const turns = trajectory.steps.map(({ score }, i): Turn => {
    const sample = sampleAt(trajectory, i)
    const { reply, read, state, expert } = sample
    if (reply.sampled === undefined) throw new EngineError(reply.failure?.reason ?? 'a reply of training has no tokens')
    const scores = expert !== undefined ? expert : rewardScores(reward, game, state)
    const parts: ReplyParts = {
      cells: rl.cells && rl.credit !== 'reply' ? perceptionPartsOf(game, state, reply.text, read) : [],
      statements: rl.credit === 'statement' ? statementsOf(game, state, reply.text, read) : [],
    }
    const rewards = rewardOf(reward, score, scores)
    return { episode, score, sample, sampled: reply.sampled, rewards, parts, good: isGoodMove(score, scores) }
  })
  for (let i = turns.length - 2; i >= 0; i--) {
    const [turn, next] = [turns[i] as Turn, turns[i + 1] as Turn]
    turns[i] = { ...turn, rewards: { ...turn.rewards, answer: turn.rewards.answer + rl.discount * next.rewards.answer } }
  }
  return turns
}

/** The replies of a group that are compared with each other: turn by turn, of the episodes that have come so far. */
function turnGroups(
  rl: RlConfig,
  { entry, snapshot }: { readonly entry: MixEntry; readonly snapshot: EnvSnapshot },
  episodes: readonly Trajectory[],
  first: number,
): Omit<TurnGroup, 'advantages'>[] {
  const turns = episodes.map((episode, k) => turnsOf(rl, entry, episode, first + k))
  const longest = Math.max(...turns.map(({ length }) => length))
  return Array.from({ length: longest }, (_, t) => ({
    entry,
    start: t === 0 ? snapshot : null,
    replies: turns.flatMap((episodeTurns) => episodeTurns[t] ?? []),
  }))
}

function advantagesOf(scored: readonly Omit<TurnGroup, 'advantages'>[], rl: RlConfig): TurnGroup[] {
  const advantages = groupAdvantages(
    scored.map(({ entry, replies }) => ({
      game: entry.spec.game.id,
      rewards: replies.map(({ rewards }) => rewards),
      truths: replies.map(({ parts }) => parts.statements.map(({ holds }) => holds)),
      cells: replies.map(({ parts }) => parts.cells.map(({ holds }) => holds)),
    })),
    rl,
  )
  return scored.map((group, i) => ({ ...group, advantages: advantages[i] as ReplyAdvantages[] }))
}

/** Every reply of the group stopped short of a legal move. */
const isStuck = ({ replies }: Pick<Group, 'replies'>): boolean => replies.every(({ score }) => score.boundary !== null)

/** The training sequences of the chosen turns, and the k3 divergence and the number of tokens over all of them. */
async function trainingSequences(
  { reference, rl }: GrpoContext,
  chosen: readonly ValuedTurn[],
): Promise<{ data: TrainingSequence[]; kl: number; tokens: number }> {
  // Turns of one episode stand together, so that they can be one sequence.
  const ordered = [...chosen].sort((a, b) => a.turn.episode - b.turn.episode)
  const sequences = sequencesOf(ordered.map(({ turn }) => turn.sampled))
  const starts = await reference.logprobs(sequences.map(({ input }) => input))
  let kl = 0
  let tokens = 0
  const data = sequences.map((sequence, i): TrainingSequence => {
    const turns = sequence.turns.map(({ index }) => ordered[index] as ValuedTurn)
    const advantages = sequence.turns.map(({ start, tokens: replyTokens }, k) => {
      const lists = tokenAdvantages(turns[k] as ValuedTurn, (starts[i] as Float32Array).subarray(start, start + replyTokens.length), rl)
      kl += lists.kl
      return lists.advantages
    })
    const length = sequence.turns.reduce((sum, turn) => sum + turn.tokens.length, 0)
    tokens += length
    const renumbered = { ...sequence, turns: sequence.turns.map((turn, index) => ({ ...turn, index })) }
    return { sequence: renumbered, turns, advantages, tokens: length }
  })
  return { data, kl, tokens }
}

/** Advantages per token, KL and entropy folded in, and the k3 divergence summed over the tokens. `start`: log-probs under the start weights. */
function tokenAdvantages({ turn, advantage }: ValuedTurn, start: Float32Array, rl: RlConfig): { advantages: number[]; kl: number } {
  const { sampled, sample, parts } = turn
  const tokens = { text: sample.reply.text, read: sample.read, ends: sampled.ends }
  const shares = tokenShares(tokens, advantage, parts, rl.credit === 'reply' ? 0 : rl.downstream)
  const weights = rl.balance === 'section' ? sectionWeights({ ...tokens, parsed: sample.read.parsed }) : null
  let kl = 0
  const advantages = sampled.logprobs.map((lp, t) => {
    const apart = lp - (start[t] as number)
    kl += Math.exp(-apart) + apart - 1
    const share = (shares[t] as number) * (weights?.[t] ?? 1)
    return share - rl.kl * apart - rl.entropy * lp
  })
  return { advantages, kl }
}
