/** Difficulty of Lights Out: more nodes and presses that a solution needs, and edges that cross. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigLightsOut } from './state.ts'

/** Levels of Lights Out; horizons in presses. */
export const levels: Levels<ConfigLightsOut> = {
  perception: [
    { crossings: false },
    { crossings: false },
    { crossings: false },
    { crossings: true },
    { crossings: true },
    { crossings: true },
  ],
  reasoning: [
    { nodes: 3, presses: 1 },
    { nodes: 4, presses: 2 },
    { nodes: 6, presses: 3 },
    { nodes: 8, presses: 4 },
    { nodes: 10, presses: 5 },
    { nodes: 12, presses: 6 },
  ],
  horizon: [2, 4, 8, 16, 32, 64],
}

/** Laptop: a small graph, and twice the presses that it needs. */
export const presets: { readonly laptop: GamePreset<ConfigLightsOut> } = {
  laptop: { config: { nodes: 5, presses: 2 }, horizon: 8 },
}
