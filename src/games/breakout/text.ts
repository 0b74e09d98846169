/** Every text of Breakout but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, ParsedAction, PerceptionFacet, SectionLayout, Statement } from '../../game.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { linesIn, piecesIn } from '../shared/statements.ts'
import { BRICK, COLUMNS_MAX, COLUMNS_MIN, HEIGHT, type Place, ROWS_MAX } from './rules.ts'
import { type ConfigBreakout, LOST, paddleRange, type StateBreakout } from './state.ts'

/** What is seen. Lengths are tenths of a brick's width, from the left and from the top of the field. */
export interface SeenField {
  /** The middle of the ball. */
  readonly ball: Place
  /** The same in the frames before, the latest first. */
  readonly trail: readonly Place[]
  /** The middle of the paddle. */
  readonly paddle: number
  /** By row from the top, by column from the left: 1 where a brick is. */
  readonly bricks: readonly (readonly number[])[]
}

/** How far off, in tenths of a brick, a place is worth nothing: one brick's width. */
export const TOLERANCE = BRICK.width

function of({ ball, trail, at, bricks, rows, columns }: StateBreakout): SeenField {
  return {
    ball: [ball.x, ball.y],
    trail: trail.map(([x, y]): Place => [x, y]),
    paddle: at,
    bricks: Array.from({ length: rows }, (_, row) => bricks.slice(row * columns, (row + 1) * columns)),
  }
}

/** 'ball x y', 'trail x y x y', 'paddle x', and a line 'row # . #' for each row of bricks. */
function format({ ball, trail, paddle, bricks }: SeenField): string {
  const rows = bricks.map((row) => `row ${row.map((there) => (there === 1 ? '#' : '.')).join(' ')}`)
  return [`ball ${ball.join(' ')}`, `trail ${trail.flat().join(' ')}`, `paddle ${paddle}`, ...rows].join('\n')
}

const NUMBER = '(?:0|[1-9][0-9]{0,2})'
const LINES: readonly [head: string, words: RegExp][] = [
  ['ball', new RegExp(`^${NUMBER} ${NUMBER}$`)],
  ['trail', new RegExp(`^${NUMBER} ${NUMBER}(?: ${NUMBER} ${NUMBER}){0,2}$`)],
  ['paddle', new RegExp(`^${NUMBER}$`)],
]
const ROW = /^[#.](?: [#.]){5,11}$/

function parse(text: string): SeenField | null {
  if (text.length > 1024) return null
  const lines = linesIn(text).map(({ text: line }) => line.trim().split(/\s+/))
  const rows = lines.slice(LINES.length)
  const numbers = LINES.map(([head, pattern], at) => {
    const [first, ...words] = lines[at] ?? []
    return first === head && pattern.test(words.join(' ')) ? words.map(Number) : null
  })
  if (numbers.includes(null)) return null
  const [own, before, at] = numbers as [number[], number[], number[]]
  const read = rows.map(([head, ...words]) =>
    head === 'row' && ROW.test(words.join(' ')) ? words.map((word) => (word === '#' ? 1 : 0)) : null,
  )
  if (read.length === 0 || read.length > ROWS_MAX || read.some((row) => row === null || row.length !== read[0]!.length)) return null
  const places = Array.from({ length: before.length / 2 }, (_, k): Place => [before[2 * k]!, before[2 * k + 1]!])
  return { ball: [own[0]!, own[1]!], trail: places, paddle: at[0]!, bricks: read as number[][] }
}

/** 1 for the place itself, falling evenly to 0 at TOLERANCE. */
const near = (distance: number): number => Math.max(0, 1 - distance / TOLERANCE)

const nearPlace = ([ax, ay]: Place, [bx, by]: Place): number => near(Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2))

/**
 * The mean of four parts, each 0 to 1: the ball, its frames before (the mean of them), the paddle, each by distance (`near`), and the share of
 * bricks and gaps that are right.
 */
function agreement(truth: SeenField, read: SeenField): number {
  const frames = Math.max(truth.trail.length, read.trail.length)
  const trail = truth.trail.reduce((sum, place, k) => sum + (read.trail[k] === undefined ? 0 : nearPlace(place, read.trail[k])), 0) / frames
  const size = ({ bricks }: SeenField): number => bricks.length * bricks[0]!.length
  const right = truth.bricks.flatMap((row, r) => row.filter((there, c) => read.bricks[r]?.[c] === there)).length
  const bricks = right / Math.max(size(truth), size(read))
  return (nearPlace(truth.ball, read.ball) + trail + near(Math.abs(truth.paddle - read.paddle)) + bricks) / 4
}

/** A statement a number and a brick: whether it is exactly so. */
function judge(truth: SeenField, text: string): Statement[] {
  if (parse(text) === null) return []
  const expected = format(truth).split('\n')
  return linesIn(text).flatMap((line, at) => {
    const words = expected[at]?.split(' ') ?? []
    const [, ...said] = piecesIn(line, /\S+/g)
    return said.map(({ text: word, start }, k) => ({ start, end: start + word.length, holds: word === words[k + 1] }))
  })
}

