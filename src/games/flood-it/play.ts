/** Flood-It at a terminal: rules for people, picked colours, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { COLOURS, inkOf } from '../shared/tile-art.ts'
import type { ConfigFloodIt, StateFloodIt } from './state.ts'
import { formatAction } from './text.ts'

/** What a person needs to play Flood-It. A picked cell plays its colour. */
export const play: PlayAids<number, ConfigFloodIt, StateFloodIt> = {
  rules: ({ size }) =>
    [
      'The area is all cells of one colour that hang together with the top left cell, side to side. A move gives it another colour: pick any cell of that colour.',
      'Each cell that joins the area earns 1 point.',
      `When all cells have one colour you earn ${size * size} points more. You have a limited number of moves: few more than a good player needs.`,
    ].join('\n'),
  pick: { cells: 1, answer: ([cell], state) => colourAt(cell!, state) },
  look: (label, theme) => {
    const fill = inkOf(NAMES.indexOf(label), theme)
    return { text: label.charAt(0).toUpperCase(), fill, ink: '#000000' }
  },
}

const NAMES: readonly string[] = COLOURS

/** The name of the colour of a cell; for a cell outside the board its numbers, which are no answer. */
function colourAt([row, column]: readonly [number, number], { board, size }: StateFloodIt): string {
  return row < size && column < size ? formatAction(board[row * size + column]!) : `(${row}, ${column})`
}
