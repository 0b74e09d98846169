/**
 * Golden frames of the games: hashes of one state a game, as the model and as people see it. After a wanted change:
 * `UPDATE_GOLDEN=1 npx vitest run test/golden-games.test.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawState } from 'vlm-gym'
import { loadGames } from 'vlm-gym/games'
import { frameHash, THEMES } from 'vlm-gym/render'

const FILE = new URL('golden/games.json', import.meta.url)
const hashes = Object.fromEntries(
  (await loadGames()).flatMap((game) =>
    Object.keys(THEMES).flatMap((theme) =>
      [{ theme, tile: 16, layout: 'board' } as const, { theme, tile: 48, layout: 'full' } as const].map((skin) => {
        const state = game.rules.init(game.config.parse({}), 3)
        return [`${game.id} ${theme} ${skin.layout}`, frameHash(drawState(game, state, skin))]
      }),
    ),
  ),
)

if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, `${JSON.stringify(hashes, null, 2)}\n`)
const golden: { readonly [name: string]: string } = JSON.parse(readFileSync(FILE, 'utf8'))

test('every game draws its golden frames, bit by bit', () => {
  expect(hashes).toEqual(golden)
})
