/** Difficulty of Rush Hour: larger boards, more blocks and slides that a solution needs; blocks of one colour. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigRushHour } from './state.ts'

/** Levels of Rush Hour; horizons in slides. */
export const levels: Levels<ConfigRushHour> = {
  perception: [{ plain: false }, { plain: false }, { plain: false }, { plain: true }, { plain: true }, { plain: true }],
  reasoning: [
    { size: 4, blocks: 4, moves: 3 },
    { size: 5, blocks: 6, moves: 4 },
    { size: 5, blocks: 8, moves: 6 },
    { size: 6, blocks: 8, moves: 8 },
    { size: 6, blocks: 10, moves: 10 },
    { size: 6, blocks: 12, moves: 13 },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: a board that the small model sees whole. */
export const presets: { readonly laptop: GamePreset<ConfigRushHour> } = {
  laptop: { config: { size: 4, blocks: 5, moves: 4 }, horizon: 8 },
}
