/** Difficulty of Swap: more colours and shapes to tell apart, larger boards. Any kinds go with any board. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import { protocol } from './paper.ts'
import type { ConfigSwap } from './state.ts'

/** Levels of Swap: 3, 4, 6, 8, 9 and 12 kinds; horizons in replies. */
export const levels: Levels<ConfigSwap> = {
  perception: [
    { colours: 3, shapes: 1 },
    { colours: 4, shapes: 1 },
    { colours: 3, shapes: 2 },
    { colours: 4, shapes: 2 },
    { colours: 3, shapes: 3 },
    { colours: 4, shapes: 3 },
  ],
  reasoning: [
    { rows: 4, columns: 4 },
    { rows: 5, columns: 5 },
    { rows: 6, columns: 6 },
    { rows: 7, columns: 7 },
    { rows: 7, columns: 8 },
    { rows: 8, columns: 8 },
  ],
  horizon: [5, 10, 20, 50, 100, 200],
}

/** The paper: 8x8 with 4 colours and 3 shapes, 100 replies. */
export const presets: { readonly laptop: GamePreset<ConfigSwap>; readonly paper: GamePreset<ConfigSwap> } = {
  laptop: { config: { rows: 5, columns: 5, colours: 3, shapes: 2 }, horizon: 20 },
  paper: { config: { rows: 8, columns: 8, colours: 4, shapes: 3 }, horizon: 100, protocol },
}
