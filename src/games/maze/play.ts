/** The maze at a terminal: rules for people, picked cells, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { PICK_CELL } from '../shared/coordinates.ts'
import { inkOf } from '../shared/tile-art.ts'
import type { ConfigMaze, StateMaze } from './state.ts'
import { FOG, LABELS } from './text.ts'

/** Passages by open sides: 1 up, 2 right, 4 down, 8 left. */
const GLYPHS = ' ╹╺┗╻┃┏┣╸┛━┻┓┫┳╋'

/** What a person needs to play the maze. */
export const play: PlayAids<number, ConfigMaze, StateMaze> = {
  rules: ({ sight, map }) =>
    [
      `Find the exit X; you are @. Lines are passages. You see ${sight} ${sight === 1 ? 'cell' : 'cells'} far, straight ahead. ${map ? 'What you have seen stays on the map.' : 'Remember what you have seen: fog hides it again.'}`,
      'Pick a cell to walk to: you take the shortest way through cells that you have seen.',
      'A step costs 1 point, a cell seen for the first time earns 1, and at the exit you earn all that is left: the fewer steps, the better.',
    ].join('\n'),
  pick: PICK_CELL,
  look: (label, theme) => {
    if (label === FOG) return { text: '·', ascii: FOG, fill: theme.board, ink: theme.muted }
    const at = LABELS.indexOf(label)
    const things = ['', 'X', '@', 'X@'][Math.floor(at / 16)]!
    const ink = at >= 32 ? inkOf(0, theme) : at >= 16 ? inkOf(1, theme) : theme.text
    return { text: `${GLYPHS.charAt(at % 16)}${things}`, ascii: label, fill: theme.empty, ink }
  },
}
