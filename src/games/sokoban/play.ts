/** Sokoban at a terminal: rules for people, picked cells, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_PAIR } from '../shared/coordinates.ts'
import { inkOf, plainInk } from '../shared/tile-art.ts'
import { wallOf } from './draw.ts'
import { FLOOR, WALL } from './rules.ts'
import type { ActionSokoban, ConfigSokoban, StateSokoban } from './state.ts'
import { LABELS } from './text.ts'

/** By look, as programs have written them since the first. */
const SIGNS = ['', '#', '.', '$', '*', '@', '+']
/** Indices of tile-art's COLOURS by look: yellow boxes, a blue player, red goals. */
const COLOUR = [undefined, undefined, 0, 3, 3, 2, 2]

/** What a person needs to play Sokoban. The first cell is a box, the second where it goes. */
export const play: PlayAids<ActionSokoban, ConfigSokoban, StateSokoban> = {
  rules: ({ boxes }) =>
    [
      `Push ${boxes === 1 ? 'the box onto the goal' : `all ${boxes} boxes onto goals`}: name a box and the cell beside it where it goes. The player walks to its other side, if that can be reached, and pushes.`,
      `A box that comes nearer to its nearest goal earns 1 point, one that goes farther costs 1; the solved puzzle earns ${5 * boxes}.`,
      'Boxes cannot be pulled, nor two pushed at once. The game is over when the puzzle is solved, or when nothing can be pushed.',
      '# wall, . goal, $ box, * box on a goal, @ player, + player on a goal.',
    ].join('\n'),
  pick: PICK_PAIR,
  look: (label, theme) => {
    const look = LABELS.indexOf(label)
    const colour = COLOUR[look]
    if (look === WALL) return { text: SIGNS[look]!, fill: wallOf(theme), ink: theme.page }
    const ink = colour === undefined ? plainInk(theme) : inkOf(colour, theme)
    return { text: look === FLOOR ? '' : SIGNS[look]!, fill: theme.empty, ink }
  },
}
