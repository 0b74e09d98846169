/** Difficulty of picture pairs: more cards, and from level 3 on none of them shown before. Pictures in place of symbols, then only of one class. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigPairs } from './state.ts'

/** Levels of picture pairs; horizons in cards turned. */
export const levels: Levels<ConfigPairs> = {
  perception: [
    { faces: 'symbols' },
    { faces: 'symbols' },
    { faces: 'pictures' },
    { faces: 'pictures' },
    { faces: 'classes' },
    { faces: 'classes' },
  ],
  reasoning: [
    { rows: 2, columns: 2, peek: true },
    { rows: 2, columns: 3, peek: true },
    { rows: 3, columns: 4, peek: true },
    { rows: 3, columns: 4, peek: false },
    { rows: 4, columns: 4, peek: false },
    { rows: 4, columns: 5, peek: false },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: few cards that were all shown. */
export const presets: { readonly laptop: GamePreset<ConfigPairs> } = {
  laptop: { config: { rows: 2, columns: 3, peek: true }, horizon: 12 },
}
