/** Config and state of picture pairs: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { pictureSetNames } from '../../pictures/index.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { isPictureSet, poolOf, type Split } from '../shared/picture-pool.ts'
import { rngState } from '../shared/rng-state.ts'
import { COLOURS, SHAPES } from '../shared/tile-art.ts'
import { whole } from '../shared/whole.ts'
import { MISS, PAIR, SIDE_MAX, SIDE_MIN } from './rules.ts'

/** What cards show: coloured shapes, pictures, or different pictures of one class. */
export type Faces = 'symbols' | 'pictures' | 'classes'

/** Every knob of the game. */
export interface ConfigPairs {
  /** 2..6. Axis: reasoning. */
  readonly rows: number
  /** 2..6. Axis: reasoning. */
  readonly columns: number
  /** Whether all cards are shown in the first picture. Axis: reasoning. */
  readonly peek: boolean
  /** What cards show. Axis: perception. */
  readonly faces: Faces
  /** Name of the picture set: 'bundled', or one that the program registered. Axis: perception. */
  readonly pictures: string
  /** 'train', or 'test' for pictures that are never seen in training. Axis: perception. */
  readonly split: Split
}

/** The number of symbols. */
const SYMBOLS = COLOURS.length * SHAPES.length
/** A card that was taken away. */
export const TAKEN = -1
/** No picture: the card shows a symbol, or was taken away. */
const NO_PICTURE = -1

const fields = {
  rows: whole(SIDE_MIN, SIDE_MAX),
  columns: whole(SIDE_MIN, SIDE_MAX),
  peek: z.boolean(),
  faces: z.enum(['symbols', 'pictures', 'classes']),
  pictures: z.string(),
  split: z.enum(['train', 'test']),
}

function checkConfig({ rows, columns, faces, pictures, split }: ConfigPairs, fail: Fail): void {
  const cells = rows * columns
  if (cells % 2 === 1) fail('columns', `${rows} by ${columns} is an odd number of cards: change rows or columns`)
  else if (!isPictureSet(pictures))
    fail('pictures', `there is no picture set '${pictures}'; choose one of ${pictureSetNames().join(', ')}, or register it first`)
  else if (faces !== 'symbols') {
    const most = poolOf(pictures, split).usable.length
    if (2 * most < cells)
      fail('faces', `the set '${pictures}' has ${most} classes, too few for ${cells / 2} pairs: lower rows or columns, or choose symbols`)
  }
}

/** Strict schema of the config, with defaults. */
export const configPairs: Schema<ConfigPairs> = z
  .strictObject({
    rows: z._default(fields.rows, 4),
    columns: z._default(fields.columns, 4),
    peek: z._default(fields.peek, true),
    faces: z._default(fields.faces, 'symbols'),
    pictures: z._default(fields.pictures, 'bundled'),
    split: z._default(fields.split, 'train'),
  })
  .check(acrossFields(checkConfig))

/** A position. */
export interface StatePairs extends ConfigPairs {
  /** By cell, row-major: what the card is (a symbol, 6 x colour + shape, or a class), -1 where it was taken away. */
  readonly board: readonly number[]
  /** By cell: the picture of the card within its class; -1 for symbols and where the card was taken away. */
  readonly shown: readonly number[]
  /** By cell: 1 if the card was ever face up. */
  readonly seen: readonly number[]
  /** The cards that are face up, ascending: none, one or two, or all at the start of a game with `peek`. */
  readonly open: readonly number[]
  /** Cards turned. */
  readonly moves: number
  readonly rng: RngState
}

const CELLS_MAX = SIDE_MAX * SIDE_MAX

/** Schema of a state. */
export const statePairs: Schema<StatePairs> = z
  .strictObject({
    ...fields,
    board: z.array(whole(TAKEN)).check(z.maxLength(CELLS_MAX)),
    shown: z.array(whole(NO_PICTURE)).check(z.maxLength(CELLS_MAX)),
    seen: z.array(whole(0, 1)).check(z.maxLength(CELLS_MAX)),
    open: z.array(whole(0, CELLS_MAX - 1)).check(z.maxLength(CELLS_MAX)),
    moves: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      checkConfig(state, fail)
      if (isPictureSet(state.pictures)) checkCards(state, fail)
    }),
  )

