/**
 * The reply protocol: `<perception>…</perception><think>…</think><answer>…</answer>`. There is one reader and one writer of it, here.
 *
 * Rule of format: a text has format 1 if and only if, up to white space outside the tags, it is exactly the three tag pairs in this
 * order, and each of the six tags occurs exactly once anywhere in the text. Tags are case-sensitive and have no attributes.
 *
 * Rule of sections, independent of format: a section counts only if its open tag and its close tag each occur exactly once and in this
 * order; its text is what lies between them, trimmed. Otherwise it is null: two answers are no answer.
 *
 * Reading takes time linear in the text. A text over `maxReplyLength` is refused as a whole: format 0, no sections.
 */

/** What a reply says, section by section. `problem` is a sentence on the first departure from the format; null when format is 1. */
export interface ParsedReply {
  readonly format: 0 | 1
  readonly perception: string | null
  readonly think: string | null
  readonly answer: string | null
  readonly problem: string | null
}

/** The three texts of a reply. They must not contain tags themselves. */
export interface ReplySections {
  readonly perception: string
  readonly think: string
  readonly answer: string
}

/** Longest text that is read: 1 MiB, counted in UTF-16 code units. */
export const maxReplyLength = 1_048_576

const names = ['perception', 'think', 'answer'] as const

interface Section {
  /** Where the open tag begins and the close tag ends; null when the section does not count. */
  readonly span: readonly [number, number] | null
  readonly text: string | null
  readonly problem: string | null
}

/** Position of the only occurrence of a tag, or a sentence why there is none. */
function onlyPlace(text: string, tag: string): number | string {
  const first = text.indexOf(tag)
  if (first < 0) return `The tag ${tag} is missing.`
  return text.indexOf(tag, first + tag.length) < 0 ? first : `The tag ${tag} occurs more than once.`
}

function readSection(text: string, name: string): Section {
  const open = onlyPlace(text, `<${name}>`)
  if (typeof open === 'string') return { span: null, text: null, problem: open }
  const close = onlyPlace(text, `</${name}>`)
  if (typeof close === 'string') return { span: null, text: null, problem: close }
  const start = open + name.length + 2
  if (close < start) return { span: null, text: null, problem: `The tag </${name}> comes before <${name}>.` }
  return { span: [open, close + name.length + 3], text: text.slice(start, close).trim(), problem: null }
}

/** Looks at what lies outside the three sections, and at their order. */
function layoutProblem(text: string, spans: readonly (readonly [number, number])[]): string | null {
  let end = 0
  for (const [from, to] of spans) {
    if (from < end) return 'The sections overlap or are not in the order perception, think, answer.'
    if (text.slice(end, from).trim() !== '') return 'There is text outside the tags.'
    end = to
  }
  return text.slice(end).trim() === '' ? null : 'There is text outside the tags.'
}

/** Reads a reply by the two rules above. Never throws, whatever the text: other scripts, control characters, lone surrogates. */
export function parseReply(text: string): ParsedReply {
  if (text.length > maxReplyLength) {
    const problem = `The reply has ${text.length} characters; at most ${maxReplyLength} are read.`
    return { format: 0, perception: null, think: null, answer: null, problem }
  }
  const sections = names.map((name) => readSection(text, name))
  const spans = sections.flatMap((section) => (section.span === null ? [] : [section.span]))
  const problem = sections.find((section) => section.problem !== null)?.problem ?? layoutProblem(text, spans)
  const [perception, think, answer] = sections.map((section) => section.text) as [string | null, string | null, string | null]
  return { format: problem === null ? 1 : 0, perception, think, answer, problem }
}

/** The canonical reply: perception and think on lines of their own, the answer inline. */
export function formatReply(sections: ReplySections): string {
  const { perception, think, answer } = sections
  return `${forcedPerception(perception)}\n${think}\n</think>\n<answer>${answer}</answer>`
}

/**
 * The start of the canonical reply up to its thoughts: what is put in a model's mouth so that it goes on from a given perception. It ends
 * with the open tag of the thoughts, since the joint of the two sections is one word of the tokenizer.
 */
export function forcedPerception(perception: string): string {
  return `<perception>\n${perception}\n</perception>\n<think>`
}

/**
 * The words of the protocol for an engine's tokenizer: the four joints of `formatReply` (longest first), then each tag alone and the
 * line feed, so that every arrangement of tags can be written too.
 */
export const protocolLexicon: readonly string[] = [
  '\n</perception>\n<think>',
  '\n</think>\n<answer>',
  '<perception>',
  '</perception>',
  '<think>',
  '</think>',
  '<answer>',
  '</answer>',
  '\n',
]
