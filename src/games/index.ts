/** The registry of games: one line a game. Shared code takes games from here and never asks which one it holds. */
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { game2048 } from './2048/index.ts'
import { gamePictureShisenSho } from './picture-shisen-sho/index.ts'
import { gameShisenSho } from './shisen-sho/index.ts'
import { gameSwap } from './swap/index.ts'

/** Every game by its id. */
export const GAMES: { readonly [id: string]: AnyGame } = Object.freeze({
  [game2048.id]: game2048,
  [gameShisenSho.id]: gameShisenSho,
  [gamePictureShisenSho.id]: gamePictureShisenSho,
  [gameSwap.id]: gameSwap,
})

/** The game of that id. Throws ConfigError that names the value and the choices. */
export function gameNamed(id: string): AnyGame {
  const game = Object.hasOwn(GAMES, id) ? GAMES[id] : undefined
  if (game === undefined) throw new ConfigError(`No game is called ${JSON.stringify(id)}: choose one of ${Object.keys(GAMES).join(', ')}.`)
  return game
}