function checkCards(state: StatePairs, fail: Fail): void {
  const { rows, columns, board, shown, seen, open, peek } = state
  const cells = rows * columns
  const count = new Map<number, number>()
  for (const kind of board) if (kind !== TAKEN) count.set(kind, (count.get(kind) ?? 0) + 1)
  const odd = [...count].find(([, times]) => times !== 2)
  if (board.length !== cells) fail('board', `expected ${cells} cards for ${rows} by ${columns}, got ${board.length}`)
  else if (odd !== undefined) fail('board', `expected two cards of each kind, got ${odd[1]} of kind ${odd[0]}`)
  else if (shown.length !== cells || board.some((kind, at) => !isFace(state, kind, shown[at]!)))
    fail('shown', `expected ${cells} of them: a picture of each card's class, or ${NO_PICTURE}`)
  else if (seen.length !== cells) fail('seen', `expected ${cells} of them, one a card, got ${seen.length}`)
  else if (open.some((at, i) => at >= cells || board[at] === TAKEN || seen[at] === 0 || (i > 0 && at <= open[i - 1]!)))
    fail('open', 'expected cards that were seen and are on the board, ascending')
  else if (!(peek && open.length === present(state)) && (open.length > 2 || (open.length === 2 && board[open[0]!] === board[open[1]!])))
    fail('open', `expected one card or two that differ${peek ? ', or all' : ''}, got ${open.length}`)
}

/** Whether a card of a kind can show a picture. */
function isFace({ faces, pictures, split }: ConfigPairs, kind: number, picture: number): boolean {
  if (kind === TAKEN) return picture === NO_PICTURE
  if (faces === 'symbols') return kind < SYMBOLS && picture === NO_PICTURE
  return poolOf(pictures, split).faces[kind]?.includes(picture) === true
}

const present = ({ board }: Pick<StatePairs, 'board'>): number => board.filter((kind) => kind !== TAKEN).length

const cell = whole(0, CELLS_MAX - 1)
const side = whole(SIDE_MIN, SIDE_MAX)

/** Schema of an event; see `step`. */
export const eventPairs: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('turned'), cell }),
  z.strictObject({ kind: z.literal('pair'), first: cell, second: cell, columns: side }),
  z.strictObject({ kind: z.literal('differ'), first: cell, second: cell, columns: side }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('cleared') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['taken', 'open', 'ended']), action: cell, columns: z.optional(side) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: pairs of kinds drawn from all there are, shuffled; all face up with `peek`, else all face down. */
export function init(config: ConfigPairs, seed: number): StatePairs {
  const rng = seededRng(seed, 'pairs', 'init')
  const cards = dealt(config, rng)
  const open = config.peek ? cards.board.map((_, at) => at) : []
  const seen = cards.board.map(() => (config.peek ? 1 : 0))
  return { ...config, ...cards, seen, open, moves: 0, rng: rng.state() }
}

function dealt(config: ConfigPairs, rng: Rng): Pick<StatePairs, 'board' | 'shown'> {
  const { rows, columns, faces } = config
  const pool = faces === 'symbols' ? null : poolOf(config.pictures, config.split)
  const all = pool?.usable ?? Array.from({ length: SYMBOLS }, (_, at) => at)
  const kinds = rng.shuffle(all).slice(0, (rows * columns) / 2)
  const cards = kinds.flatMap((kind) => {
    if (pool === null) return [[kind, NO_PICTURE] as const, [kind, NO_PICTURE] as const]
    const [one, other = one] = rng.shuffle(pool.faces[kind]!)
    return [[kind, one!] as const, [kind, (faces === 'classes' ? other : one)!] as const]
  })
  const order = rng.shuffle(cards)
  return { board: order.map(([kind]) => kind), shown: order.map(([, picture]) => picture) }
}

/**
 * A board for even training of perception: some pairs taken away; with `peek` as often as not all others face up, else one card, and most others seen
 * before.
 */
