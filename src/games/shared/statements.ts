/** Thoughts as statements: the lines and words of a text with their places, for games that judge them word by word. */
import type { Statement } from '../../game.ts'

/** A piece of a text: `start` is where it begins in the whole. */
export interface Piece {
  readonly text: string
  readonly start: number
}

/** The lines that are not blank. */
export function linesIn(text: string): Piece[] {
  return piecesIn({ text, start: 0 }, /[^\n]+/g).filter((line) => line.text.trim() !== '')
}

/** All matches of a pattern (global) in a piece. */
export function piecesIn({ text, start }: Piece, pattern: RegExp): Piece[] {
  return Array.from(text.matchAll(pattern), (match) => ({ text: match[0], start: start + match.index }))
}

/** Pieces against what should stand in their places; pieces beyond the expected ones are no statements. */
export function judged(pieces: readonly Piece[], holds: (text: string, index: number) => boolean): Statement[] {
  return pieces.map(({ text, start }, i) => ({ start, end: start + text.length, holds: holds(text, i) }))
}
