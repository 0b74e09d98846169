import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StateError } from '../../errors.ts'
import { gameFeedback, gameLexicon, gamePrompt, trainingReward } from '../../gym/index.ts'
import type { TileSymbols } from '../../scene.ts'
import { splitGreedily } from '../../testing/ensure.ts'
import { PLAIN_SKINS, PLAIN_THEME } from '../../testing/index.ts'
import { game2048 as game, type State2048 } from './index.ts'

const paper = { size: 4, goal: 0 }
const rng = [1, 2, 3, 4] as const

/** A 4x4 state from tiles as read on the board. */
function stateOf(tiles: readonly number[], extra: Partial<State2048> = {}): State2048 {
  const board = tiles.map((tile) => (tile === 0 ? 0 : Math.log2(tile)))
  return game.rules.parseState({ size: 4, goal: 0, board, score: 0, moves: 0, rng, ...extra })
}

const DEAD = stateOf([2, 4, 8, 16, 16, 8, 4, 2, 2, 4, 8, 16, 16, 8, 4, 2])
const MIXED = stateOf([4, 4, 0, 0, 8, 2, 0, 0, 16, 2, 4, 8, 2, 0, 0, 0])

describe('config and state', () => {
  it('default to the game of the paper and refuse the rest by name', () => {
    expect(game.config.parse({})).toEqual(paper)
    for (const bad of [{ size: 2 }, { size: 7 }, { goal: 4 }, { goal: 12 }, { goal: 262144 }, { sise: 4 }])
      expect(game.config.safeParse(bad).success).toBe(false)
  })

  it('start with two tiles, each 2 or 4', () => {
    const tiles = Array.from({ length: 400 }, (_, seed) => game.rules.init(paper, seed).board.filter((k) => k > 0))
    expect(tiles.every((two) => two.length === 2 && two.every((k) => k === 1 || k === 2))).toBe(true)
    const fours = tiles.flat().filter((k) => k === 2).length
    expect(fours).toBeGreaterThan(45)
    expect(fours).toBeLessThan(120)
  })

  it.each([
    ['unknown key', { extra: 1 }, /extra/],
    ['short board', { board: [1, 2] }, /16 cells/],
    ['no tile', { board: new Array(16).fill(0) }, /at least one tile/],
    ['exponent over 17', { board: [18, ...new Array(15).fill(0)] }, /board\.0/],
    ['fraction', { board: [1.5, ...new Array(15).fill(0)] }, /board\.0/],
    ['odd score', { score: 6 }, /multiple of 4/],
    ['huge score', { score: 4e9 }, /at most/],
    ['negative moves', { moves: -1 }, /moves/],
    ['dead chance', { rng: [0, 0, 0, 0] }, /rng/],
    ['bad goal', { goal: 9 }, /goal/],
  ])('parseState refuses: %s', (_, change, reason) => {
    const bad = { ...MIXED, ...change }
    expect(() => game.rules.parseState(bad)).toThrow(StateError)
    expect(() => game.rules.parseState(bad)).toThrow(reason)
  })
})

