/**
 * How a teacher's reply is read. Since a kept reply is written anew in the canonical format, what a model says around a whole layout (a code
 * fence, a greeting, a question at the end) costs nothing: it is left off.
 */
import { parseReply } from '../gym/index.ts'

/** A reply as it is played and judged. */
export interface TaughtReply {
  readonly text: string
  /** Whether something was left off. */
  readonly mended: boolean
}

/** From the open tag of the perception to the close tag of the answer, in either set of tags. */
const LAYOUT = /<perception>[\s\S]*<\/(?:answer|move)>/

/** The whole layout within a text; the text itself if it is one, or holds none. */
export function taughtReply(text: string): TaughtReply {
  const whole = { text, mended: false }
  if (parseReply(text).format === 1) return whole
  const layout = LAYOUT.exec(text)?.[0]
  return layout !== undefined && parseReply(layout).format === 1 ? { text: layout, mended: true } : whole
}
