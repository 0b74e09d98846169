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

/** '<perception>', '</perception>', '<think>', … */
const tags = names.flatMap((name) => [`<${name}>`, `</${name}>`])

/** Character codes that the names begin with. */
const initials = names.map((name) => name.charCodeAt(0))

const MISSING = -1
const REPEATED = -2

/** Where each of the six tags stands: a position, MISSING or REPEATED. One pass over the text. */
function placesOf(text: string): number[] {
  const places = [MISSING, MISSING, MISSING, MISSING, MISSING, MISSING]
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const closes = text.charCodeAt(at + 1) === 47 ? 1 : 0
    const tag = initials.indexOf(text.charCodeAt(at + 1 + closes)) * 2 + closes
    if (tag >= 0 && text.startsWith(tags[tag]!, at)) places[tag] = places[tag] === MISSING ? at : REPEATED
  }
  return places
}

function readSection(text: string, section: number, places: readonly number[]): Section {
  for (const tag of [2 * section, 2 * section + 1]) {
    if (places[tag] === MISSING) return { span: null, text: null, problem: `The tag ${tags[tag]} is missing.` }
    if (places[tag] === REPEATED) return { span: null, text: null, problem: `The tag ${tags[tag]} occurs more than once.` }
  }
  const open = places[2 * section]!
  const close = places[2 * section + 1]!
  const start = open + tags[2 * section]!.length
  if (close < start) {
    return { span: null, text: null, problem: `The tag ${tags[2 * section + 1]} comes before ${tags[2 * section]}.` }
  }
  return { span: [open, close + tags[2 * section + 1]!.length], text: text.slice(start, close).trim(), problem: null }
}

/** Looks at what lies outside the three sections, and at their order. */
function layoutProblem(text: string, spans: readonly (readonly [number, number] | null)[]): string | null {
  let end = 0
  for (const span of spans) {
    if (span === null) continue
    const [from, to] = span
    if (from < end) return 'The sections overlap or are not in the order perception, think, answer.'
    if (from > end && text.slice(end, from).trim() !== '') return 'There is text outside the tags.'
    end = to
  }
  return end === text.length || text.slice(end).trim() === '' ? null : 'There is text outside the tags.'
}

/** Reads a reply by the two rules above. Never throws, whatever the text: other scripts, control characters, lone surrogates. */
export function parseReply(text: string): ParsedReply {
  if (text.length > maxReplyLength) {
    const problem = `The reply has ${text.length} characters; at most ${maxReplyLength} are read.`
    return { format: 0, perception: null, think: null, answer: null, problem }
  }
  const places = placesOf(text)
  const perception = readSection(text, 0, places)
  const think = readSection(text, 1, places)
  const answer = readSection(text, 2, places)
  const problem = perception.problem ?? think.problem ?? answer.problem ?? layoutProblem(text, [perception.span, think.span, answer.span])
  return { format: problem === null ? 1 : 0, perception: perception.text, think: think.text, answer: answer.text, problem }
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