describe('steps', () => {
  it('score merges, spawn once and say so', () => {
    const result = game.rules.step(MIXED, 3)
    expect(result).toMatchObject({ reward: 8, legal: true, terminated: false })
    expect(result.state).toMatchObject({ score: 8, moves: 1 })
    expect(result.events.map(({ kind }) => kind)).toEqual(['merge', 'spawn'])
    expect(result.events[0]).toEqual({ kind: 'merge', row: 0, column: 0, tile: 8 })
    const { row, column, tile } = result.events[1] as unknown as { row: number; column: number; tile: number }
    expect(2 ** result.state.board[row * 4 + column]!).toBe(tile)
  })

  it('refuse without touching board or chance; unreadable costs 1; after the end nothing happens', () => {
    const stuck = stateOf([2, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0])
    const refused = game.rules.step(stuck, 3)
    expect(refused).toEqual({
      state: stuck,
      reward: 0,
      legal: false,
      terminated: false,
      events: [{ kind: 'refused', reason: 'stuck', action: 3 }],
    })
    expect(game.rules.unreadable(stuck)).toMatchObject({ state: stuck, reward: -1, legal: false })
    expect(game.rules.terminated(DEAD)).toBe(true)
    expect(game.rules.step(DEAD, 0)).toMatchObject({ state: DEAD, reward: 0, legal: false, terminated: true })
    expect(gameFeedback(game, game.rules.step(DEAD, 0), 'full')).toBe('Up was refused: the game is over.')
    expect(gameFeedback(game, game.rules.step(DEAD, 0), 'brief')).toBe(' refused-up')
    expect(game.rules.unreadable(DEAD).reward).toBe(0)
    expect(() => game.rules.step(MIXED, 4 as 0)).toThrow(/not an action/)
  })

  it('end when the goal is made', () => {
    const result = game.rules.step(stateOf([4, 4, ...new Array(14).fill(0)], { goal: 8 }), 3)
    expect(result).toMatchObject({ reward: 8, terminated: true })
    expect(result.events.at(-1)).toEqual({ kind: 'ended', reason: 'goal' })
    expect(game.rules.legalActions(result.state)).toEqual([])
  })

  it('spawn a 4 once in ten and everywhere alike', () => {
    const spawns = Array.from(
      { length: 3000 },
      (_, seed) => game.rules.step(game.rules.reseed(MIXED, seed), 3).events.find(({ kind }) => kind === 'spawn')!,
    )
    const share = spawns.filter(({ tile }) => tile === 4).length / spawns.length
    expect(share).toBeGreaterThan(0.08)
    expect(share).toBeLessThan(0.12)
    const cells = new Map<string, number>()
    for (const { row, column } of spawns) cells.set(`${row},${column}`, (cells.get(`${row},${column}`) ?? 0) + 1)
    expect(cells.size).toBe(8)
    for (const count of cells.values()) expect(Math.abs(count - 375)).toBeLessThan(90)
  })

  it('shape the training reward to +1 and -1', () => {
    expect(trainingReward({ kind: 'played', reward: 4 })).toBe(1)
    expect(trainingReward({ kind: 'played', reward: 0 })).toBe(-1)
    expect(trainingReward({ kind: 'illegal', reward: 0 })).toBe(-1)
    expect(trainingReward({ kind: 'unreadable', reward: -1 })).toBe(-1)
  })
})

