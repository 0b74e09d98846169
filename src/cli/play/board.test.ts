/** Boards at a terminal, over every game of the registry at the sizes that people meet, in every kind of terminal. */
import { stripVTControlCharacters as bare } from 'node:util'
import { describe, expect, test } from 'vitest'
import { gameNamed, gridOf, loadGames } from '../../games/index.ts'
import { lastMoment, startSnapshot, walk } from '../../gym/index.ts'
import { frameToRgb, renderScene, THEMES, themeNamed } from '../../render/index.ts'
import { seededRng } from '../../rng.ts'
import { boardLines } from './board.ts'
import { fitted, shownCells } from './looks.ts'
import { nearestFixed } from './paint.ts'

const ABILITIES = [
  { colours: true, unicode: true },
  { colours: true, unicode: false },
  { colours: false, unicode: true },
  { colours: false, unicode: false },
]

/** Every game of cells at its default, laptop and paper sizes and at its hardest levels: a fresh board, one in play, and one of all kinds of cells. */
const cases = (await loadGames()).flatMap((game) => {
  if (game.perception.grid === undefined) return []
  const hardest = { ...game.levels?.perception.at(-1), ...game.levels?.reasoning.at(-1) }
  const configs = { default: {}, laptop: game.presets?.laptop?.config ?? {}, paper: game.presets?.paper?.config ?? {}, hardest }
  return Object.entries(configs).map(([name, config]) => [`${game.id}, ${name}`, game, game.config.parse(config)] as const)
})

function statesOf(game: (typeof cases)[number][1], config: unknown): unknown[] {
  const rng = seededRng(1, 'boards')
  const start = startSnapshot({ game, config }, 1)
  const states = [start.state, ...(game.scatter ? [1, 2, 3].map((seed) => game.scatter!(config, seed)) : [])]
  return [...states, lastMoment(walk({ game }, start, 10, rng)).state]
}

describe.each(cases)('%s', (_, game, config) => {
  const states = statesOf(game, config)

  test.each(ABILITIES)('fits 80 columns with numbered edges, colours: $colours, Unicode: $unicode', (abilities) => {
    for (const state of states) {
      const { rows, columns } = gridOf(game, state)!
      for (const height of [0, 100]) {
        const lines = boardLines(game, state, 'classic', { ...abilities, height }).map((line) => bare(line))
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
        if (game.play?.pick === undefined) continue
        expect(lines[0]!.trim().split(/ +/)).toEqual(Array.from({ length: columns }, (_, c) => String(c)))
        const numbers = lines.slice(1).flatMap((line) => /^\d+/.exec(line)?.[0] ?? [])
        expect(numbers).toEqual(Array.from({ length: rows }, (_, r) => String(r)))
      }
    }
  })

  test.each(ABILITIES)('shows different labels differently, colours: $colours, Unicode: $unicode', (abilities) => {
    for (const state of states) {
      const grid = gridOf(game, state)!
      const labels = grid.cells.flat()
      const shown = shownCells(game, state, grid, 'classic', abilities, 78)
        .flat()
        .map(({ text, paint }) => (abilities.colours ? `${text} ${paint?.ink} ${paint?.fill}` : text))
      expect(new Set(shown).size).toBe(new Set(labels).size)
      for (const [at, label] of labels.entries()) expect(shown[at], label).toBe(shown[labels.indexOf(label)])
      if (!abilities.unicode) for (const line of boardLines(game, state, 'classic', abilities)) expect(bare(line)).toMatch(/^[ -~]*$/)
    }
  })
})

/** The colours in the picture of a cell. */
function coloursOf(game: (typeof cases)[number][1], state: unknown, theme: string, row: number, column: number): Set<string> {
  const tile = 32
  const frame = renderScene(game.draw(state, { theme, tile, layout: 'board' }, themeNamed(theme)))
  const pixels = frameToRgb(frame)
  const found = new Set<string>()
  for (let y = row * tile; y < (row + 1) * tile; y++)
    for (let x = column * tile; x < (column + 1) * tile; x++) {
      const at = 3 * (y * frame.width + x)
      found.add(`#${Buffer.from(pixels.subarray(at, at + 3)).toString('hex')}`)
    }
  return found
}

describe.each(Object.keys(THEMES))('in the theme %s', (theme) => {
  test.each(['2048', 'shisen-sho', 'swap'])('the colours of %s are those of its picture', (id) => {
    const game = gameNamed(id)
    const state = game.scatter!(game.config.parse({}), 5)
    const grid = gridOf(game, state)!
    const shown = shownCells(game, state, grid, theme, { colours: true, unicode: true }, 78)
    for (const [r, row] of shown.entries())
      for (const [c, { text, paint }] of row.entries()) {
        const drawn = coloursOf(game, state, theme, r, c)
        expect(drawn, `${grid.cells[r]![c]}`).toContain(paint!.fill)
        if (text !== '') expect(drawn, `${grid.cells[r]![c]}`).toContain(paint!.ink)
      }
  })

  test('the shapes keep their colours apart in 256 colours', () => {
    const game = gameNamed('shisen-sho')
    const looks = ['red', 'green', 'blue', 'yellow', 'magenta', 'cyan'].map((colour) =>
      game.play!.look!(`${colour} star`, themeNamed(theme)),
    )
    expect(new Set([...looks.map(({ ink }) => nearestFixed(ink)), nearestFixed(looks[0]!.fill)]).size).toBe(7)
  })
})

test('long labels are cut as far as they stay apart, else numbered', () => {
  expect([...fitted(['automobile', 'cat', ''], 8).values()]).toEqual(['automobi', 'cat', ''])
  expect([...fitted(['dark red box', 'dark blue box'], 8).values()]).toEqual(['da re bo', 'da bl bo'])
  expect([...fitted(['abcdefg1', 'abcdefg2'], 4).values()]).toEqual(['1', '2'])
  expect([...fitted(['ab', 'cd'], 4).values()]).toEqual(['ab', 'cd'])
})

test('a game that declares nothing is shown by its labels, on the colours of its picture', () => {
  const { play: _, ...game } = gameNamed('swap')
  const state = game.rules.init(game.config.parse({}), 3)
  const lines = boardLines(game, state, 'classic', { colours: true, unicode: true })
  expect(lines).toHaveLength(8)
  expect(Math.max(...lines.map((line) => bare(line).length))).toBeLessThanOrEqual(80)
  expect(lines.join('')).toContain('48;5;')
  const plain = boardLines(game, state, 'classic', { colours: false, unicode: false })
  expect(
    new Set(
      plain
        .join(' ')
        .trim()
        .split(/\s{2,}/),
    ).size,
  ).toBe(new Set(gridOf(game, state)!.cells.flat()).size)
})
