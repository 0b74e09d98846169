/**
 * What a server sent, put together to the reply that the model wrote. Two things happen on the way from a model to its client:
 *
 * - A server with a reasoning parser takes `<think>` for its own. With the paper's tags it cuts our layout there: what stands before and
 *   inside it is moved to a field of thoughts, or dropped, and only `<answer>` is left in the content. It is put together again.
 * - A model that thinks by itself puts its thoughts before the layout, or between its sections. A server without a parser leaves them in the
 *   content. They are no part of the layout: what is left counts, even if they quote the layout.
 *
 * A reply that is nothing but the layout, in either tag set, is never changed. Nothing is made up: every text comes from the server, only the
 * tags of the thoughts are written again.
 */
import { parseReply } from '../gym/index.ts'
import type { Assembly } from '../policy.ts'

/** A message, with what its server keeps apart as thoughts. */
export interface SentReply {
  readonly content: string | null
  readonly reasoning: string | null
  /** The reply was cut at the limit of tokens: thoughts without content are unfinished then. */
  readonly cut: boolean
}

/** The text to read, and how it was put together; `assembly` is absent if the text is the content. */
export interface AssembledReply {
  readonly text: string
  readonly assembly?: Assembly
}

/** Spellings of native thoughts: what opens them, what closes them. A chat template may have written the first of the two. */
const THOUGHTS = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['<|channel|>analysis', '<|channel|>final<|message|>'],
  ['<|channel>', '<channel|>'],
] as const

/** Closing tags of one spelling that are looked at, from the last one: the layout's own, and those of thoughts before it. */
const LOOKED_AT = 4

const [OPEN, CLOSE] = THOUGHTS[0]
const SECTIONS = ['perception', 'rationale', 'move', 'answer'] as const

/** Whether a tag of the layout stands in a text, thoughts left aside. */
const quotesLayout = (text: string): boolean => SECTIONS.some((name) => text.includes(`<${name}>`) || text.includes(`</${name}>`))

/** The text of a reply. Pure: the same for the same message. */
export function assembleReply({ content, reasoning, cut }: SentReply): AssembledReply {
  const said = content ?? ''
  const thoughts = reasoning ?? ''
  if (thoughts.trim() === '') return withoutThoughts(said)
  if (said.trim() !== '') return joined(said, thoughts) ?? withoutThoughts(said)
  const { text } = withoutThoughts(withOpenTag(thoughts))
  return !cut && endsLayout(text) ? { text, assembly: 'from-reasoning' } : { text: said }
}

