/** Swap at a terminal: rules for people, picked pairs, and the looks of tiles. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_PAIR } from '../shared/coordinates.ts'
import { emptyLook, tileLook } from '../shared/tile-art.ts'
import { SHAPES_MAX } from './rules.ts'
import type { ConfigSwap, Pair } from './state.ts'
import { LABELS } from './text.ts'

/** What a person needs to play Swap. */
export const play: PlayAids<Pair, ConfigSwap> = {
  rules: () =>
    [
      'Swap two tiles that touch along a side, so that three or more equal tiles (same shape, same colour) stand in a line, across or down. A swap that makes no line is refused.',
      'All such lines vanish at once, the tiles above drop, and new ones come in from the top. If that makes new lines, they vanish too.',
      'n tiles that vanish at once earn n times n-1 points: 6 for three, 12 for four, 20 for five.',
      'When no swap could make a line the board is shuffled. The game never ends: stop when you like.',
    ].join('\n'),
  pick: PICK_PAIR,
  look: (label, theme) => {
    const kind = LABELS.indexOf(label)
    return kind < 0 ? emptyLook(theme) : tileLook(Math.floor(kind / SHAPES_MAX), kind % SHAPES_MAX, theme)
  },
}
