/** Difficulty of falling shapes: a wider well, more kinds of shapes, and more of them to think of ahead. Filled cells that stand out less. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigFallingShapes } from './state.ts'

/** Levels of falling shapes; horizons in shapes. */
export const levels: Levels<ConfigFallingShapes> = {
  perception: [{ dim: 0 }, { dim: 1 }, { dim: 2 }, { dim: 3 }, { dim: 4 }, { dim: 5 }],
  reasoning: [
    { width: 4, kinds: 2, next: 0 },
    { width: 5, kinds: 3, next: 0 },
    { width: 6, kinds: 4, next: 1 },
    { width: 7, kinds: 5, next: 1 },
    { width: 9, kinds: 6, next: 1 },
    { width: 10, kinds: 6, next: 2 },
  ],
  horizon: [5, 10, 20, 40, 80, 160],
}

/** Laptop: a narrow well and few kinds. */
export const presets: { readonly laptop: GamePreset<ConfigFallingShapes> } = {
  laptop: { config: { width: 5, height: 8, kinds: 3, next: 0 }, horizon: 12 },
}
