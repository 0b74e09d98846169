/**
 * One reply, read, played from one state and scored. Training, evaluation and the server all come through here, so there is one
 * parser and one meaning of every column.
 */
import type { ActionOutcome, AnyGame, Statement, StepResult } from '../game.ts'
import type { Reply } from '../policy.ts'
import { type ParsedReply, parseReply, placesOfSections } from './protocol.ts'

/** Where a reply stopped short of a legal move: no text (endpoint, engine), no action (parse), a move refused by the rules (game). */
export type Boundary = 'parse' | 'game' | 'endpoint' | 'engine'

export interface ReplyScore {
  readonly format: 0 | 1
  /** 1 if the perception section is wholly true. */
  readonly perceptionExact: 0 | 1
  /** 0..1: how far the perception section agrees with the truth, by the game's own measure: of grids the share of cells read rightly. */
  readonly perceptionCells: number
  /** 0..1: share of true statements in the think section, by the game's own reader; 0 if the section or the reader is absent. */
  readonly think: number
  readonly outcome: ActionOutcome['kind']
  /** Canonical text of the action; null when unreadable. */
  readonly action: string | null
  /** Environment reward. */
  readonly gameReward: number
  /** The paper's ±1 shaping. */
  readonly trainingReward: number
  /** null if and only if the outcome is 'played'. */
  readonly boundary: Boundary | null
  /** Why the boundary, or else what departs from the format; null if nothing. */
  readonly problem: string | null
}

/** What a reply was read as; everything that is said of a reply is said of this one reading. */
export interface ReplyReading {
  readonly parsed: ParsedReply
  /** The perception section as the game reads it; null if there is none that can be read. */
  readonly perception: unknown
}

/** A scored reply, how it was read, and the state after it. */
export interface PlayedReply<S = unknown> {
  readonly score: ReplyScore
  readonly read: ReplyReading
  readonly result: StepResult<S>
  /** The expert's scores of the state before it (`rewardScores`), where whoever played the reply has found them. */
  readonly expert?: ReadonlyMap<string, number> | null
}

/** The part of a play that depends on the move alone. */
interface Move {
  readonly kind: ActionOutcome['kind']
  readonly action: string | null
  readonly result: StepResult<unknown>
  readonly boundary: Boundary | null
  readonly problem: string | null
}

function unreadableMove(game: AnyGame, state: unknown, boundary: Boundary, problem: string | null): Move {
  return { kind: 'unreadable', action: null, result: game.rules.unreadable(state), boundary, problem }
}

function moveOf(game: AnyGame, state: unknown, parsed: ParsedReply, moves?: Map<string, StepResult<unknown>>): Move {
  if (parsed.answer === null) return unreadableMove(game, state, 'parse', parsed.problem)
  const read = game.answer.parse(parsed.answer, state)
  if ('reason' in read) return unreadableMove(game, state, 'parse', read.reason)
  const action = game.answer.format(state, read.action)
  const result = moves?.get(action) ?? game.rules.step(state, read.action)
  moves?.set(action, result)
  if (!result.legal) return { kind: 'illegal', action, result, boundary: 'game', problem: `The move ${action} is not legal here.` }
  return { kind: 'played', action, result, boundary: null, problem: parsed.problem }
}

/** What is true of a state: its perception, and that as text. */
export interface Truth {
  readonly perception: unknown
  readonly text: string
}

/** The truth of a state, found when it is first asked for. */
export function truthOf(game: AnyGame, state: unknown): () => Truth {
  let known: Truth | undefined
  return () => {
    if (known === undefined) {
      const perception = game.perception.of(state)
      const text = game.perception.format(perception)
      known = { perception, text }
    }
    return known
  }
}

/** How a reply is read, without playing it. */
export function readReply(game: AnyGame, text: string, truth: () => Truth): ReplyReading {
  const parsed = parseReply(text)
  return { parsed, perception: readPerception(game, parsed.perception, truth) }
}

function readPerception(game: AnyGame, text: string | null, truth: () => Truth): unknown {
  if (text === null) return null
  return text === truth().text ? truth().perception : game.perception.parse(text)
}

function agreementWith(game: AnyGame, truth: () => Truth, read: unknown): number {
  if (read === null) return 0
  const { perception } = truth()
  return read === perception ? 1 : withinOne(game.perception.agreement(perception, read))
}

/** The statements of a reply's thoughts, placed in its text; none if they cannot be read. Looks where `placesOfSections` finds the thoughts. */
export function statementsOf({ teacher }: AnyGame, state: unknown, text: string, { parsed }: ReplyReading): readonly Statement[] {
  const { thinkStart: from, thinkClose: to } = placesOfSections(text, parsed)
  return teacher === undefined ? [] : judgedWithin(text, from, to, (part) => teacher.judge(state, part))
}

/** The parts of a reply's perception, such as the cells of a grid, placed in its text; none where they cannot be read or have no judge. */
export function perceptionPartsOf({ perception }: AnyGame, state: unknown, text: string, { parsed }: ReplyReading): readonly Statement[] {
  const { perceptionStart: from, perceptionClose: to } = placesOfSections(text, parsed)
  return judgedWithin(text, from, to, (part) => perception.judge?.(perception.of(state), part) ?? [])
}

/** The statements of a section that stands from `from` to `to`; none where there is no such section. */
function judgedWithin(text: string, from: number, to: number, judge: (part: string) => readonly Statement[]): readonly Statement[] {
  if (!Number.isFinite(to) || to < from) return []
  return judge(text.slice(from, to)).map(({ start, end, holds }) => ({ start: start + from, end: end + from, holds }))
}

/** The paper's ±1 shaping: 1 for a legal move that earned something, else -1. */
export function trainingReward({ kind, reward }: ActionOutcome): number {
  return kind === 'played' && reward > 0 ? 1 : -1
}

/** Kept within 0..1 whatever the game says. */
function withinOne(share: number): number {
  return share > 0 ? Math.min(1, share) : 0
}

/** Share of true thoughts. */
function readThink({ teacher }: AnyGame, state: unknown, text: string | null): number {
  return text === null || teacher === undefined ? 0 : withinOne(teacher.share(state, text))
}

/**
 * Plays a reply from a state and scores it. An answer that cannot be read plays `rules.unreadable`, never another move; so does a reply
 * with a `failure`, which is recorded at the failure's boundary. The state is left alone. What several replies from one state have in common
 * may be given to share its cost: `truth`, and `moves`, the results of the actions played so far by their canonical text.
 */
export function playReply<S>(
  game: AnyGame,
  state: S,
  reply: Reply | string,
  truth: () => Truth = truthOf(game, state),
  moves?: Map<string, StepResult<unknown>>,
): PlayedReply<S> {
  const failure = typeof reply === 'string' ? undefined : reply.failure
  const parsed = parseReply(typeof reply === 'string' ? reply : failure === undefined ? reply.text : '')
  const move = failure === undefined ? moveOf(game, state, parsed, moves) : unreadableMove(game, state, failure.boundary, failure.reason)
  const perception = readPerception(game, parsed.perception, truth)
  const perceptionCells = agreementWith(game, truth, perception)
  const score: ReplyScore = {
    format: parsed.format,
    perceptionExact: perceptionCells === 1 ? 1 : 0,
    perceptionCells,
    think: readThink(game, state, parsed.think),
    outcome: move.kind,
    action: move.action,
    gameReward: move.result.reward,
    trainingReward: trainingReward({ kind: move.kind, reward: move.result.reward }),
    boundary: move.boundary,
    problem: move.problem,
  }
  return { score, read: { parsed, perception }, result: move.result as StepResult<S> }
}
