/** What a mark of an episode or a step is called, and the sign that stands for it beside its colour. */
import type { Mark } from '../../../src/studio/shown-step.ts'

export interface MarkWords {
  readonly sign: string
  readonly name: string
  readonly about: string
}

export const MARKS: Readonly<Record<Mark, MarkWords>> = {
  failed: { sign: '!', name: 'failed request', about: 'no reply came' },
  unreadable: { sign: '?', name: 'unreadable', about: 'no move could be read' },
  illegal: { sign: '×', name: 'illegal', about: 'the rules refused the move' },
  misread: { sign: '≠', name: 'misread', about: 'the board was not read as it is' },
  worse: { sign: '↓', name: 'worse move', about: 'the expert has a better one' },
  going: { sign: '…', name: 'going on', about: 'the episode has not ended' },
  kept: { sign: '✓', name: 'kept', about: 'it is an example of the data set' },
  group: { sign: '≡', name: 'group of training', about: 'replies to one state that were compared with each other' },
  flat: { sign: '=', name: 'no signal', about: 'its replies were all worth the same, so nothing was learned from their differences' },
  dropped: { sign: '–', name: 'dropped', about: 'a filter left it out' },
}

/** The gravest mark of a step, which its place in the row of steps shows. */
export const gravest = (marks: readonly Mark[]): Mark | null => (Object.keys(MARKS) as Mark[]).find((mark) => marks.includes(mark)) ?? null

/** Whether a step is a mistake that one jumps to. A worse move is none: most replies are. */
export const isMistake = (marks: readonly Mark[]): boolean =>
  marks.some((mark) => mark === 'failed' || mark === 'unreadable' || mark === 'illegal' || mark === 'misread')

export const number = (value: number, digits = 2): string => value.toLocaleString('en-US', { maximumFractionDigits: digits })
