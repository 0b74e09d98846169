/**
 * How a teacher's reply is read: strictly, and where that fails by the lenient reading of evaluations. A kept reply is written anew in the
 * canonical format, so what a model says around a whole layout (a code fence, a greeting, a question at the end) costs nothing, nor does a
 * decoration of its move or its board. The three sections must all be there.
 */
import { lenientReading, strictReading } from '../eval/index.ts'
import type { AnyGame } from '../game.ts'
import { formatReply, parseReply } from '../gym/index.ts'

/** A reply as it is played and judged. */
export interface TaughtReply {
  readonly text: string
  /** Whether it is not the text that came, but what was meant. */
  readonly mended: boolean
}

/** From the open tag of the perception to the close tag of the answer, in either set of tags. */
const LAYOUT = /<perception>[\s\S]*<\/(?:answer|move)>/

/** The reply as it is meant: the text itself where it can be read strictly, or cannot be read at all. */
export function taughtReply(game: AnyGame, state: unknown, text: string): TaughtReply {
  const layout = parseReply(text).format === 1 ? text : (LAYOUT.exec(text)?.[0] ?? text)
  const { format, perception, think, answer, tags } = parseReply(layout)
  if (format === 0) return { text, mended: false }
  const said = game.answer.parse(answer as string, state)
  const strict = strictReading(game, layout, 'action' in said ? game.answer.format(state, said.action) : null)
  const { action, perception: seen } = lenientReading(game, state, layout, strict)
  if (action === strict.action && seen === strict.perception) return { text: layout, mended: layout !== text }
  const sections = {
    perception: seen === null ? (perception as string) : game.perception.format(seen),
    think: think as string,
    answer: action ?? (answer as string),
  }
  return { text: formatReply(sections, tags ?? 'paper'), mended: true }
}
