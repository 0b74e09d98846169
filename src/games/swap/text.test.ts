import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gameFeedback, gameLexicon, gamePrompt } from '../../gym/index.ts'
import { splitGreedily } from '../../testing/ensure.ts'
import { PLAIN_SKINS, PLAIN_THEME } from '../../testing/index.ts'
import { ACROSS, DOWN, fresh, paper, small, stateOf, TWO } from './boards-fixture.ts'
import { gameSwap as game } from './index.ts'
import { knownCells, swapCells } from './rules.ts'

describe('texts', () => {
  const text = 'red circle | green triangle | red circle | green square\nred square | red circle | green square | red triangle\n'.concat(
    'blue triangle | blue square | blue circle | green square',
  )

  it('perception', () => {
    expect(game.perception.format(game.perception.of(TWO))).toBe(text)
    expect(game.perception.parse(`\n ${text.replaceAll(' | ', '|')} \r\n\n`)).toEqual(game.perception.of(TWO))
    const wrong = [
      '',
      'red',
      'red  circle',
      'red circle |',
      'circle red',
      'magenta circle',
      'red star',
      'red circle\nred circle | red circle',
    ]
    const large = [
      new Array(9).fill('red circle').join(' | '),
      new Array(9).fill('red circle').join('\n'),
      '|'.repeat(1e6),
      '\n'.repeat(1e6),
    ]
    for (const bad of [...wrong, ...large]) expect(game.perception.parse(bad)).toBe(null)
  })

  it('answers', () => {
    expect(game.answer.parse(' ( 1,1 )(0 ,1)\n', TWO)).toEqual({ action: DOWN })
    expect(game.answer.format(TWO, [DOWN[1], DOWN[0]])).toBe('(0, 1) (1, 1)')
    expect(game.answer.parse('(0, 4) (0, 3)', TWO)).toEqual({
      reason: 'The cell (0, 4) is outside the board of 3 rows and 4 columns, counted from 0.',
    })
    expect(game.answer.parse('(1, 1) (1, 1)', TWO)).toHaveProperty('reason', expect.stringMatching(/named twice/))
    for (const bad of ['', '0 1', '(0, 1)', '(-1, 0) (0, 0)', ' '.repeat(1e6)]) expect(game.answer.parse(bad, TWO)).toHaveProperty('reason')
  })

  it('prompts and feedback', () => {
    expect(gamePrompt(game, paper, 'brief')).toBe('swap 8x8')
    const full = gamePrompt(game, { rows: 3, columns: 4, colours: 2, shapes: 2 }, 'full')
    expect(full).toContain('3 rows and 4 columns')
    expect(full).toContain('r2c0 | r2c1 | r2c2 | r2c3\n</perception>\n<think>')
    expect(full).toContain('one of: red circle, red square, green circle, green square.')
    const idle = game.rules.step(TWO, game.rules.actions(TWO)[0]!)
    expect(gameFeedback(game, idle, 'full')).toBe('The swap (0, 0) (0, 1) was refused: it makes no line of three or more equal tiles.')
    expect(
      gameFeedback(
        game,
        game.rules.step(TWO, [
          [0, 0],
          [2, 2],
        ]),
        'full',
      ),
    ).toMatch(/do not touch/)
    expect(gameFeedback(game, idle, 'brief')).toBe(' refused')
    expect(gameFeedback(game, game.rules.unreadable(TWO), 'brief')).toBe(' unreadable')
    expect(gameFeedback(game, game.rules.step(TWO, DOWN), 'brief')).toBe(' ok')
    expect(gameFeedback(game, null, 'brief')).toBe(' ok')
  })

  it('thoughts say for each tile where it would go', () => {
    const said = game.teacher!.teach(TWO, { blind: true }).think
    const share = (of: string): number => game.teacher!.share(TWO, of)
    const lines = said.split('\n')
    expect(lines).toHaveLength(4)
    expect(lines.at(-1)).toBe('most 3 (1, 2)')
    const moves = lines.slice(0, 3).map((line) => [...line.matchAll(/(up|right|down|left) \d+|stay/g)].map(([word]) => word))
    expect(moves).toEqual([
      ['stay', 'stay', 'stay', 'stay'],
      ['stay', 'up 3', 'right 3', 'stay'],
      ['stay', 'stay', 'stay', 'stay'],
    ])
    expect(lines[0]).toMatch(/^row 0 red /)
    expect(share(said)).toBe(1)
    expect(share(said.replaceAll(' ', '  '))).toBe(1)
    expect(share(said.replace('stay', 'left 3'))).toBeCloseTo(25 / 26, 12)
    expect(share(said.replace(/stay$/m, ''))).toBeCloseTo(25 / 26, 12)
    expect(share(said.replace('most 3', 'most 4'))).toBeCloseTo(25 / 26, 12)
    expect(share(said.replace(' (1, 2)', ''))).toBeCloseTo(25 / 26, 12)
    for (const bad of [
      said.replace('row 1', 'row 2'),
      said.replace('red circle', 'red'),
      said.replace('red circle', 'pink circle'),
      said.replace('stay', 'stay stay'),
      said.replace('stay', 'left'),
      said.replace('most', 'mostly'),
      said.replace('most 3', 'most three'),
      said.replace('most 3', 'most 3 3'),
      said.replace('(1, 2)', '(1 2)'),
      said.replace('most 3', 'best (0, 1) (1, 1)'),
      `${said}\nmost 3 (1, 2)`,
      said.replace('\n', ' '),
      'x'.repeat(1e6),
      '',
    ]) {
      expect(share(bad), bad.slice(0, 60)).toBe(0)
      expect(game.teacher!.judge(TWO, bad), bad.slice(0, 60)).toEqual([])
    }
    expect(game.teacher!.judge(TWO, said.replace('stay', 'left 3')).filter(({ holds }) => !holds)).toHaveLength(1)
  })

  it('have a word for every label, cell and thought, few in all', () => {
    const words = gameLexicon(game, paper)
    const reply = `\n${game.teacher!.teach(game.rules.init(paper, 1), { blind: true }).think}`
    expect(splitGreedily(reply, words)).toHaveLength(8 * 17 + 3)
    expect(splitGreedily(`\n${game.perception.format(game.perception.of(game.rules.init(paper, 1)))}`, words)).toHaveLength(64)
    expect(words.length).toBeLessThan(285)
    expect(gameLexicon(game, small)).toBe(words)
  })
})

