/** Difficulty of 2048. Perception lies in the picture alone; boards grow, and what a good move must foresee grows between them. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import { protocol } from './paper.ts'
import type { Config2048 } from './state.ts'

/** Levels of 2048; horizons in moves. */
export const levels: Levels<Config2048> = {
  perception: [{}, {}, {}, {}, {}, {}],
  reasoning: [{ size: 3 }, { size: 4 }, { size: 4 }, { size: 5 }, { size: 6 }, { size: 6 }],
  horizon: [10, 20, 50, 100, 200, 400],
}

/** The paper: 4x4 without a goal, 100 moves. */
export const presets: { readonly laptop: GamePreset<Config2048>; readonly paper: GamePreset<Config2048> } = {
  laptop: { config: { size: 4 }, horizon: 100 },
  paper: { config: { size: 4, goal: 0 }, horizon: 100, protocol },
}
