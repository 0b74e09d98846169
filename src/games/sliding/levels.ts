/** Difficulty of the sliding puzzle: larger boards that need more moves. Pieces of a picture in place of numbers. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import { mostMoves } from './rules.ts'
import type { ConfigSliding } from './state.ts'

/** Levels of the sliding puzzle; horizons in moves. */
export const levels: Levels<ConfigSliding> = {
  perception: [{ face: 'numbers' }, { face: 'numbers' }, { face: 'both' }, { face: 'both' }, { face: 'picture' }, { face: 'picture' }],
  reasoning: [
    { rows: 2, columns: 3, moves: 6 },
    { rows: 2, columns: 4, moves: 10 },
    { rows: 3, columns: 3, moves: 16 },
    { rows: 2, columns: 5, moves: 20 },
    { rows: 3, columns: 4, moves: 24 },
    { rows: 4, columns: 4, moves: 30 },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
  // The board gives way.
  fit: (config) => ({ ...config, moves: Math.min(config.moves, mostMoves(config)) }),
}

/** Laptop: the smallest board that is not a ring. */
export const presets: { readonly laptop: GamePreset<ConfigSliding> } = {
  laptop: { config: { rows: 2, columns: 3, moves: 8 }, horizon: 16 },
}
