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

/** '<perception>', '</perception>', '<think>', … */
const tags = names.flatMap((name) => [`<${name}>`, `</${name}>`])

/** The tags without their '<': at most twelve characters, which are compared fastest. */
const endings = tags.map((tag) => tag.slice(1))

const MISSING = -1
const REPEATED = -2

/** Where each of the six tags stands: a position, MISSING or REPEATED. One pass over the text. */
function placesOf(text: string): number[] {
  const places = [MISSING, MISSING, MISSING, MISSING, MISSING, MISSING]
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const tag = tagAfter(text, at + 1)
    if (tag >= 0) places[tag] = places[tag] === MISSING ? at : REPEATED
  }
  return places
}

/** The tag whose '<' stands before `at`; -1 if it is none. */
function tagAfter(text: string, at: number): number {
  const closes = text.charCodeAt(at) === 47 ? 1 : 0
  const initial = text.charCodeAt(at + closes)
  const tag = closes + (initial === 112 ? 0 : initial === 116 ? 2 : 4)
  const ending = endings[tag]!
  return text.slice(at, at + ending.length) === ending ? tag : -1
}

/** Why a section does not count; null if it does. */
function sectionProblem(section: number, places: readonly number[]): string | null {
  const open = 2 * section
  const close = open + 1
  const odd = places[open]! < 0 ? open : close
  if (places[odd] === MISSING) return `The tag ${tags[odd]} is missing.`
  if (places[odd] === REPEATED) return `The tag ${tags[odd]} occurs more than once.`
  return places[close]! < places[open]! + tags[open]!.length ? `The tag ${tags[close]} comes before ${tags[open]}.` : null
}

/** The text of a section that counts. */
function sectionText(text: string, section: number, places: readonly number[]): string {
  return text.slice(places[2 * section]! + tags[2 * section]!.length, places[2 * section + 1]).trim()
}

/** Looks at what lies outside the three sections, which all count, and at their order. */
function layoutProblem(text: string, places: readonly number[]): string | null {
  let end = 0
  for (let tag = 0; tag < tags.length; tag += 2) {
    const from = places[tag]!
    if (from < end) return 'The sections overlap or are not in the order perception, think, answer.'
    if (!isBlank(text, end, from)) return 'There is text outside the tags.'
    end = places[tag + 1]! + tags[tag + 1]!.length
  }
  return isBlank(text, end, text.length) ? null : 'There is text outside the tags.'
}

function isBlank(text: string, from: number, to: number): boolean {
  return from === to || text.slice(from, to).trim() === ''
}

/** Reads a reply by the two rules above. Never throws, whatever the text: other scripts, control characters, lone surrogates. */
export function parseReply(text: string): ParsedReply {
  if (text.length > maxReplyLength) {
    const problem = `The reply has ${text.length} characters; at most ${maxReplyLength} are read.`
    return { format: 0, perception: null, think: null, answer: null, problem }
  }
  const places = placesOf(text)
  const [perception, think, answer] = [sectionProblem(0, places), sectionProblem(1, places), sectionProblem(2, places)]
  const problem = perception ?? think ?? answer ?? layoutProblem(text, places)
  return {
    format: problem === null ? 1 : 0,
    perception: perception === null ? sectionText(text, 0, places) : null,
    think: think === null ? sectionText(text, 1, places) : null,
    answer: answer === null ? sectionText(text, 2, places) : null,
    problem,
  }
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