describe('experts', () => {
  it('expect at least the first clearing, and do not peek at the chance', () => {
    const scored = game.expert!.lookahead!(TWO, 1)
    expect(scored.map(({ score }) => score).every((score) => score >= 6)).toBe(true)
    fc.assert(
      fc.property(fresh, fc.integer(), (state, seed) => {
        for (const plies of [1, 2, 3])
          expect(game.expert!.lookahead!(state, plies)).toEqual(game.expert!.lookahead!(game.rules.reseed(state, seed), plies))
        expect(game.expert!.solver(state)).toEqual(game.expert!.lookahead!(state, 2))
      }),
      { numRuns: 20 },
    )
  })

  it('expect more over two moves than over one', () => {
    const state = game.rules.init(paper, 3)
    const one = new Map(game.expert!.lookahead!(state, 1).map(({ action, score }) => [JSON.stringify(action), score]))
    for (const { action, score } of game.expert!.lookahead!(state, 2))
      expect(score).toBeGreaterThanOrEqual(one.get(JSON.stringify(action))!)
  })

  it('teacher: blind to points and, while there are sideways swaps, to those up and down; takes the last it sees', () => {
    expect(game.teacher!.teach(TWO, { blind: true }).action).toEqual(ACROSS)
    // Only the swap up and down is left.
    const down = stateOf([0, 5, 0, 3, 1, 0, 4, 2, 8, 7, 6, 11])
    expect(game.rules.legalActions(down)).toEqual([DOWN])
    for (const blind of [true, false]) expect(game.teacher!.teach(down, { blind }).action).toEqual(DOWN)
  })

  it('teacher: blind, does what the last cell says that would go left or right', () => {
    fc.assert(
      fc.property(fresh, (state) => {
        const { think, action } = game.teacher!.teach(state, { blind: true })
        const words = [...think.matchAll(/(?:up|right|down|left) \d+|stay/g)].map(([word]) => word)
        const sideways = words.findLastIndex((word) => /left|right/.test(word))
        const from = sideways >= 0 ? sideways : words.findLastIndex((word) => word !== 'stay')
        expect(action).toContainEqual([Math.floor(from / state.columns), from % state.columns])
        expect(action[0][0] === action[1][0]).toBe(sideways >= 0)
        expect(game.rules.legalActions(state)).toContainEqual(action)
      }),
      { numRuns: 30 },
    )
  })

  it('teacher: has no thoughts about a board without a swap', () => {
    const stuck = { ...TWO, board: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }
    for (const blind of [true, false]) expect(() => game.teacher!.teach(stuck, { blind })).toThrow(/no swap makes a run/)
  })

  it('teacher: counts what falls down, and acts on it when it is not blind', () => {
    // Three 0 in the bottom row; then the two 5 above come down beside the third.
    const rich = stateOf([1, 2, 3, 4, 6, 5, 5, 7, 0, 0, 5, 0])
    const { think, action } = game.teacher!.teach(rich, { blind: false })
    expect(action).toEqual([
      [2, 2],
      [2, 3],
    ])
    expect(swapCells(rich.board, rich, 10, 11)).toBe(3)
    expect(knownCells(rich.board, rich, 10, 11)).toBe(6)
    expect(think).toMatch(/ left 6\nmost 6 \(2, 3\)$/)
  })

  it('teacher: the thoughts are true and in the lexicon wherever it stands, and do not hold the answer', () => {
    fc.assert(
      fc.property(fresh, (state) => {
        const { think, action } = game.teacher!.teach(state, { blind: true })
        expect(game.teacher!.share(state, think)).toBe(1)
        expect(Array.isArray(splitGreedily(`\n${think}`, gameLexicon(game, paper)))).toBe(true)
        expect(think.match(/\(/g)).toHaveLength(1)
        for (const said of [action, game.teacher!.teach(state, { blind: false }).action])
          expect(game.rules.legalActions(state)).toContainEqual(said)
      }),
      { numRuns: 30 },
    )
  })

  it('teacher: a cell counts what its best swap clears for certain, the most of them stands last', () => {
    fc.assert(
      fc.property(fresh, (state) => {
        const { think, action } = game.teacher!.teach(state, { blind: false })
        const counts = [...think.matchAll(/(?:up|right|down|left) (\d+)/g)].map(([, count]) => Number(count))
        const [[row, column], [other, beside]] = action
        const [a, b] = [row * state.columns + column, other * state.columns + beside]
        const cell = /\((\d), (\d)\)/.exec(think)!
        expect(think.split('\n').at(-1)).toBe(`most ${Math.max(...counts)} ${cell[0]}`)
        expect(action).toContainEqual([Number(cell[1]), Number(cell[2])])
        expect(Math.min(14, knownCells(state.board, state, a, b))).toBe(Math.max(...counts))
      }),
      { numRuns: 60 },
    )
  })
})

describe('pictures', () => {
  it('are tiles edge to edge, or a framed board with coordinates and points; both whole multiples of the tile', () => {
    const [board, , full] = PLAIN_SKINS
    const plain = game.draw(TWO, board!, PLAIN_THEME)
    expect([plain.width, plain.height, plain.catalogue.sprites.length]).toEqual([128, 96, 12])
    expect(plain.items[5]).toEqual({ sprite: 0, x: 32, y: 32 })
    const framed = game.draw({ ...TWO, points: 204, swaps: 3 }, full!, PLAIN_THEME)
    expect([framed.width, framed.height, framed.catalogue.sprites.length]).toEqual([160, 160, 31])
    expect(framed.items.slice(12).map(({ sprite }) => sprite)).toEqual([12, 13, 14, 15, 12, 13, 14, 22, 20, 24, 30])
    const rich = game.draw({ ...TWO, points: 9007199254740990, swaps: 3 }, full!, PLAIN_THEME)
    expect(rich.items.every(({ x }) => x >= 0 && x < rich.width)).toBe(true)
  })

  it('share one catalogue between configs', () => {
    for (const skin of PLAIN_SKINS) {
      const catalogues = [paper, small, { ...paper, colours: 1 }].map(
        (config) => game.draw(game.rules.init(config, 1), skin, PLAIN_THEME).catalogue,
      )
      expect(new Set(catalogues).size).toBe(1)
    }
  })
})
