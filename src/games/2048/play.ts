/** 2048 at a terminal: keys, rules for people, and the looks of cells, which are those of the picture. */
import type { CellLook, PlayAids } from '../../game-play.ts'
import type { Theme } from '../../scene.ts'
import { DIRECTION_NAMES, type Direction } from './rules.ts'
import type { Config2048 } from './state.ts'
import { LABELS } from './text.ts'

/** Letters that lie like arrow keys, by direction. */
const LETTERS = ['w', 'd', 's', 'a'] as const

/** What a person needs to play 2048. */
export const play: PlayAids<Direction, Config2048> = {
  rules: ({ goal }) =>
    [
      'Slide all tiles up, right, down or left; they go as far as they can.',
      'Two tiles of the same number that meet become one tile of twice the number, and you earn that new number. A new tile does not merge again in the same move.',
      'After every move a 2, sometimes a 4, appears in an empty cell. A slide that would move nothing is refused.',
      goal > 0
        ? `The game is over as soon as you make a tile of ${goal}, or when no slide is left.`
        : 'The game is over when no slide is left. Earn as many points as you can.',
    ].join('\n'),
  keys: DIRECTION_NAMES.map((name, direction) => ({
    keys: [name, LETTERS[direction]!, String(direction)],
    name,
    action: direction as Direction,
  })),
  look,
}

function look(label: string, theme: Theme): CellLook {
  const exponent = LABELS.indexOf(label)
  const tile = theme.tiles[(exponent - 1) % theme.tiles.length]
  return exponent <= 0 || tile === undefined
    ? { text: '', fill: theme.empty, ink: theme.text }
    : { text: label, fill: tile.fill, ink: tile.ink }
}
