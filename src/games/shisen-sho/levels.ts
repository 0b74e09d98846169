/** Difficulty of the Shisen-Sho family: more kinds to tell apart, larger boards. The easiest boards can surely be cleared. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import { protocol } from './paper.ts'
import type { BoardConfig } from './position.ts'

/**
 * Levels for a family member with up to `most` kinds. The board wins over the kinds: a board with fewer pairs than the perception level has
 * kinds is dealt as many kinds as it has pairs.
 */
export function boardLevels<C extends BoardConfig>(kinds: readonly number[]): Levels<C> {
  const board = (rows: number, columns: number, clearable: boolean): Partial<C> => ({ rows, columns, clearable }) as Partial<C>
  return {
    perception: kinds.map((count) => ({ kinds: count }) as Partial<C>),
    reasoning: [board(2, 4, true), board(4, 4, true), board(4, 6, true), board(6, 6, false), board(6, 8, false), board(8, 8, false)],
    horizon: [4, 8, 16, 32, 50, 100],
    fit: (config) => ({ ...config, kinds: Math.min(config.kinds, (config.rows * config.columns) / 2) }),
  }
}

/**
 * Laptop: four tiles a kind, as in the paper, so that the order of pairs matters, and a reply a pair, so that a refused one costs a pair.
 * The paper: 6x6 with 9 kinds, 50 replies (BASELINE of the published protocol).
 */
export const presets: { readonly laptop: GamePreset<BoardConfig>; readonly paper: GamePreset<BoardConfig> } = {
  laptop: { config: { rows: 4, columns: 4, kinds: 4 }, horizon: 8 },
  paper: { config: { rows: 6, columns: 6, kinds: 9, clearable: false }, horizon: 50, protocol },
}
