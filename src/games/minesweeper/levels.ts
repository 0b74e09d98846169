/** Difficulty of Minesweeper: larger boards with more mines, at last such that need guesses; numbers without colours. */
import type { GamePreset, Levels } from '../../game-presets.ts'
import type { ConfigMinesweeper } from './state.ts'

/** Levels of Minesweeper; horizons in moves. */
export const levels: Levels<ConfigMinesweeper> = {
  perception: [{ plain: false }, { plain: false }, { plain: false }, { plain: true }, { plain: true }, { plain: true }],
  reasoning: [
    { size: 4, mines: 2, guesses: false },
    { size: 5, mines: 4, guesses: false },
    { size: 6, mines: 6, guesses: false },
    { size: 7, mines: 8, guesses: false },
    { size: 8, mines: 11, guesses: true },
    { size: 10, mines: 17, guesses: true },
  ],
  horizon: [2, 4, 8, 16, 32, 64],
}

/** Laptop: a board that the small model sees whole. */
export const presets: { readonly laptop: GamePreset<ConfigMinesweeper> } = {
  laptop: { config: { size: 5, mines: 4 }, horizon: 8 },
}
