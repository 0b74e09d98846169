/** The Shisen-Sho family at a terminal: rules for people and picked pairs; each game has its own looks of tiles. */
import type { CellLook, PlayAids } from '../../game-play.ts'
import type { Theme } from '../../scene.ts'
import { PICK_PAIR } from '../shared/coordinates.ts'
import { EMPTY_LABEL } from '../shared/grid-text.ts'
import { emptyLook } from '../shared/tile-art.ts'
import type { BoardConfig, Pair } from './position.ts'

/** What a person needs to play. `equal`: when two tiles are equal, a sentence. `look`: of a tile. */
export function playOf(equal: string, look: (label: string, theme: Theme) => CellLook): PlayAids<Pair, BoardConfig> {
  return {
    rules: ({ clearable }) =>
      [
        `Remove the tiles in pairs, 1 point a pair. ${equal}`,
        'A path must join the two: along rows and columns, over empty cells only, with at most two turns. It may run around the board, outside its edge. Tiles side by side are always joined.',
        `The game is over when the board is empty, or when no pair can be joined.${clearable ? ' This board can be cleared.' : ''}`,
      ].join('\n'),
    pick: PICK_PAIR,
    look: (label, theme) => (label === EMPTY_LABEL ? emptyLook(theme) : look(label, theme)),
  }
}
