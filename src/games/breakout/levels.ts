/** Difficulty of Breakout: a wider field, a narrower and slower paddle with more parts to aim with. Fewer frames to tell the motion by. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigBreakout } from './state.ts'

/** Levels of Breakout; horizons in flights of the ball. */
export const levels: Levels<ConfigBreakout> = {
  perception: [{ frames: 4 }, { frames: 4 }, { frames: 3 }, { frames: 3 }, { frames: 2 }, { frames: 2 }],
  reasoning: [
    { columns: 6, rows: 1, paddle: 40, parts: 2, speed: 40 },
    { columns: 7, rows: 1, paddle: 26, parts: 2, speed: 30 },
    { columns: 8, rows: 2, paddle: 22, parts: 4, speed: 20 },
    { columns: 9, rows: 3, paddle: 20, parts: 4, speed: 16 },
    { columns: 10, rows: 3, paddle: 18, parts: 6, speed: 14 },
    { columns: 12, rows: 4, paddle: 16, parts: 6, speed: 12 },
  ],
  horizon: [4, 8, 16, 32, 64, 128],
}

/** Laptop: a small field and a wide paddle. */
export const presets: { readonly laptop: GamePreset<ConfigBreakout> } = {
  laptop: { config: { columns: 6, rows: 1, paddle: 26, parts: 2, speed: 20 }, horizon: 12 },
}
