/** Picture pairs at a terminal: rules for people, picked cards, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_CELL } from '../shared/coordinates.ts'
import { EMPTY_LABEL } from '../shared/grid-text.ts'
import { COLOURS, emptyLook, SHAPES, tileLook } from '../shared/tile-art.ts'
import type { ConfigPairs, StatePairs } from './state.ts'
import { HIDDEN, SYMBOLS } from './text.ts'

/** What a person needs to play picture pairs. */
export const play: PlayAids<number, ConfigPairs, StatePairs> = {
  rules: ({ peek }) =>
    [
      `Turn up two cards a turn. ${peek ? 'All cards are shown once, at the start: remember them.' : 'Remember what you turned up before.'}`,
      'A pair is taken away and earns 2 points. Two cards that differ cost 1 point, and are face down again as soon as you turn another.',
      'The game is over when all cards are taken away.',
    ].join('\n'),
  pick: PICK_CELL,
  look: (label, theme) => {
    if (label === EMPTY_LABEL) return emptyLook(theme)
    if (label === HIDDEN) return { text: HIDDEN, ...theme.tiles[0]! }
    const symbol = SYMBOLS.indexOf(label)
    if (symbol < 0) return { text: label, fill: theme.empty, ink: theme.text }
    return tileLook(Math.floor(symbol / SHAPES.length) % COLOURS.length, symbol % SHAPES.length, theme)
  },
}
