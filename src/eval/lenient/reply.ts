/**
 * The lenient reading of a reply, beside the strict one that decides play and all other scores: what a model meant, where it decorated its
 * answer or its board in a usual way. It never reads a move from a text that names two. It sees the stored text alone.
 */
import type { AnyGame } from '../../game.ts'
import { formatGrid } from '../../games/shared/grid-text.ts'
import { type ParsedReply, parseReply, type ReplyReading } from '../../gym/index.ts'
import { answerIn, lenientAction } from './answer.ts'
import { lenientBoard } from './board.ts'
import { parsed, plainText, unfenced } from './plain.ts'

/** What a reply means. */
export interface LenientReading {
  /** Canonical text of the action; null: none was found. */
  readonly action: string | null
  /** What the game sees in the perception; null: nothing was found. */
  readonly perception: unknown
}

/** What the strict readers made of a reply, so that only the rest is read anew. */
export interface StrictReading extends ReplyReading {
  /** Canonical text of the action, or null. */
  readonly action: string | null
}

/** Longest reply that is looked at, characters. */
const LONGEST = 65_536

/** A tag of either set, however it is written. */
const TAG = /<[ \t]{0,4}(\/?)[ \t]{0,4}(perception|think|answer|rationale|move)[ \t]{0,4}>/gi

/** Reads what the strict readers could not. */
export function lenientReading(game: AnyGame, state: unknown, text: string, strict: StrictReading): LenientReading {
  const { action, perception } = strict
  if ((action !== null && perception !== null) || text.length > LONGEST) return { action, perception }
  const sections = sectionsOf(plainText(text))
  return {
    action: action ?? agreed(answersOf(text, strict.parsed, sections), (said) => lenientAction(game, state, said), String),
    perception: perception ?? agreed(boardsOf(text, strict.parsed, sections), (said) => lenientPerception(game, said), JSON.stringify),
  }
}

/** The perception of a board that is drawn in another way than the game's; of grids alone. */
function lenientPerception(game: AnyGame, text: string): unknown {
  const board = lenientBoard(game, text)
  return board === null ? null : game.perception.parse(formatGrid(board))
}

/** What all texts say; null if there is none, one cannot be read, or two differ. */
function agreed<T>(texts: readonly string[], read: (text: string) => T | null, keyOf: (value: T) => string): T | null {
  const values = texts.map(read)
  const [first = null] = values
  if (first === null || values.some((value) => value === null || keyOf(value) !== keyOf(first))) return null
  return first
}

interface Section {
  /** Lower case. */
  readonly name: string
  readonly text: string
}

/** The texts between an open tag and the close tag that follows it; an open answer at the end runs to the end. */
function sectionsOf(text: string): Section[] {
  const tags = [...text.matchAll(TAG)].map((match) => ({
    name: (match[2] as string).toLowerCase(),
    closes: match[1] === '/',
    from: match.index,
    to: match.index + match[0].length,
  }))
  return tags.flatMap(({ name, closes, to }, i): Section[] => {
    const next = tags[i + 1]
    if (closes || (next !== undefined && !(next.closes && next.name === name))) return []
    if (next === undefined && !isAnswer(name)) return []
    return [{ name, text: text.slice(to, next?.from) }]
  })
}

const isAnswer = (name: string): boolean => name === 'answer' || name === 'move'

/** The texts that may hold the answer: they must all say the same. */
function answersOf(text: string, { answer }: ParsedReply, sections: readonly Section[]): string[] {
  if (answer !== null) return [answer]
  const tagged = sections.filter(({ name }) => isAnswer(name))
  return tagged.length > 0 ? tagged.map((section) => section.text) : untagged(text)
}

/** The answer of a reply that has no answer tags: in its JSON, in boxes, in a last line that calls it so, or the whole of a short reply. */
function untagged(text: string): string[] {
  const bare = text.trim()
  const json = jsonOf(bare)
  if (json !== undefined) return [answerIn(json) ?? '']
  const boxes = [...plainText(bare).matchAll(/\\boxed\s*\{[^{}]{1,80}\}|<\|begin_of_box\|>[^<>]{1,80}<\|end_of_box\|>/g)].map(
    ([box]) => box,
  )
  if (boxes.length > 0) return boxes
  const last = bare.split('\n').at(-1)?.trim() ?? ''
  return last === bare || /^\**(?:the |my |final |best )*(?:answer|move|action)\**\s*(?:is\b|:|=)/i.test(last) ? [last] : []
}

/** The texts that may hold the board. */
function boardsOf(text: string, { perception }: ParsedReply, sections: readonly Section[]): string[] {
  if (perception !== null) return [perception]
  const tagged = sections.filter(({ name }) => name === 'perception')
  if (tagged.length > 0) return tagged.map((section) => section.text)
  const json = jsonOf(text.trim())
  const [board] = ['perception', 'board', 'grid'].flatMap((key) => (json !== undefined && Object.hasOwn(json, key) ? [json[key]] : []))
  return board === undefined ? [] : [typeof board === 'string' ? board : JSON.stringify(board)]
}

/** The JSON object that a text is, within a code fence too; undefined if it is not one. */
function jsonOf(text: string): Record<string, unknown> | undefined {
  const inner = unfenced(text)
  const value = inner.startsWith('{') ? parsed(inner) : undefined
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}

/** The strict readings of a reply. `action`: as the score has it. */
export function strictReading(game: AnyGame, text: string, action: string | null): StrictReading {
  const reply = parseReply(text)
  return { parsed: reply, action, perception: reply.perception === null ? null : game.perception.parse(reply.perception) }
}
