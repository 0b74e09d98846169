/**
 * One reply, read, played from one state and scored. Training, evaluation and the server all come through here, so there is one
 * parser and one meaning of every column.
 */
import type { ActionOutcome, AnyGame, Grid, Statement, StepResult, WrittenPerception } from '../game.ts'
import type { Reply } from '../policy.ts'
import { type ParsedReply, parseReply, spanOf } from './protocol.ts'

/** Where a reply stopped short of a legal move: no text (endpoint, engine), no action (parse), a move refused by the rules (game). */
export type Boundary = 'parse' | 'game' | 'endpoint' | 'engine'

export interface ReplyScore {
  readonly format: 0 | 1
  /** 1 if the perception section is the true grid, cell by cell. */
  readonly perceptionExact: 0 | 1
  /** 0..1: cells read rightly; see `perceptionAgreement`. */
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
  readonly perception: Grid | null
}

/** A scored reply, how it was read, and the state after it. */
export interface PlayedReply<S = unknown> {
  readonly score: ReplyScore
  readonly read: ReplyReading
  readonly result: StepResult<S>
}

/** The part of a play that depends on the move alone. */
interface Move {
  readonly kind: ActionOutcome['kind']
  readonly action: string | null
  readonly result: StepResult<unknown>
  readonly boundary: Boundary | null
  readonly problem: string | null
}

/**
 * Agreement of a read grid with the true one, 0..1: equal cells in the overlap of the two shapes, divided by the larger number of cells.
 * 1 if and only if shape and all cells are equal, so neither leaving cells out nor adding some gains anything.
 */
export function perceptionAgreement(truth: Grid, read: Grid): number {
  const count = Math.max(truth.rows * truth.columns, read.rows * read.columns)
  if (count === 0) return 1
  let equal = 0
  const columns = Math.min(truth.columns, read.columns)
  for (let row = 0; row < Math.min(truth.rows, read.rows); row++) equal += equalCells(truth.cells[row]!, read.cells[row]!, columns)
  return equal / count
}

function equalCells(own: readonly string[], other: readonly string[], columns: number): number {
  if (own === other) return columns
  let equal = 0
  for (let column = 0; column < columns; column++) if (own[column] === other[column]) equal++
  return equal
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
export interface Truth extends WrittenPerception {
  readonly text: string
}

/** The lines of a text; faster than `split` for few. */
function linesOf(text: string): string[] {
  const lines: string[] = []
  let from = 0
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    lines.push(text.slice(from, to))
    from = to + 1
  }
  lines.push(text.slice(from))
  return lines
}

/** The truth of a state, found when it is first asked for. */
export function truthOf(game: AnyGame, state: unknown): () => Truth {
  let known: Truth | undefined
  return () => {
    if (known === undefined) {
      const perception = game.perception.of(state)
      const text = game.perception.format(perception)
      known = { perception, text, lines: linesOf(text) }
    }
    return known
  }
}

function readPerception(game: AnyGame, text: string | null, truth: () => Truth): Grid | null {
  if (text === null) return null
  return text === truth().text ? truth().perception : game.perception.parse(text, truth())
}

function agreementWith(truth: () => Truth, read: Grid | null): number {
  if (read === null) return 0
  const { perception } = truth()
  return read === perception ? 1 : perceptionAgreement(perception, read)
}

/** The statements of a reply's thoughts, placed in its text; none if they cannot be read. */
export function statementsOf(game: AnyGame, state: unknown, text: string, { parsed }: ReplyReading): readonly Statement[] {
  const span = spanOf(text, parsed, 'think')
  if (game.teacher?.judge === undefined || span === null) return []
  const judged = game.teacher?.judge(state, text.slice(span.start, span.end))
  return judged.map(({ start, end, holds }) => ({ start: start + span.start, end: end + span.start, holds }))
}

/** Share of true thoughts, kept within 0..1 whatever the game says. */
function readThink(game: AnyGame, state: unknown, text: string | null): number {
  if (text === null || game.teacher?.share === undefined) return 0
  const share = game.teacher?.share(state, text)
  return share > 0 ? Math.min(1, share) : 0
}

/**
 * Plays a reply from a state and scores it. An answer that cannot be read plays `game.unreadable`, never another move; so does a reply
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
  const perceptionCells = agreementWith(truth, perception)
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
