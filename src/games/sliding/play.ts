/** The sliding puzzle at a terminal: rules for people, picked pieces, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_CELL } from '../shared/coordinates.ts'
import type { ConfigSliding, StateSliding } from './state.ts'
import { GAP } from './text.ts'

/** What a person needs to play the sliding puzzle. */
export const play: PlayAids<number, ConfigSliding, StateSliding> = {
  rules: ({ rows, columns }) =>
    [
      'Pick a piece beside the gap: it slides into the gap. The board is finished when the numbers stand in reading order with the gap last.',
      'A slide that brings a piece nearer to its home earns 1 point, any other costs 1.',
      `The finished board earns ${rows * columns} points more. It can be finished in few moves: the game knows how many.`,
    ].join('\n'),
  pick: PICK_CELL,
  look: (label, theme) =>
    label === GAP
      ? { text: '', fill: theme.board, ink: theme.text }
      : { text: label, ...theme.tiles[(Number(label) - 1) % theme.tiles.length]! },
}