describe('texts', () => {
  it('perception', () => {
    const text = '4 | 4 | _ | _\n8 | 2 | _ | _\n16 | 2 | 4 | 8\n2 | _ | _ | _'
    expect(game.perception.format(game.perception.of(MIXED))).toBe(text)
    expect(game.perception.parse(`\n ${text.replaceAll(' | ', '|')} \r\n\n`)).toEqual(game.perception.of(MIXED))
    const wrong = [
      '',
      '3 | 4',
      '02 | 4',
      '2 | 4\n2',
      '1 | 2',
      '2 | ',
      '2 4',
      '262144 | 2',
      '2 | 2 | 2 | 2 | 2 | 2 | 2',
      new Array(7).fill('2 | 2').join('\n'),
    ]
    for (const bad of [...wrong, '|'.repeat(1e6), '2 | '.repeat(1e6), '\n'.repeat(1e6)]) expect(game.perception.parse(bad)).toBe(null)
  })

  it('answers', () => {
    expect(game.answer.parse(' 2\n', MIXED)).toEqual({ action: 2 })
    for (const bad of ['', '4', '-1', '12', '2.', 'left', '２', '0 1', ' '.repeat(1e6), '1'.repeat(1e6)])
      expect(game.answer.parse(bad, MIXED)).toHaveProperty('reason')
  })

  it('prompts and feedback', () => {
    expect(gamePrompt(game, { size: 5, goal: 0 }, 'brief')).toBe('2048 5x5')
    expect(gamePrompt(game, paper, 'full')).toContain('r4c1 | r4c2 | r4c3 | r4c4\n</perception>\n<think>')
    expect(gamePrompt(game, { size: 4, goal: 512 }, 'full')).toContain('512')
    const stuck = stateOf([2, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0])
    expect(gameFeedback(game, game.rules.step(stuck, 3), 'full')).toBe('Left was refused: no tile can move left.')
    expect(gameFeedback(game, game.rules.step(stuck, 0), 'brief')).toBe(' refused-up')
    expect(gameFeedback(game, game.rules.unreadable(stuck), 'brief')).toBe(' unreadable')
    expect(gameFeedback(game, game.rules.step(stuck, 1), 'brief')).toBe(' ok')
    expect(gameFeedback(game, null, 'brief')).toBe(' ok')
  })

  it('thoughts say what every line can do', () => {
    const think = 'rows +8 right right right\ncolumns stuck +4 up both\nsideways +8\nvertical +4'
    const state = stateOf([4, 4, 0, 0, 8, 2, 0, 0, 16, 2, 0, 8, 2, 0, 0, 0])
    const said = game.teacher!.teach(state, { blind: true }).think
    expect(said).toBe(think.replace('right right right', 'right both right').replace('up both', 'stuck both'))
    expect(game.teacher!.share(state, said)).toBe(1)
    expect(game.teacher!.share(state, said.replace('+4 stuck', '+8 stuck'))).toBe(0.9)
    expect(game.teacher!.share(state, said.replace('sideways +8', 'sideways'))).toBe(0.9)
    expect(game.teacher!.share(state, said.replace('sideways +8', 'sideways up'))).toBe(0)
    expect(game.teacher!.share(state, said.replace('rows +8', 'rows +8 +8'))).toBe(0)
    expect(game.teacher!.share(state, `${said}\nvertical +4`)).toBe(0)
    expect(game.teacher!.share(state, 'x'.repeat(1e6))).toBe(0)
  })

  it('spell any sum of merges, however rare', () => {
    const words = gameLexicon(game, paper)
    fc.assert(fc.property(fc.integer({ min: 1, max: 2e6 }), (n) => Array.isArray(splitGreedily(` +${4 * n}`, words))))
    expect(splitGreedily(' +132', words)).toEqual([' +132'])
    expect(words.length).toBeLessThan(160)
  })
})

describe('experts', () => {
  it('count points exactly one move ahead and expect them over two', () => {
    expect(game.expert!.lookahead!(MIXED, 1)).toEqual([
      { action: 1, score: 8 },
      { action: 3, score: 8 },
      { action: 0, score: 4 },
      { action: 2, score: 4 },
    ])
    const [best] = game.expert!.lookahead!(stateOf([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]), 2)
    expect(best!.score).toBeGreaterThan(4)
  })

  it('take every look-ahead from the one before plus the best reply', () => {
    const state = stateOf([2, 4, 8, 16, 4, 8, 16, 32, 2, 4, 8, 16, 4, 2, 0, 2])
    const [first] = game.expert!.lookahead!(state, 2).filter(({ action }) => action === 1)
    // Right: the last row becomes _ 4 2 2 or, with merges nearest the wall first, _ _ 4 4.
    const after = [2, 4, 8, 16, 4, 8, 16, 32, 2, 4, 8, 16, 0, 0, 4, 4]
    const next = (at: number, tile: number): number =>
      game.expert!.lookahead!(stateOf(after.map((old, i) => (i === at ? tile : old))), 1)[0]!.score
    expect(first!.score).toBeCloseTo(4 + (0.9 * next(12, 2) + 0.1 * next(12, 4) + 0.9 * next(13, 2) + 0.1 * next(13, 4)) / 2, 9)
  })

  it('reach a goal in the end', () => {
    for (let seed = 0; seed < 5; seed++) {
      let state = game.rules.init({ size: 4, goal: 128 }, seed)
      while (!game.rules.terminated(state)) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
      expect(Math.max(...state.board)).toBe(7)
      expect(game.expert!.solver(state)).toEqual([])
      expect(state.moves).toBeLessThan(300)
    }
  })

  it('teacher: blind to points, it plays the first legal of left, down, right, up', () => {
    const said = (board: readonly number[], blind: boolean) => game.teacher!.teach(stateOf(board), { blind }).action
    const column = [4, 8, 16, 32, 4, 8, 16, 64, 0, 0, 0, 0, 0, 0, 2, 0]
    expect(said(column, true)).toBe(3)
    expect([0, 2]).toContain(said(column, false))
    const settled = [...new Array(12).fill(0), 2, 4, 8, 0]
    expect(said(settled, true)).toBe(1)
    expect(() => game.teacher!.teach(DEAD, { blind: true })).toThrow(/after the end/)
  })

  it('look-ahead counts no tie-break: mirrored moves of a mirrored board are worth the same', () => {
    const mirrored = stateOf([0, 2, 2, 0, 4, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0])
    for (const scored of [game.expert!.lookahead!(mirrored, 2), game.expert!.solver(mirrored)]) {
      const score = (direction: number) => scored.find(({ action }) => action === direction)?.score
      expect(score(1)).toBe(score(3))
    }
  })

  it('scatter shows every label up to 512 often and is never over', () => {
    const seen = new Array<number>(18).fill(0)
    for (let seed = 0; seed < 400; seed++) {
      const state = game.scatter!(paper, seed)
      expect(game.rules.terminated(state)).toBe(false)
      for (const k of state.board) seen[k]! += 1
    }
    expect(Math.min(...seen.slice(0, 10)) / 6400).toBeGreaterThan(0.05)
    expect(seen.slice(10).every((count) => count === 0)).toBe(true)
    for (let seed = 0; seed < 50; seed++) expect(game.rules.terminated(game.scatter!({ size: 3, goal: 8 }, seed))).toBe(false)
  })
})

