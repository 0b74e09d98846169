/**
 * Scoring thoughts in one pass, without making statements of them: equal to the share of true ones among what a game's `judge` gives.
 *
 * Thoughts are often the truth to the letter, as a whole or in most lines. So the whole is compared first, then line by line; words are looked
 * at on other lines alone. Texts are compared as slices with `===`, which V8 does many times faster than `startsWith` or a loop over characters.
 */
import type { Statement } from '../../game.ts'
import { judged, linesIn, piecesIn } from './statements.ts'

/** True thoughts: as they are written, and line by line. */
export interface TrueThoughts {
  /** The lines, joined with line feeds. */
  readonly text: string
  readonly lines: readonly TrueLine[]
  /** Words on all lines, heads not counted. */
  readonly count: number
}

/** A line of true thoughts. */
export interface TrueLine {
  /** Head and words, joined with single spaces. */
  readonly text: string
  /** What the line must begin with: words with single spaces between. */
  readonly head: string
  /** The true words in their order; single spaces within. */
  readonly words: readonly string[]
  /** Most words that may stand after the head. */
  readonly most: number
  /** Sticky pattern of any word of the grammar. */
  readonly word: RegExp
}

/** A line of true words after a head; without `most`, there is room for no more words than these. */
export function trueLine(head: string, words: readonly string[], word: RegExp, most: number = words.length): TrueLine {
  return { text: `${head} ${words.join(' ')}`, head, words, most, word }
}

/** The thoughts of these lines. */
export function trueThoughts(lines: readonly TrueLine[]): TrueThoughts {
  let text = ''
  let count = 0
  for (const line of lines) {
    text += count === 0 ? line.text : `\n${line.text}`
    count += line.words.length
  }
  return { text, lines, count }
}

/** White space as `trim` and `\s` mean it. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || (code >= 160 && /\s/.test(String.fromCharCode(code)))
}

/** The first place from `at` on that is no white space, `end` if there is none. */
function skip(text: string, at: number, end: number): number {
  let next = at
  while (next < end && isSpace(text.charCodeAt(next))) next++
  return next
}

/** The end of `word` if it stands at `at` and ends there, else -1. */
function after(text: string, at: number, word: string): number {
  const next = at + word.length
  return text.slice(at, next) === word && (next === text.length || isSpace(text.charCodeAt(next))) ? next : -1
}

/** Share of the true words that stand at their places, 0..1; 0 for a text that does not keep to the grammar. */
export function trueShare(text: string, truth: TrueThoughts): number {
  return text === truth.text ? 1 : Math.max(0, trueWords(text, truth.lines)) / truth.count
}

/**
 * How many words of a text are the true ones of their places; -1 if it does not keep to the grammar: other lines or heads, a word that is
 * none, too many words on a line. Blank lines and the amount of white space between words are free. A line that is written as the truth is
 * counts as a whole.
 */
export function trueWords(text: string, truth: readonly TrueLine[]): number {
  let right = 0
  let line = 0
  for (let at = skip(text, 0, text.length); at < text.length; at = skip(text, at, text.length)) {
    const expected = truth[line++]
    if (expected === undefined) return -1
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed
    const same = text.slice(at, end) === expected.text ? expected.words.length : wordsOfLine(text, at, end, expected)
    if (same < 0) return -1
    right += same
    at = end
  }
  return line === truth.length ? right : -1
}

/** Where the words begin after a line's head; -1 if another stands there. */
function afterHead(text: string, from: number, end: number, head: string): number {
  let at = after(text, from, head)
  if (at >= 0) return skip(text, at, end)
  at = from
  for (const part of head.split(' ')) {
    const next = after(text, at, part)
    if (next < 0 || next > end) return -1
    at = skip(text, next, end)
  }
  return at
}

/** As `trueWords`, for one line: `text` from its first character that is no white space to `end`. */
function wordsOfLine(text: string, from: number, end: number, { head, words, most, word }: TrueLine): number {
  let at = afterHead(text, from, end, head)
  if (at < 0) return -1
  let right = 0
  let count = 0
  for (; at < end; count++) {
    const expected = words[count]
    let next = expected === undefined ? -1 : after(text, at, expected)
    if (next >= 0) right++
    else {
      word.lastIndex = at
      if (!word.test(text)) return -1
      next = word.lastIndex
      if (next < text.length && !isSpace(text.charCodeAt(next))) return -1
      if (text.slice(at, next).replace(/\s+/g, ' ') === expected) right++
    }
    if (next > end) return -1
    at = skip(text, next, end)
  }
  return count > most ? -1 : right
}

/** `make` for a state, made once as long as it is asked of the same state again and again: the replies of a group share their truth. */
export function onceForEach<S extends object, T>(make: (state: S) => T): (state: S) => T {
  let last: { readonly state: S; readonly value: T } | undefined
  return (state) => {
    if (last?.state !== state) last = { state, value: make(state) }
    return last.value
  }
}

/**
 * The words of a readable text, each with whether it is the true one of its place; none if it is unreadable. For thoughts whose words and heads
 * have no white space within. What `trueShare` counts.
 */
export function judgeLines(think: string, { lines: truth }: TrueThoughts): Statement[] {
  if (think.length > 4096) return []
  const lines = linesIn(think)
  if (lines.length !== truth.length) return []
  const said: Statement[] = []
  for (const [at, line] of lines.entries()) {
    const { head, words: expected, most, word } = truth[at]!
    const [first, ...words] = piecesIn(line, /\S+/g)
    if (first?.text !== head || words.length > most || !words.every(({ text }) => isWhole(word, text))) return []
    said.push(...judged(words, (text, i) => text === expected[i]))
  }
  return said
}

/** Whether a sticky pattern takes a text as a whole. */
function isWhole(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0
  return pattern.test(text) && pattern.lastIndex === text.length
}
