/**
 * The reply protocol: three sections, `<perception>`, thoughts, answer. There is one reader and one writer of it, here.
 *
 * The sections are marked by one of two sets of tags:
 *
 *     paper:   <perception>…</perception><think>…</think><answer>…</answer>            the layout of the paper, and of our own engine
 *     neutral: <perception>…</perception><rationale>…</rationale><move>…</move>        for other models
 *
 * Inference servers and chat templates cut a text at `<think>`, some at `<answer>`; none of them knows the other tags.
 *
 * Rule of the set: a text with a tag that only one set has is read by that set; a text with none of them by the paper's. A text with such
 * tags of both is a mixture: format 0, and neither its thoughts nor its answer count.
 *
 * Rule of format: a text has format 1 if and only if, up to white space outside the tags, it is exactly the three tag pairs of one set in
 * this order, each of the six tags occurs exactly once anywhere in the text, and no tag that only the other set has occurs. Tags are
 * case-sensitive and have no attributes.
 *
 * Rule of sections, independent of format: a section counts only if its open tag and its close tag each occur exactly once and in this
 * order; its text is what lies between them, trimmed. Otherwise it is null: two answers are no answer.
 *
 * Reading takes time linear in the text. A text over `maxReplyLength` is refused as a whole: format 0, no sections.
 */

import type { SectionLayout } from '../game.ts'

/** The sets of tags by name. */
export const REPLY_TAGS = ['paper', 'neutral'] as const
export type ReplyTags = (typeof REPLY_TAGS)[number]

/** What a reply says, section by section. `problem` is a sentence on the first departure from the format; null when format is 1. */
export interface ParsedReply {
  readonly format: 0 | 1
  readonly perception: string | null
  readonly think: string | null
  readonly answer: string | null
  readonly problem: string | null
  /** The set that the text was read by; null for a mixture. */
  readonly tags: ReplyTags | null
}

/** The three texts of a reply. They must not contain tags themselves. */
export interface ReplySections {
  readonly perception: string
  readonly think: string
  readonly answer: string
}

/** Longest text that is read: 1 MiB, counted in UTF-16 code units. */
export const maxReplyLength = 1_048_576

/** The names of the three tags, in the order of the sections. */
const NAMES: Readonly<Record<ReplyTags, readonly [string, string, string]>> = {
  paper: ['perception', 'think', 'answer'],
  neutral: ['perception', 'rationale', 'move'],
}

/** '<perception>', '</perception>', '<think>', … '</move>': the shared pair, the paper's own two, the neutral set's own two. */
const tags = ['perception', 'think', 'answer', 'rationale', 'move'].flatMap((name) => [`<${name}>`, `</${name}>`])

/** The first of the four tags that only one set has. */
const PAPER = 2
const NEUTRAL = 6

/** The open tags of the three sections, as indices in `tags`. */
const PAPER_OPENS = [0, PAPER, PAPER + 2] as const
const NEUTRAL_OPENS = [0, NEUTRAL, NEUTRAL + 2] as const
type Opens = typeof PAPER_OPENS | typeof NEUTRAL_OPENS

/** The tags without their '<': at most twelve characters, which are compared fastest. */
const endings = tags.map((tag) => tag.slice(1))

/** The problem of a reply with a perception and no tag that tells which set it means. */
const NO_OWN_TAGS = 'The tags <think> and <answer>, or <rationale> and <move>, are missing.'

const MISSING = -1
const REPEATED = -2

/** Where each of the ten tags stands: a position, MISSING or REPEATED. One pass over the text. */
function placesOf(text: string): number[] {
  const places = [MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING]
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const tag = tagAfter(text, at + 1)
    if (tag >= 0) places[tag] = places[tag] === MISSING ? at : REPEATED
  }
  return places
}

