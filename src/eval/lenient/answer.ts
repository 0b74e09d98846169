/**
 * An answer read leniently: usual decorations are taken off, one after another, until the game's own strict grammar reads what is left. Only
 * what surrounds the whole answer is taken off, so a text that names two moves, or says more than a move, stays unreadable.
 */
import type { AnyGame } from '../../game.ts'
import { parsed, plainText } from './plain.ts'

/** Longest answer that is looked at, characters. */
const LONGEST = 400
/** Decorations on one answer at most. */
const DEEPEST = 12

/** What an answer is called, in prose and as a key of JSON. */
const NOUN = '(?:answer|move|action|direction|choice|decision|option)(?:[ _-]?(?:id|number|index))?'
/** Elements that stand around an answer and say nothing of it. */
const ELEMENT = '(?:b|strong|i|em|u|code|pre|kbd|p|span|mark|answer|move|action|direction|choice|final|final_answer|output|result)'
/** Decorations that stand around an answer; the group is what they hold. */
const AROUND: readonly RegExp[] = [
  /^`{3,}[a-z]*\s([^`]+)`{3,}$/i,
  /^`+([^`]+)`+$/,
  /^\*{1,3}([^*]+)\*{1,3}$/,
  /^_{1,3}([^_]+)_{1,3}$/,
  /^["'“”‘’«»「」『』]+([^"'“”‘’«»「」『』]+)["'“”‘’«»「」『』]+$/,
  /^<\|begin_of_box\|>([^<>]+)<\|end_of_box\|>$/,
  /^\\(?:boxed|fbox|text|textbf|mathrm|mathbf)\s*\{(.*)\}$/s,
  /^\$+([^$]+)\$+$/,
  /^\\\((.+)\\\)$/s,
  /^\\\[(.+)\\\]$/s,
  /^\[([^[\]]+)\]$/,
  /^\(([^()]+)\)$/,
  /^\{([^{}]+)\}$/,
  new RegExp(`^<(${ELEMENT})>([^<>]+)</\\1>$`, 'i'),
  /^(?:#{1,6}|[>•*-])\s+(.+)$/s,
  /^([^.;!。]+)[.;!。]$/s,
  /^([^,、]+)[,、]$/s,
  /^([^()]+)\)$/,
]
const NAME = `(?:(?:the|my|your|final|best|next|correct|chosen)\\s+)*${NOUN}`
/** 'Answer: 2', 'The best move is 2', 'action = 2', 'move #2'; '**Final answer:** 2'; 'So 2', 'I choose 2', 'Slide down'. */
const BEFORE: readonly RegExp[] = [
  new RegExp(`^${NAME}(?:\\s*(?:is\\b|:|=|->|→)\\s*:?|\\s)\\s*#?(.+)$`, 'is'),
  /^(?:so|thus|hence|therefore|ok|okay|then|now)\b,?\s+(.+)$/is,
  /^(?:i(?:['’]ll| will| would|['’]d)?\s+)?(?:choose|pick|select|play|press|go(?:\s+with)?|swipe|slide|move|push|shift|swap)\s+(.+)$/is,
  new RegExp(`^\\*{2}${NAME}\\s*(?:is|:)?\\s*\\*{2}\\s*:?\\s*(.+)$`, 'is'),
]
const KEY = new RegExp(`^(?:(?:final|best|next)[_ ]?)?${NOUN}$`, 'i')

/** One decoration less; null if there is none. */
function undecorated(text: string): string | null {
  for (const pattern of [...AROUND, ...BEFORE]) {
    const found = pattern.exec(text)
    if (found !== null) return (found[2] ?? (found[1] as string)).trim()
  }
  return null
}

/** The canonical text of the action that an answer means; null if it means none, or more than one. */
export function lenientAction(game: AnyGame, state: unknown, text: string): string | null {
  if (text.length > LONGEST) return null
  let left: string | null = plainText(text).trim()
  for (let depth = 0; left !== null && left !== '' && depth < DEEPEST; depth++) {
    const action =
      plainAction(game, state, left) ?? namedTwice(game, state, left) ?? cellsAction(game, state, left) ?? jsonAction(game, state, left)
    if (action !== null) return action
    left = undecorated(left)
  }
  return null
}

/** By the strict grammar, or by a word that the game has for the answer. */
function plainAction(game: AnyGame, state: unknown, text: string): string | null {
  const answers = game.answer.spellings?.answers
  const word = text.toLowerCase()
  const said = answers !== undefined && Object.hasOwn(answers, word) ? (answers[word] as string) : text
  const read = game.answer.parse(said, state)
  return 'action' in read ? game.answer.format(state, read.action) : null
}

/** '2 (down)', 'down = 2', '**2** – down': the answer and the game's word for it, if both mean the same. */
function namedTwice(game: AnyGame, state: unknown, text: string): string | null {
  const parts = text.split(/[\s()=:,→>*`"{}\\–—-]+/).filter((part) => part !== '' && !/^(?:text|math)(?:bf|rm)?$/.test(part))
  const [first, second, ...more] = parts
  const words = game.answer.spellings?.answers
  if (first === undefined || second === undefined || more.length > 0 || words === undefined) return null
  if (Object.hasOwn(words, first.toLowerCase()) === Object.hasOwn(words, second.toLowerCase())) return null
  const [one, other] = [plainAction(game, state, first), plainAction(game, state, second)]
  return one === other ? one : null
}

/** What may stand between the numbers of an answer that names cells. */
const BETWEEN =
  /^(?:[\s()[\]{},;:|&→–↔⇄⇔⟷]|<?[-=]>|\\(?:left)?rightarrow\b|\\to\b|\b(?:and|to|with|swap|from|cells?|tiles?|position|at)\b|(?:rows?|columns?|cols?|r|c)(?=[\s:=\d])|=(?=\s?\d)|\)\s?[-/]\s?\(|\d)*$/i
/** Words that say which number is which. */
const PLACES = /\b(r|c)(?:ows?|ol(?:umn)?s?)?(?=[\s:=\d])|(?<=\d)(r|c)(?=\d)/gi

/** '(0,1) -> (0,2)', '[[0, 1], [0, 2]]': as many numbers as the game's own answers have, put into their layout. */
function cellsAction(game: AnyGame, state: unknown, text: string): string | null {
  const numbers = text.match(/\d+/g) ?? []
  if (numbers.length < 2 || !BETWEEN.test(text)) return null
  const places = (text.match(PLACES) ?? []).map((word) => word[0]?.toLowerCase()).join('')
  if (places !== '' && places !== 'rc'.repeat(numbers.length / 2)) return null
  const [some] = game.rules.actions(state)
  if (some === undefined) return null
  const layout = game.answer.format(state, some)
  if ((layout.match(/\d+/g) ?? []).length !== numbers.length) return null
  let at = 0
  return plainAction(
    game,
    state,
    layout.replace(/\d+/g, () => numbers[at++] as string),
  )
}

/** '{"move": 2}', '["up"]', '"2"'. An object must have one key that is called an answer. */
function jsonAction(game: AnyGame, state: unknown, text: string): string | null {
  if (!/^[[{"]/.test(text)) return null
  const value = answerIn(parsed(text))
  return value === undefined || value === text ? null : lenientAction(game, state, value)
}

/** Fields that stand in an order of their own. */
const ORDERED = [/^row$/i, /^col(umn)?$/i, /^(from|source|first|a|(cell|tile)_?1)$/i, /^(to|target|second|b|(cell|tile)_?2)$/i]

/** {"row": 0, "col": 1} and {"from": …, "to": …} as lists; any other value as it is. */
function listed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(listed)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([key, one]) => [ORDERED.findIndex((name) => name.test(key)), one] as const)
  const order = fields
    .map(([at]) => at)
    .sort((a, b) => a - b)
    .join()
  return order === '0,1' || order === '2,3' ? fields.toSorted(([a], [b]) => a - b).map(([, one]) => listed(one)) : value
}

/** The answer in a JSON value, as text; undefined if there is none, or more than one. */
export function answerIn(held: unknown): string | undefined {
  const value = listed(held)
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.length === 1 ? answerIn(value[0]) : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return undefined
  const said = Object.entries(value).filter(([key]) => KEY.test(key))
  return said.length === 1 ? answerIn((said[0] as [string, unknown])[1]) : undefined
}
