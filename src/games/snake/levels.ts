/** Difficulty of Snake: a larger board and a longer snake. A body that is drawn thinner. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigSnake } from './state.ts'

/** Levels of Snake; horizons in runs. */
export const levels: Levels<ConfigSnake> = {
  perception: [{ thin: 0 }, { thin: 1 }, { thin: 2 }, { thin: 3 }, { thin: 4 }, { thin: 5 }],
  reasoning: [
    { size: 5, length: 3, hunger: 30 },
    { size: 6, length: 4, hunger: 40 },
    { size: 7, length: 5, hunger: 50 },
    { size: 8, length: 6, hunger: 60 },
    { size: 9, length: 8, hunger: 70 },
    { size: 10, length: 10, hunger: 80 },
  ],
  horizon: [5, 10, 20, 40, 80, 160],
}

/** Laptop: a small board. */
export const presets: { readonly laptop: GamePreset<ConfigSnake> } = {
  laptop: { config: { size: 5, length: 3, hunger: 30 }, horizon: 16 },
}
