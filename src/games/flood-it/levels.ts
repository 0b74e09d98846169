/** Difficulty of Flood-It: larger boards and more colours, so longer solutions. Colours that lie closer together. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigFloodIt } from './state.ts'

/** Levels of Flood-It; horizons in moves. */
export const levels: Levels<ConfigFloodIt> = {
  perception: [{ dim: 0 }, { dim: 1 }, { dim: 2 }, { dim: 3 }, { dim: 4 }, { dim: 5 }],
  reasoning: [
    { size: 4, colours: 3, spare: 2 },
    { size: 5, colours: 3, spare: 2 },
    { size: 6, colours: 3, spare: 1 },
    { size: 8, colours: 4, spare: 1 },
    { size: 10, colours: 5, spare: 1 },
    { size: 14, colours: 6, spare: 0 },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: a board that the small model sees whole. */
export const presets: { readonly laptop: GamePreset<ConfigFloodIt> } = {
  laptop: { config: { size: 5, colours: 4 }, horizon: 8 },
}