/** Objects with places, and the bricks. */
export const perception: PerceptionFacet<StateBreakout, ConfigBreakout, SeenField> = {
  of,
  format,
  parse,
  agreement,
  judge,
  layout: ({ rows, columns, frames }) => ({
    example: [
      'ball x y',
      `trail ${Array.from({ length: frames - 1 }, () => 'x y').join(' ')}`,
      'paddle x',
      ...Array.from({ length: rows }, () => `row ${Array.from({ length: columns }, () => 'b').join(' ')}`),
    ].join('\n'),
    how: `write where things are, in whole tenths of a brick's width: x from the left edge of the field and y from its top, of the middle of the ball, of the middles of its ${frames - 1 === 1 ? 'earlier place' : `${frames - 1} earlier places, the latest (largest dot) first`}, and x of the middle of the paddle; then a line for each of the ${rows} rows of bricks from the top, whether or not bricks are left in it, with # for a brick and . for a gap, ${columns} a row`,
  }),
}

/** The place of the paddle's middle. */
export const formatAction = (action: number): string => String(action)

const rangeOf = ({ columns }: Pick<ConfigBreakout, 'columns'>): string => `one whole number from 0 to ${columns * BRICK.width}`

/** Exactly one whole number along the field, without leading zeros; whether the paddle fits there is the rules' business. */
export function parseAction(text: string, state: StateBreakout): ParsedAction<number> {
  const found = text.length > 256 ? null : /^\s*(0|[1-9][0-9]{0,2})\s*$/.exec(text)
  const action = Number(found?.[1])
  return action <= state.columns * BRICK.width ? { action } : { reason: shownAnswer(text, rangeOf(state)) }
}

/** How an answer is written. */
export const answerLayout = (config: ConfigBreakout): SectionLayout => ({ example: 'x', how: `put ${rangeOf(config)} and nothing else` })

/** Goal, rules and actions. */
export function rules(config: ConfigBreakout): string {
  const { columns, rows, paddle, parts, speed, balls, frames } = config
  const { least, count } = paddleRange(config)
  return [
    `The picture shows a field with ${rows === 1 ? 'one row' : `${rows} rows`} of at most ${columns} bricks at the top, a paddle at the bottom and a falling ball. Small dots show where the ball was in the ${frames - 1 === 1 ? 'frame before' : `${frames - 1} frames before, the larger the later`}.`,
    `All lengths are in tenths of a brick's width: the field is ${columns * BRICK.width} wide and ${HEIGHT} high, a brick ${BRICK.height} high, the paddle ${paddle} wide.`,
    '',
    'Rules',
    '- The ball flies straight and bounces off the left, right and upper edges and off bricks. A brick that it hits is gone and earns 1 point.',
    `- One move sends the paddle to a place. It moves ${speed} a frame at most, until the ball comes down on it or beside it. Then the ball flies on, until it has come down half way again and the next picture is shown.`,
    `- The paddle has ${parts} equal parts. The left ones send the ball up to the left, the right ones to the right, the outer ones at a flatter angle${parts === 2 ? ' than inner ones would' : ''}.`,
    `- A ball that the paddle misses is lost and costs ${-LOST} points. There are ${balls} in a game; the next one starts from the paddle, and bricks on its first way up earn nothing.`,
    `- When no brick is left you earn ${rows * columns} points more, and the game is over. It is over too when all balls are lost.`,
    '',
    `Action: where the middle of the paddle goes, in tenths of a brick's width from the left edge, ${least} to ${least + count - 1} so that the paddle stays in the field.`,
  ].join('\n')
}

const TOLD = ['lost', 'refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateBreakout>): GameEvent | undefined {
  return result?.events.findLast(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateBreakout>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing moved.'
  if (event.kind === 'ended') return `The game is over: ${event.reason === 'cleared' ? 'no brick is left' : 'all balls are lost'}.`
  if (event.kind === 'lost')
    return `The ball came down at ${event.x} and was lost: the paddle was at ${event.paddle}. Balls left: ${event.left}.`
  return event.reason === 'ended'
    ? 'Your move was refused: the game is over.'
    : `${event.action} was refused: the middle of the paddle must be at ${event.least} to ${event.most}.`
}

const NUMBERS = Array.from({ length: HEIGHT + 1 }, (_, value) => String(value))

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'breakout',
  ...Array.from({ length: COLUMNS_MAX - COLUMNS_MIN + 1 }, (_, i) =>
    Array.from({ length: ROWS_MAX }, (_, k) => ` ${COLUMNS_MIN + i}x${k + 1}`),
  ).flat(),
  ...[' ok', ' lost', ' refused', ' unreadable'],
  ...['\nball', '\ntrail', '\npaddle', '\nrow', ' #', ' .'],
  ...['\nlands', '\nframes', '\nreach', '\nhits'],
  ...NUMBERS.flatMap((number) => [number, ` ${number}`]),
]

/** The texts for the embedded engine: 'breakout 8x3', and ' ok', ' lost', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateBreakout, ConfigBreakout> = {
  prompt: ({ columns, rows }) => `breakout ${columns}x${rows}`,
  feedback: (result) => {
    const kind = eventOf(result)?.kind
    return kind === 'refused' || kind === 'unreadable' || kind === 'lost' ? ` ${kind}` : ' ok'
  },
  lexicon: () => LEXICON,
}
