/** Nonograms at a terminal: rules for people, picked cells, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_CELL } from '../shared/coordinates.ts'
import { plainInk } from '../shared/tile-art.ts'
import { fullInk, wrongInk } from './draw.ts'
import type { ConfigNonogram, StateNonogram } from './state.ts'
import { FULL_LABEL, LABELS, WRONG_LABEL } from './text.ts'

/** What a person needs to play nonograms. Cells are counted with the clues, as the edges show. */
export const play: PlayAids<number, ConfigNonogram, StateNonogram> = {
  rules: ({ size }) =>
    [
      'The numbers left of a row are the lengths of its runs of filled cells, in their order; those above a column the same from top to bottom. Runs have at least one cell between them; 0 means that nothing is filled.',
      `Fill the cells of the one solution: each earns 1 point, the last ${size} more. A wrong cell ends the game.`,
    ].join('\n'),
  pick: PICK_CELL,
  look: (label, theme) => {
    const at = LABELS.indexOf(label)
    if (at === FULL_LABEL) return { text: '■', ascii: '#', fill: theme.empty, ink: fullInk(theme) }
    if (at === WRONG_LABEL) return { text: 'X', fill: theme.empty, ink: wrongInk(theme) }
    return { text: at === 0 ? '' : label, fill: theme.empty, ink: plainInk(theme) }
  },
}
