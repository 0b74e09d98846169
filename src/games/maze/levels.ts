/** Difficulty of the maze: more cells, a shorter sight, and from level 4 on no map. Thinner walls. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigMaze } from './state.ts'

/** Levels of the maze; horizons in walks. */
export const levels: Levels<ConfigMaze> = {
  perception: [{ thin: 0 }, { thin: 1 }, { thin: 2 }, { thin: 3 }, { thin: 4 }, { thin: 5 }],
  reasoning: [
    { rows: 4, columns: 4, sight: 4, loops: 0, map: true },
    { rows: 5, columns: 5, sight: 4, loops: 0, map: true },
    { rows: 6, columns: 6, sight: 3, loops: 1, map: true },
    { rows: 7, columns: 7, sight: 3, loops: 2, map: true },
    { rows: 8, columns: 8, sight: 2, loops: 3, map: false },
    { rows: 10, columns: 10, sight: 2, loops: 4, map: false },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: a small maze with a map. */
export const presets: { readonly laptop: GamePreset<ConfigMaze> } = {
  laptop: { config: { rows: 5, columns: 5, sight: 4, loops: 0 }, horizon: 8 },
}