describe('pictures', () => {
  it('are tiles edge to edge, or a framed board with the score; both whole multiples of the tile', () => {
    const [board, , full] = PLAIN_SKINS
    const plain = game.draw(MIXED, board!, PLAIN_THEME)
    expect([plain.width, plain.height, plain.catalogue.sprites.length]).toEqual([128, 128, 18])
    expect(plain.items[9]).toEqual({ sprite: 1, x: 32, y: 64 })
    const framed = game.draw({ ...MIXED, score: 204 }, full!, PLAIN_THEME)
    expect([framed.width, framed.height, framed.catalogue.sprites.length]).toEqual([160, 192, 29])
    expect(framed.items.slice(16).map(({ sprite }) => sprite)).toEqual([20, 18, 22, 28])
  })

  it('show letters or dots, and row and column numbers, when the skin asks for them', () => {
    const full = PLAIN_SKINS[2]!
    const tileOf = (symbols?: TileSymbols) => game.draw(MIXED, { ...full, symbols }, PLAIN_THEME).catalogue.sprites[3]!.shapes.slice(1)
    expect(tileOf()).toEqual(tileOf('numbers'))
    expect(tileOf('letters')).toMatchObject([{ kind: 'text', text: 'C' }])
    expect(tileOf('dots').map(({ kind }) => kind)).toEqual(['circle', 'circle', 'circle'])
    const labelled = game.draw(MIXED, { ...full, labels: true }, PLAIN_THEME)
    expect([labelled.width, labelled.height, labelled.catalogue.sprites.length]).toEqual([160, 192, 35])
    expect(labelled.items.filter(({ sprite }) => sprite >= 29)).toHaveLength(8)
    expect(gamePrompt(game, { size: 4, goal: 0 }, 'full', { ...full, symbols: 'letters' })).toContain('A = 2, B = 4')
    expect(gamePrompt(game, { size: 4, goal: 0 }, 'full', full)).toBe(gamePrompt(game, { size: 4, goal: 0 }, 'full'))
  })

  it('share one catalogue between sizes', () => {
    for (const skin of PLAIN_SKINS) {
      const catalogues = [3, 4, 5, 6].map((size) => game.draw(game.rules.init({ size, goal: 0 }, 1), skin, PLAIN_THEME).catalogue)
      expect(new Set(catalogues).size).toBe(1)
    }
  })
})
