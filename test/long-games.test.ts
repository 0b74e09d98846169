/** Long play of the games that never end. Those that end play to their end in src/games/index.test.ts. */
import { expect, test } from 'vitest'
import { gameList } from 'vlm-gym/games'
import { checkGame } from 'vlm-gym/testing'

const STEPS = 600

test('a game without an end keeps the contract over long play', () => {
  const endless = gameList().filter((game) => {
    const [summary = ''] = checkGame(game, { seeds: [-1, Number.MAX_SAFE_INTEGER], steps: STEPS, skins: [], games: 0, levels: false })
    return summary.startsWith(`${game.id}: ${2 * (STEPS + 1)} states in play`)
  })
  expect(endless.map(({ id }) => id)).toEqual(['swap'])
})
