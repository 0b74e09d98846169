/** Difficulty of Sokoban: larger rooms, more boxes and pushes that a solution needs; boxes in a colour that lies closer to that of the walls. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigSokoban } from './state.ts'

/** Levels of Sokoban; horizons in pushes. */
export const levels: Levels<ConfigSokoban> = {
  perception: [{ shade: 0 }, { shade: 1 }, { shade: 2 }, { shade: 3 }, { shade: 4 }, { shade: 5 }],
  reasoning: [
    { size: 5, boxes: 1, pushes: 2 },
    { size: 6, boxes: 1, pushes: 3 },
    { size: 7, boxes: 2, pushes: 6 },
    { size: 8, boxes: 2, pushes: 10 },
    { size: 9, boxes: 2, pushes: 13 },
    { size: 10, boxes: 2, pushes: 17 },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: a room that the small model sees whole. */
export const presets: { readonly laptop: GamePreset<ConfigSokoban> } = {
  laptop: { config: { size: 6, boxes: 1, pushes: 3 }, horizon: 8 },
}