export function scatter(config: ConfigPairs, seed: number): StatePairs {
  const rng = seededRng(seed, 'pairs', 'scatter')
  const cards = dealt(config, rng)
  const kinds = [...new Set(cards.board)]
  const gone = new Set(kinds.slice(0, rng.int(Math.ceil(kinds.length / 2))))
  const board = cards.board.map((kind) => (gone.has(kind) ? TAKEN : kind))
  const shown = cards.shown.map((picture, at) => (board[at] === TAKEN ? NO_PICTURE : picture))
  const there = board.flatMap((kind, at) => (kind === TAKEN ? [] : [at]))
  const all = config.peek && rng.int(2) === 0
  const open = all ? there : [rng.pick(there)]
  const seen = board.map((_, at) => (all || open.includes(at) || rng.int(8) > 0 ? 1 : 0))
  return { ...config, board, shown, seen, open, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ rows, columns, peek, faces, pictures, split }: StatePairs): ConfigPairs {
  return { rows, columns, peek, faces, pictures, split }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StatePairs, seed: number): StatePairs {
  return { ...state, rng: seededRng(seed, 'pairs', 'chance').state() }
}

/** Whether all cards were taken away. */
export const terminated = ({ board }: StatePairs): boolean => board.every((kind) => kind === TAKEN)

/** The first card of a turn that is face up; undefined between turns. */
export const firstOf = ({ open }: StatePairs): number | undefined => (open.length === 1 ? open[0] : undefined)

const LISTS = Array.from({ length: CELLS_MAX + 1 }, (_, count) => Array.from({ length: count }, (_, at) => at))

/** All cells. */
export const actions = ({ rows, columns }: ConfigPairs): readonly number[] => LISTS[rows * columns]!

/** The cells with a card, but that of the first card of a turn. */
export function legalActions(state: StatePairs): number[] {
  const first = firstOf(state)
  return actions(state).filter((at) => state.board[at] !== TAKEN && at !== first)
}

/**
 * Turns a card. Two cards of a turn that are a pair are taken away and earn 2; two that differ cost 1 and stay face up until the next card is turned.
 * Events: {kind: 'turned', cell} for the first card, {kind: 'pair' | 'differ', first, second, columns} for the second, then {kind: 'ended', reason:
 * 'cleared'} at the end; {kind: 'refused', reason: 'taken' | 'open', action, columns} alone for a cell without a card and for the first card itself.
 */
export function step(state: StatePairs, action: number): StepResult<StatePairs> {
  const { rows, columns, board } = state
  if (!actions(state).includes(action))
    throw new GameError(`${JSON.stringify(action)} is not an action of picture pairs here: use a cell from 0 to ${rows * columns - 1}.`)
  const first = firstOf(state)
  if (board[action] === TAKEN || action === first) {
    const reason = action === first ? 'open' : 'taken'
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason, action, columns }] }
  }
  const seen = state.seen[action] === 1 ? state.seen : state.seen.with(action, 1)
  const base = { ...configOf(state), moves: state.moves + 1, rng: state.rng }
  const played = (next: StatePairs, reward: number, events: GameEvent[]): StepResult<StatePairs> => {
    const over = terminated(next)
    if (over) events.push({ kind: 'ended', reason: 'cleared' })
    return { state: next, reward, legal: true, terminated: over, events }
  }
  if (first === undefined)
    return played({ ...base, board, shown: state.shown, seen, open: [action] }, 0, [{ kind: 'turned', cell: action }])
  if (board[first] !== board[action]) {
    const open = [first, action].sort((a, b) => a - b)
    const event = { kind: 'differ', first, second: action, columns }
    return played({ ...base, board, shown: state.shown, seen, open }, MISS, [event])
  }
  const without = (cells: readonly number[], value: number): number[] => cells.with(first, value).with(action, value)
  const taken = { board: without(board, TAKEN), shown: without(state.shown, NO_PICTURE), seen, open: [] }
  return played({ ...base, ...taken }, PAIR, [{ kind: 'pair', first, second: action, columns }])
}