/** Whether a text ends with a layout; a fence and marks of an end may follow it. */
function endsLayout(text: string): boolean {
  const at = Math.max(...['</answer>', '</move>'].map((tag) => text.lastIndexOf(tag)))
  return at >= 0 && /^<\/\w+>(?:\s|`|<\|[\w ]{1,40}\|>|<\/s>)*$/.test(text.slice(at))
}

/** The layout, cut apart by a parser. Null if that is not what happened. */
function joined(content: string, reasoning: string): AssembledReply | null {
  const said = content.trim().replace(/^<\/think>\s*/, '')
  if (said.includes('</move>')) return neutralJoined(said, reasoning)
  if (said.includes(OPEN) || said.includes(CLOSE) || !said.includes('<answer>')) return null
  if (!said.includes('<perception>')) return beforeAnswer(said, reasoning)
  // The thoughts were cut out of the middle.
  const end = said.indexOf('</perception>') + '</perception>'.length
  const thoughts = bare(reasoning)
  if (!said.startsWith('<perception>') || !/^\s*<answer>/.test(said.slice(end)) || quotesLayout(thoughts)) return null
  return { text: `${said.slice(0, end)}\n${section(thoughts)}\n${said.slice(end).trimStart()}`, assembly: 'joined' }
}

/** The neutral layout, cut apart because a model thought in the middle of it: what stood before that is among the thoughts. */
function neutralJoined(said: string, reasoning: string): AssembledReply | null {
  const from = reasoning.lastIndexOf('<perception>')
  if (from < 0 || said.includes('<perception>')) return null
  const before = reasoning.slice(from).trim()
  const end = before.indexOf('</perception>') + '</perception>'.length
  const text = [before, before.slice(0, end)].map((part) => `${part}\n${said}`).find(isNeutral)
  return text === undefined ? null : { text, assembly: 'joined' }
}

function isNeutral(text: string): boolean {
  const { format, tags } = parseReply(text)
  return format === 1 && tags === 'neutral'
}

/** An answer without a perception: what stood before it is among the thoughts, or gone. */
function beforeAnswer(answer: string, reasoning: string): AssembledReply | null {
  const from = reasoning.lastIndexOf('<perception>')
  const to = reasoning.indexOf('</perception>', from)
  if (from < 0 || to < 0) {
    const thoughts = bare(reasoning)
    return quotesLayout(thoughts) || !answer.startsWith('<answer>')
      ? null
      : { text: `${section(thoughts)}\n${answer}`, assembly: 'perception-dropped' }
  }
  const end = to + '</perception>'.length
  const thoughts = bare(reasoning.slice(end))
  if (quotesLayout(thoughts)) return null
  return { text: `${reasoning.slice(from, end)}\n${section(thoughts)}\n${answer}`, assembly: 'joined' }
}

const section = (thoughts: string): string => `${OPEN}\n${thoughts}\n${CLOSE}`

/** Thoughts without the tags at their ends, which some servers leave there. */
function bare(thoughts: string): string {
  let text = thoughts.trim()
  if (text.startsWith(OPEN)) text = text.slice(OPEN.length)
  if (text.endsWith(CLOSE)) text = text.slice(0, -CLOSE.length)
  return text.trim()
}

/** Gives the layout the open tag back that a parser took, if its close tag is still there. */
function withOpenTag(text: string): string {
  const end = text.lastIndexOf('</perception>') + '</perception>'.length
  const rest = text.slice(end)
  if (!text.includes('</perception>') || rest.includes(OPEN) || !/<\/think>\s*<answer>/.test(rest)) return text
  return `${text.slice(0, end)}\n${OPEN}${rest}`
}

/** A text without the native thoughts that stand before the layout, or between its sections. */
function withoutThoughts(text: string): AssembledReply {
  const inside = layoutWithin(text)
  if (inside !== null) return { text: withoutThoughts(inside).text, assembly: 'from-reasoning' }
  const without = neutralWithoutThoughts(text)
  if (without !== text) return { text: without, assembly: 'thoughts-removed' }
  const end = Math.max(endOfElement(text), ...THOUGHTS.map(([open, close]) => endOfThoughts(text, open, close)))
  return end <= 0 ? { text } : { text: text.slice(end).trimStart(), assembly: 'thoughts-removed' }
}

/** The neutral layout without the model's thoughts, wherever they stand; any other text as it is. */
function neutralWithoutThoughts(text: string): string {
  if (!text.includes(OPEN) || !text.includes('</move>')) return text
  const without = text.replace(/<think>(?:(?!<think>)[\s\S])*?<\/think>\s*/g, '')
  return isNeutral(without) ? without : text
}

/**
 * Where an element of any name that the text begins with ends, or a block between marks like <|…|>, if nothing stands between that and the
 * layout; 0 if it is not so. The sections of the layout are no such elements.
 */
function endOfElement(text: string): number {
  const at = text.lastIndexOf('<perception>')
  const [, tag, mark] = /^\s*<(?:([a-z][\w:-]*)(?:\s[^<>]*)?>|(\|[^|<>]+\|)>)/i.exec(text) ?? []
  if (at <= 0 || (tag !== undefined && [...SECTIONS, 'think'].some((name) => name === tag))) return 0
  const before = text.slice(0, at).replace(/[\s`]+(?:xml|html|text)?\s*$/, '')
  const close = tag === undefined ? '|>' : `</${tag.toLowerCase()}>`
  const closes = (tag ?? mark) !== undefined && before.toLowerCase().endsWith(close) && before.trimStart() !== `<${mark}>`
  return closes ? before.length : 0
}

/** The layout that a model wrote at the end of its thoughts, closing them after it; null if something follows them. */
function layoutWithin(text: string): string | null {
  const trimmed = text.trim()
  const found = THOUGHTS.find(([, close]) => trimmed.endsWith(close))
  if (found === undefined) return null
  const [open, close] = found
  const body = trimmed.slice(0, -close.length).trimEnd()
  if (!endsLayout(body)) return null
  return body.startsWith(open) ? body.slice(open.length).trimStart() : body
}

/** Where native thoughts of one spelling end; 0 if there are none. */
function endOfThoughts(text: string, open: string, close: string): number {
  let at = text.lastIndexOf(close)
  for (let n = 0; n < LOOKED_AT && at >= 0; n++) {
    if (closesThoughts(text.slice(0, at), text.slice(at + close.length), open, close)) return at + close.length
    at = at === 0 ? -1 : text.lastIndexOf(close, at - 1)
  }
  return 0
}

/** Whether a closing tag ends native thoughts, by what stands before it and after it. */
function closesThoughts(before: string, after: string, open: string, close: string): boolean {
  if (close === CLOSE && isOwn(before)) return false
  const quotes = quotesLayout(before)
  if (after.includes('<perception>')) return close !== CLOSE || quotes || after.includes(OPEN) || after.includes('<rationale>')
  if (after.trim() === '' && endsLayout(before)) return false
  return (quotes || after.includes('<move>')) && !isInsideSection(before) && beginsWithThoughts(before, open, close)
}

/** Whether a `</think>` after this text is the layout's own: its open tag follows the perception, and nothing closed it yet. */
function isOwn(before: string): boolean {
  const open = before.lastIndexOf(OPEN)
  return open > before.lastIndexOf(CLOSE) && before.slice(0, open).trimEnd().endsWith('</perception>')
}

function isInsideSection(before: string): boolean {
  return isOwn(before) || SECTIONS.some((name) => before.lastIndexOf(`<${name}>`) > before.lastIndexOf(`</${name}>`))
}

/** Whether thoughts stand at the very beginning: they are opened there, or nowhere (the chat template has opened them); the layout does not. */
function beginsWithThoughts(before: string, open: string, close: string): boolean {
  const text = before.trimStart()
  if (text.startsWith('<perception>')) return false
  return text.startsWith(open) || before.split(open).length <= before.split(close).length
}
