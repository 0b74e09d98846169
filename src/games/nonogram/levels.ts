/** Difficulty of nonograms: larger boards with fewer filled cells, of which a look at the lines tells less; numbers that are drawn fainter. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigNonogram } from './state.ts'

/** Levels of nonograms; horizons in cells. */
export const levels: Levels<ConfigNonogram> = {
  perception: [{ faint: 0 }, { faint: 1 }, { faint: 2 }, { faint: 3 }, { faint: 4 }, { faint: 5 }],
  reasoning: [
    { size: 3, density: 65 },
    { size: 4, density: 60 },
    { size: 5, density: 60 },
    { size: 6, density: 50 },
    { size: 7, density: 45 },
    { size: 7, density: 40 },
  ],
  horizon: [2, 4, 8, 16, 32, 64],
}

/** Laptop: a board that the small model sees whole. */
export const presets: { readonly laptop: GamePreset<ConfigNonogram> } = {
  laptop: { config: { size: 4, density: 55 }, horizon: 8 },
}
