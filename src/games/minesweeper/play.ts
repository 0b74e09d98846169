/** Minesweeper at a terminal: rules for people, picked cells, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { plainInk } from '../shared/tile-art.ts'
import { lidOf, numberInk } from './draw.ts'
import { BURST, COVERED, FLAG } from './rules.ts'
import type { ActionMinesweeper, ConfigMinesweeper, StateMinesweeper } from './state.ts'
import { formatAction, LABELS } from './text.ts'

/** What a person needs to play Minesweeper. A picked cell is opened; flags are typed. */
export const play: PlayAids<ActionMinesweeper, ConfigMinesweeper, StateMinesweeper> = {
  rules: ({ mines, guesses }) =>
    [
      `Open all cells without a mine; ${mines === 1 ? 'one cell has' : `${mines} cells have`} one. A number says how many mines lie in the cells around it. Each cell that opens earns 1 point, clearing the board ${mines} more.`,
      'Opening a mine ends the game. Typing flag (row, column) marks a cell, or takes its flag away.',
      guesses ? 'Some boards can only be cleared by guessing.' : 'This board can be cleared by reasoning alone.',
    ].join('\n'),
  pick: { cells: 1, answer: ([cell]) => formatAction({ verb: 'open', row: cell![0], column: cell![1] }) },
  look: (label, theme) => {
    const look = LABELS.indexOf(label)
    if (look === COVERED) return { text: '■', ascii: '#', ...lidOf(theme) }
    if (look === FLAG) return { text: '⚑', ascii: 'F', ...lidOf(theme) }
    if (look === BURST) return { text: label, fill: theme.empty, ink: plainInk(theme) }
    return { text: look === 0 ? '' : label, fill: theme.empty, ink: numberInk(look, false, theme) }
  },
}