/** The tag whose '<' stands before `at`; -1 if no tag begins there. */
function tagAfter(text: string, at: number): number {
  const closes = text.charCodeAt(at) === 47 ? 1 : 0
  const initial = text.charCodeAt(at + closes)
  const tag = closes + (initial === 112 ? 0 : initial === 116 ? 2 : initial === 97 ? 4 : initial === 114 ? 6 : 8)
  const ending = endings[tag]!
  return text.slice(at, at + ending.length) === ending ? tag : -1
}

/** Whether any of the four tags from `first` on occurs: the own tags of a set. */
function anyOf(places: readonly number[], first: number): boolean {
  return places[first] !== MISSING || places[first + 1] !== MISSING || places[first + 2] !== MISSING || places[first + 3] !== MISSING
}

/** Why a section does not count; null if it does. `open`: its open tag. */
function sectionProblem(open: number, places: readonly number[]): string | null {
  const close = open + 1
  const odd = places[open]! < 0 ? open : close
  if (places[odd] === MISSING) return `The tag ${tags[odd]} is missing.`
  if (places[odd] === REPEATED) return `The tag ${tags[odd]} occurs more than once.`
  return places[close]! < places[open]! + tags[open]!.length ? `The tag ${tags[close]} comes before ${tags[open]}.` : null
}

/** The text of a section that counts. */
function sectionText(text: string, open: number, places: readonly number[]): string {
  return text.slice(places[open]! + tags[open]!.length, places[open + 1]).trim()
}

/** Looks at what lies outside the three sections, which all count, and at their order. */
function layoutProblem(text: string, opens: Opens, places: readonly number[]): string | null {
  let end = 0
  for (let section = 0; section < 3; section++) {
    const tag = opens[section]!
    const from = places[tag]!
    if (from < end) return `The sections overlap or are not in the order ${opens.map((open) => tags[open]).join(', ')}.`
    if (!isBlank(text, end, from)) return 'There is text outside the tags.'
    end = places[tag + 1]! + tags[tag + 1]!.length
  }
  return isBlank(text, end, text.length) ? null : 'There is text outside the tags.'
}

function isBlank(text: string, from: number, to: number): boolean {
  return from === to || text.slice(from, to).trim() === ''
}

/** Reads a reply by the rules above. Never throws, whatever the text: other scripts, control characters, lone surrogates. */
export function parseReply(text: string): ParsedReply {
  if (text.length > maxReplyLength) {
    const problem = `The reply has ${text.length} characters; at most ${maxReplyLength} are read.`
    return { format: 0, perception: null, think: null, answer: null, problem, tags: 'paper' }
  }
  const places = placesOf(text)
  const neutral = anyOf(places, NEUTRAL)
  if (neutral && anyOf(places, PAPER)) return mixture(text, places)
  return readBy(text, neutral ? NEUTRAL_OPENS : PAPER_OPENS, places)
}

/** Where the first two sections of a reply lie by the first tags of each, whether they count or not: UTF-16 code units, Infinity for a missing tag. */
export interface SectionPlaces {
  /** Behind the first open tag of the perception. */
  readonly perceptionStart: number
  /** Before the first close tag of the perception. */
  readonly perceptionClose: number
  /** Behind the first close tag of the perception. */
  readonly perceptionEnd: number
  /** Behind the first open tag of the thoughts. */
  readonly thinkStart: number
  /** Before the first close tag of the thoughts, and behind it. */
  readonly thinkClose: number
  readonly thinkEnd: number
}

/**
 * Finds the sections of a reply for token credit. Every token must answer for something, those of a malformed reply too, so this is more
 * lenient than the rule of sections.
 */
export function placesOfSections(text: string, { tags: set }: ParsedReply): SectionPlaces {
  const [seen, thought] = NAMES[set ?? 'paper']
  const at = (tag: string): number => (text.includes(tag) ? text.indexOf(tag) : Number.POSITIVE_INFINITY)
  const behind = (tag: string): number => at(tag) + tag.length
  const close = `</${thought}>`
  const seenClose = `</${seen}>`
  return {
    ...{ perceptionStart: behind(`<${seen}>`), perceptionClose: at(seenClose), perceptionEnd: behind(seenClose) },
    ...{ thinkStart: behind(`<${thought}>`), thinkClose: at(close), thinkEnd: behind(close) },
  }
}

