/** Rush Hour at a terminal: rules for people, picked cells, and the looks of cells. */
import type { PlayAids } from '../../game-play.ts'
import { plainInk, textOn } from '../shared/tile-art.ts'
import { blockInk } from './draw.ts'
import { coverOf, type Slide } from './rules.ts'
import { BONUS, type ConfigRushHour, type StateRushHour } from './state.ts'
import { formatAction, LETTERS } from './text.ts'

type Cell = readonly [number, number]

/** What a person needs to play Rush Hour: a cell of the block is picked, then the free cell that it is to reach. */
export const play: PlayAids<Slide, ConfigRushHour, StateRushHour> = {
  rules: () =>
    [
      'Bring X out: it must reach the right edge of its row. A move slides a block along its length, by one cell or more: pick a cell of the block, then the free cell that it is to reach, or type A up 2.',
      'Each cell that X comes nearer to the exit earns 1 point, and so does each block that leaves its way; going back costs as much.',
      `X at the right edge earns ${BONUS} points more and ends the game.`,
    ].join('\n'),
  pick: { cells: 2, answer: ([from, to], state) => slideBetween(from!, to!, state) },
  look: (label, theme) => {
    const block = LETTERS.indexOf(label)
    if (block < 0) return { text: '', fill: theme.empty, ink: plainInk(theme) }
    const fill = blockInk(block, false, theme)
    return { text: label, fill, ink: textOn(fill) }
  },
}

/** The slide that brings the block on a cell as far as another along its length, at least one cell; of X where the cell is free. */
function slideBetween(from: Cell, to: Cell, state: StateRushHour): string {
  const { size, board } = state
  const block = Math.max(0, coverOf(state)[from[0] * size + from[1]] ?? 0)
  const { row, column, length, upright } = board[block]!
  const [start, wanted] = upright ? [row, to[0]] : [column, to[1]]
  const [back, ahead] = upright ? (['up', 'down'] as const) : (['left', 'right'] as const)
  const cells = wanted < start ? start - wanted : Math.max(1, wanted - start - length + 1)
  return formatAction({ block, direction: wanted < start ? back : ahead, cells })
}
