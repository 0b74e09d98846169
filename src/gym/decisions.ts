/**
 * Single decisions on fixed states: the ground of the analyses that change what a model is shown. States come from play and do not depend
 * on any policy, so every policy answers the same ones under every condition, and differences are paired.
 */
import { EngineError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import type { Policy, Reply } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { ask } from './ask.ts'
import { observationOf } from './env.ts'
import { type EnvSnapshot, startSnapshot } from './life.ts'
import { playReply, type ReplyReading } from './score.ts'
import { type ExpertScores, expertScores, isGoodMove } from './signal.ts'
import type { EnvSpec } from './spec.ts'
import { lastMoment, walk } from './walk.ts'

/** A state to decide on, with the expert's opinion of it (the game's solver; null if it has none). */
export interface FixedState {
  readonly snapshot: EnvSnapshot
  readonly scores: ExpertScores
}

/** `count` states after 0 to `horizon` random legal moves each, none of them over. Decided by config and seed; the skin plays no part. */
export function fixedStates(
  { game, config }: Pick<EnvSpec, 'game' | 'config'>,
  horizon: number,
  count: number,
  seed: number,
): FixedState[] {
  return Array.from({ length: count }, (_, i) => {
    const rng = seededRng(seed, 'fixed-state', i)
    const start = startSnapshot({ game, config }, deriveSeed(seed, 'fixed-state', i))
    const snapshot = lastMoment(walk({ game }, start, rng.int(horizon + 1), rng, { stop: 'before' }))
    return { snapshot, scores: expertScores(game, snapshot.state, 'solver') }
  })
}

/** What one reply was worth; shares 0..1. */
export interface DecisionScore {
  readonly cells: number
  readonly exact: 0 | 1
  /** Share of true thoughts. */
  readonly think: number
  /** The same against the board that the reply itself gives; null where it gives none, or the game cannot be told one. */
  readonly own: number | null
  readonly legal: 0 | 1
  /** A best move by the expert. */
  readonly good: 0 | 1
}

/** A state as it is shown. */
export interface Question {
  readonly spec: EnvSpec
  readonly fixed: FixedState
}

export interface DecideOptions {
  readonly seed: number
  /** Observations per policy call at most. Default: all. */
  readonly batch?: number
  readonly signal?: AbortSignal
}

/** One decision per question, in their order; the reason where a reply is missing. Aborts by throwing the signal's reason. */
export async function decide(
  policy: Policy,
  questions: readonly Question[],
  options: DecideOptions,
): Promise<(DecisionScore | { failure: string })[]> {
  const { seed, signal, batch = Math.max(1, questions.length) } = options
  const out: (DecisionScore | { failure: string })[] = []
  for (let from = 0; from < questions.length; from += batch) {
    const asked = questions.slice(from, from + batch)
    const replies = await ask(
      policy,
      asked.map(({ spec, fixed }) => ({ observation: observationOf(spec, fixed.snapshot), state: fixed.snapshot.state })),
      { n: 1, seed: deriveSeed(seed, 'decide', from), signal },
    )
    signal?.throwIfAborted()
    for (const [i, { spec, fixed }] of asked.entries()) {
      const reply = replies[i]?.[0] as Reply
      if (reply.failure) out.push({ failure: reply.failure.reason })
      else out.push(decisionOf(spec, fixed, reply.text))
    }
  }
  return out
}

/** The same where a missing reply would mislead. Throws EngineError that says who failed, and where. */
export async function decideAll(policy: Policy, questions: readonly Question[], options: DecideOptions): Promise<DecisionScore[]> {
  return (await decide(policy, questions, options)).map((outcome, i) => {
    if (!('failure' in outcome)) return outcome
    const { game, mode } = (questions[i] as Question).spec
    throw new EngineError(`${policy.name} failed under ${mode} on ${game.id}: ${outcome.failure}`)
  })
}

function decisionOf({ game }: EnvSpec, { snapshot, scores }: FixedState, text: string): DecisionScore {
  const { score, read } = playReply(game, snapshot.state, text)
  return {
    cells: score.perceptionCells,
    exact: score.perceptionExact,
    think: score.think,
    own: ownThoughts(game, snapshot.state, read),
    legal: score.outcome === 'played' ? 1 : 0,
    good: isGoodMove(score, scores) ? 1 : 0,
  }
}

function ownThoughts({ perception, teacher }: AnyGame, state: unknown, read: ReplyReading): number | null {
  if (read.perception === null || read.parsed.think === null || teacher === undefined) return null
  const told = perception.told?.(state, read.perception) ?? null
  return told === null ? null : teacher.share(told, read.parsed.think)
}