/** What counts of a text with tags of both sets: the section that they share. */
function mixture(text: string, places: readonly number[]): ParsedReply {
  const own = (first: number): string | undefined => tags.slice(first, first + 4).find((_, at) => places[first + at] !== MISSING)
  const perception = sectionProblem(0, places) === null ? sectionText(text, 0, places) : null
  const problem = `The reply mixes two sets of tags: it has ${own(PAPER)} and ${own(NEUTRAL)}.`
  return { format: 0, perception, think: null, answer: null, problem, tags: null }
}

/** Reads a text that has no tags but those of one set. */
function readBy(text: string, opens: Opens, places: readonly number[]): ParsedReply {
  const perception = sectionProblem(opens[0], places)
  const think = sectionProblem(opens[1], places)
  const answer = sectionProblem(opens[2], places)
  const problem = perception ?? think ?? answer ?? layoutProblem(text, opens, places)
  return {
    format: problem === null ? 1 : 0,
    perception: perception === null ? sectionText(text, opens[0], places) : null,
    think: think === null ? sectionText(text, opens[1], places) : null,
    answer: answer === null ? sectionText(text, opens[2], places) : null,
    problem: problem !== null && problem === think && !anyOf(places, PAPER) && !anyOf(places, NEUTRAL) ? NO_OWN_TAGS : problem,
    tags: opens === NEUTRAL_OPENS ? 'neutral' : 'paper',
  }
}

/** The canonical reply: perception and thoughts on lines of their own, the answer inline. */
export function formatReply({ perception, think, answer }: ReplySections, tags: ReplyTags = 'paper'): string {
  const [seen, thought, said] = NAMES[tags]
  return `<${seen}>\n${perception}\n</${seen}>\n<${thought}>\n${think}\n</${thought}>\n<${said}>${answer}</${said}>`
}

/** A reply of format 1 in the canonical layout of another set; any other text, and a reply that is in that set already, as it is. */
export function inTags(text: string, tags: ReplyTags): string {
  const { format, perception, think, answer, tags: own } = parseReply(text)
  if (format === 0 || own === tags) return text
  return formatReply({ perception: perception as string, think: think as string, answer: answer as string }, tags)
}

/** The last part of a full prompt: the layout of a reply in the paper's tags, and how its sections are written. */
export function layoutText(perception: SectionLayout, answer: SectionLayout): string {
  const layout = formatReply({ perception: perception.example, think: 'your reasoning', answer: answer.example })
  return `Reply in exactly this layout:\n${layout}\n\nIn <perception>, ${perception.how}. In <answer>, ${answer.how}.`
}

/** A text about the protocol, written with the paper's tags, with those of another set in their place. */
export function tagsReplaced(text: string, tags: ReplyTags): string {
  if (tags === 'paper') return text
  const [, thought, said] = NAMES[tags]
  return text.replace(/<(\/?)(think|answer)>/g, (_, slash: string, name: string) => `<${slash}${name === 'think' ? thought : said}>`)
}

/**
 * The start of the canonical reply in the paper's tags up to its thoughts: what is put in a model's mouth so that it goes on from a given
 * perception. It ends with the open tag of the thoughts, since the joint of the two sections is one word of the tokenizer.
 */
export function forcedPerception(perception: string): string {
  return `<perception>\n${perception}\n</perception>\n<think>`
}

/** The perception that `forcedPerception` put into the beginning of a reply; null for another beginning. */
export function perceptionOfPrefix(prefix: string): string | null {
  const { perception } = parseReply(prefix)
  return perception !== null && forcedPerception(perception) === prefix ? perception : null
}

/**
 * The words of the protocol in the paper's tags for an engine's tokenizer: the four joints of `formatReply` (longest first), then each tag
 * alone and the line feed, so that every arrangement of tags can be written too.
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
