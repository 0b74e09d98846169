import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { StateError } from '../../errors.ts'
import { expertScores, gameFeedback, gamePrompt, trainingReward } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { checkGame, PLAIN_SKINS, PLAIN_THEME } from '../../testing/index.ts'
import { gameShisenSho as game, type Pair, type ShisenShoState } from './index.ts'
import { pairOf } from './position.ts'
import { EMPTY } from './rules.ts'
import { KINDS } from './state.ts'
import { vectorsShisenSho } from './vectors.ts'

const paper = { rows: 6, columns: 6, kinds: 9, clearable: false }
const small = { rows: 4, columns: 4, kinds: 8, clearable: false }
const rng = [1, 2, 3, 4] as const

/** A state from rows of letters ('a' is kind 0, '.' an empty cell). */
function stateOf(rows: readonly string[], kinds = (rows.length * rows[0]!.length) / 2, extra: object = {}): ShisenShoState {
  const board = Array.from(rows.join(''), (letter) => (letter === '.' ? EMPTY : letter.charCodeAt(0) - 97))
  const removed = board.filter((kind) => kind === EMPTY).length / 2
  return game.rules.parseState({
    rows: rows.length,
    columns: rows[0]!.length,
    kinds,
    clearable: false,
    board,
    removed,
    moves: 0,
    rng,
    ...extra,
  })
}

const pair = (r1: number, c1: number, r2: number, c2: number): Pair => [
  [r1, c1],
  [r2, c2],
]

const DEAD = stateOf(['ab', 'ba'])
const OPEN = stateOf(['abcb', 'dcad', '....', '....'])

describe('conformance', () => {
  const configs = [
    {},
    { rows: 2, columns: 3, kinds: 3 },
    { rows: 8, columns: 5, kinds: 20 },
    { rows: 4, columns: 4, kinds: 4, clearable: true },
  ]

  it('holds', () => {
    checkGame(game, { configs, seeds: [0, 1, 2], actions: 16, steps: 30, levels: false })
  })
})

describe('config and state', () => {
  it('default to the game of the paper and refuse the rest by name', () => {
    expect(game.config.parse({})).toEqual(paper)
    const bad = [{ rows: 1 }, { rows: 9 }, { rows: 3, columns: 5 }, { kinds: 0 }, { kinds: 19 }, { rows: 4, columns: 4 }, { colums: 4 }]
    for (const config of bad) expect(game.config.safeParse(config).success).toBe(false)
    expect(game.config.safeParse({ rows: 4, columns: 4 }).error?.issues[0]).toMatchObject({ path: ['kinds'], message: /8 or fewer/ })
    expect(game.config.parse({ rows: 8, columns: 8, kinds: 32 })).toMatchObject({ kinds: 32 })
  })

  it.each([
    ['unknown key', { extra: 1 }, /extra/],
    ['short board', { board: [1, 1] }, /16 cells/],
    ['a kind once', { board: OPEN.board.map((kind, at) => (at === 0 ? 30 : kind)) }, /stands 1 times/],
    ['a kind too often', { kinds: 8, board: OPEN.board.map((kind) => (kind === EMPTY ? EMPTY : 1)), removed: 4 }, /at most 2/],
    ['too many kinds', { kinds: 3 }, /at most 3 kinds/],
    ['kind over 35', { board: OPEN.board.map((kind) => (kind === 0 ? 36 : kind)) }, /at most 35/],
    ['fraction', { board: OPEN.board.map((kind) => kind + 0.5) }, /board\.0/],
    ['wrong count', { removed: 3 }, /4 pairs removed/],
    ['too many moves', { moves: 5 }, /moves/],
    ['dead chance', { rng: [0, 0, 0, 0] }, /rng/],
    ['odd board', { rows: 3, columns: 3 }, /no pairs/],
  ])('parseState refuses: %s', (_, change, reason) => {
    const bad = { ...OPEN, ...change }
    expect(() => game.rules.parseState(bad)).toThrow(StateError)
    expect(() => game.rules.parseState(bad)).toThrow(reason)
  })
})

describe('steps', () => {
  it('remove a pair, or refuse and say why', () => {
    const done = game.rules.step(OPEN, pair(0, 1, 0, 3))
    expect(done).toMatchObject({ reward: 1, legal: true, terminated: false, state: { removed: 5, moves: 1 } })
    expect(done.events).toEqual([{ kind: 'pair', first: [0, 1], second: [0, 3], length: 4 }])
    expect(game.rules.step(OPEN, pair(0, 3, 0, 1)).reward).toBe(1)
    const reason = (action: Pair): unknown => {
      const result = game.rules.step(OPEN, action)
      expect(result).toMatchObject({ state: OPEN, reward: -1, legal: false, terminated: false })
      return result.events[0]!.reason
    }
    expect(reason(pair(0, 0, 1, 2))).toBe('blocked')
    expect(reason(pair(0, 0, 0, 1))).toBe('different')
    expect(reason(pair(0, 0, 2, 3))).toBe('empty')
    expect(game.rules.unreadable(OPEN)).toMatchObject({ state: OPEN, reward: -1, legal: false })
    expect(() => game.rules.step(OPEN, pair(0, 0, 0, 0))).toThrow(/two different cells/)
    expect(() => game.rules.step(OPEN, pair(0, 0, 0, 4))).toThrow(/two different cells/)
  })

  it('end on an empty board or without a pair, and then do nothing', () => {
    expect(game.rules.step(stateOf(['aa', '..']), pair(0, 0, 0, 1)).events.at(-1)).toEqual({ kind: 'ended', reason: 'cleared' })
    const last = game.rules.step(stateOf(['ab', 'ba', 'cc']), pair(2, 0, 2, 1))
    expect(last).toMatchObject({ reward: 1, terminated: true })
    expect(last.events.at(-1)).toEqual({ kind: 'ended', reason: 'dead-end' })
    expect(game.rules.terminated(DEAD)).toBe(true)
    expect(game.rules.step(DEAD, pair(0, 0, 1, 1))).toMatchObject({ state: DEAD, reward: 0, legal: false, terminated: true })
    expect(game.rules.unreadable(DEAD).reward).toBe(0)
    expect(gameFeedback(game, last, 'full')).toMatch(/no pair is left/)
  })

  it('shape the training reward to +1 and -1', () => {
    expect(trainingReward({ kind: 'played', reward: 1 })).toBe(1)
    expect(trainingReward({ kind: 'illegal', reward: -1 })).toBe(-1)
    expect(trainingReward({ kind: 'unreadable', reward: -1 })).toBe(-1)
  })
})

describe('boards', () => {
  it('hold the kinds in pairs, as evenly as can be, and a pair to start with', () => {
    for (let seed = 0; seed < 200; seed++) {
      const counts = (board: readonly number[]): number[] =>
        [...new Set(board)].map((kind) => board.filter((other) => other === kind).length).sort((a, b) => a - b)
      expect(counts(game.rules.init(paper, seed).board)).toEqual(new Array(9).fill(4))
      expect(counts(game.rules.init({ ...paper, kinds: 4 }, seed).board)).toEqual([8, 8, 10, 10])
      for (const clearable of [false, true])
        expect(game.rules.legalActions(game.rules.init({ rows: 2, columns: 2, kinds: 2, clearable }, seed)).length).toBeGreaterThan(0)
    }
  })

  it('show all 36 kinds over the games, and a fresh one has 8.56 joinable pairs on average', () => {
    const states = Array.from({ length: 600 }, (_, seed) => game.rules.init(paper, seed))
    expect(new Set(states.flatMap(({ board }) => board)).size).toBe(KINDS)
    const mean = states.reduce((sum, state) => sum + game.rules.legalActions(state).length, 0) / states.length
    expect(Math.abs(mean - 8.56)).toBeLessThan(0.4)
  })

  it('can be cleared where the config says so', () => {
    for (const config of [
      paper,
      small,
      { rows: 4, columns: 3, kinds: 6, clearable: true },
      { rows: 2, columns: 2, kinds: 2, clearable: true },
    ]) {
      for (let seed = 0; seed < 25; seed++) {
        let state = game.rules.init({ ...config, clearable: true }, seed)
        while (!game.rules.terminated(state)) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
        expect(state.removed).toBe((config.rows * config.columns) / 2)
      }
    }
  })

  it('scatter from full to the last pair, never over', () => {
    const removed = Array.from({ length: 300 }, (_, seed) => {
      const state = game.scatter!(paper, seed)
      expect(game.rules.parseState(state)).toEqual(state)
      expect(game.rules.terminated(state)).toBe(false)
      return state.removed
    })
    expect([Math.min(...removed), Math.max(...removed)]).toEqual([0, 17])
  })
})

describe('texts', () => {
  it('perception', () => {
    const text = 'red circle | red square | red triangle | red square\nred diamond | red triangle | red circle | red diamond\n_ | _ | _ | _'
    const shown = game.perception.format(game.perception.of(OPEN))
    expect(shown.startsWith(text)).toBe(true)
    expect(game.perception.parse(`\n ${shown.replaceAll(' | ', '|')} \r\n\n`)).toEqual(game.perception.of(OPEN))
    const wrong = [
      '',
      'circle',
      'red  circle',
      'red circle | _\n_',
      'Red circle',
      'red star |',
      'red circle _',
      new Array(9).fill('_').join('|'),
    ]
    for (const bad of [...wrong, '|'.repeat(1e6), '\n'.repeat(1e6)]) expect(game.perception.parse(bad)).toBe(null)
  })

  it('answers in either order, on the board, two cells', () => {
    expect(game.answer.parse(' (0, 1) (2, 3)\n', OPEN)).toEqual({ action: pair(0, 1, 2, 3) })
    expect(game.answer.parse('(2,3)(0,1)', OPEN)).toEqual({ action: pair(0, 1, 2, 3) })
    expect(game.answer.format(OPEN, pair(0, 1, 2, 3))).toBe('(0, 1) (2, 3)')
    for (const bad of ['(0, 0) (0, 0)', '(0, 0) (0, 4)', '(4, 0) (0, 0)', '(0, 0)', '0 0 1 1', '(-1, 0) (0, 0)'])
      expect(game.answer.parse(bad, OPEN)).toHaveProperty('reason')
    expect(game.rules.actions(OPEN)).toHaveLength(120)
  })

  it('prompts and feedback', () => {
    expect(gamePrompt(game, paper, 'brief')).toBe('shisen-sho 6x6')
    expect(gamePrompt(game, small, 'full')).toContain('r3c0 | r3c1 | r3c2 | r3c3\n</perception>\n<think>')
    expect(gameFeedback(game, game.rules.step(OPEN, pair(0, 0, 1, 2)), 'full')).toBe(
      '(0, 0) (1, 2) was refused: no path with at most two turns joins them.',
    )
    expect(gameFeedback(game, game.rules.step(OPEN, pair(0, 0, 1, 2)), 'brief')).toBe(' refused')
    expect(gameFeedback(game, game.rules.unreadable(OPEN), 'brief')).toBe(' unreadable')
    expect(gameFeedback(game, game.rules.step(OPEN, pair(0, 1, 0, 3)), 'brief')).toBe(' ok')
  })

  it('thoughts name every tile and its nearest partner, and one cell of the nearest pair', () => {
    const think = [
      'row 0 red circle not (1, 2) red square (0, 3) red triangle not (1, 1) red square (0, 1)',
      'row 1 red diamond (1, 3) red triangle not (0, 2) red circle not (0, 0) red diamond (1, 0)',
      'row 2 _ gone _ gone _ gone _ gone',
      'row 3 _ gone _ gone _ gone _ gone',
      'first (0, 1)',
    ]
    const said = think.join('\n')
    const share = (of: string): number => game.teacher!.share(OPEN, of)
    expect(game.teacher!.teach(OPEN, { blind: false })).toEqual({ think: said, action: pair(0, 1, 0, 3) })
    expect(share(said)).toBe(1)
    expect(share(said.replace('red square (0, 3)', 'red square (0, 2)'))).toBeCloseTo(32 / 33)
    expect(share(said.replace('(1, 0)\n', 'not (1, 0)\n'))).toBeCloseTo(32 / 33)
    expect(share(said.replace('row 0 red circle', 'row 0 red cross'))).toBeCloseTo(32 / 33)
    expect(share(said.replace('row 3 _ gone', 'row 3  _ '))).toBeLessThan(1)
    for (const bad of [
      said.replace('row 1', 'row 2'),
      `${said} gone`,
      said.replace('not', 'nothing'),
      `${said} (0, 3)`,
      said.replace('first', 'last'),
      'x'.repeat(1e6),
    ])
      expect(share(bad)).toBe(0)
    const judged = game.teacher!.judge(OPEN, said.replace('red square (0, 3)', 'red square (0, 2)'))
    expect(judged).toHaveLength(33)
    expect(judged.filter(({ holds }) => !holds).map(({ start, end }) => said.slice(start, end))).toEqual(['(0, 3)'])
  })
})

describe('experts', () => {
  it('blind teacher: sees no path outside the board; where none is on it, names the nearest equal tiles, joined or not', () => {
    const blind = (state: ShisenShoState): Pair => game.teacher!.teach(state, { blind: true }).action
    // The two a of row 0 are joined over the ring, the two c on the board.
    const both = stateOf(['abda', 'dc.b', '..c.', '....'], 8)
    expect([blind(both), game.teacher!.teach(both, { blind: false }).action]).toEqual([pair(1, 1, 2, 2), pair(1, 1, 2, 2)])
    const wall = stateOf(['abca', 'dcbd', 'efgh', 'fehg'])
    const { action, think } = game.teacher!.teach(wall, { blind: true })
    expect(action).toEqual(pair(0, 1, 1, 2))
    expect(game.rules.step(wall, action).legal).toBe(false)
    expect(game.teacher!.share(wall, think)).toBe(1)
    expect(game.rules.step(wall, game.teacher!.teach(wall, { blind: false }).action).legal).toBe(true)
    expect(() => game.teacher!.teach(DEAD, { blind: true })).toThrow(/after the end/)
  })

  it('every pair that keeps the most pairs within reach is a best move: no tie-break counts', () => {
    const two = stateOf(['abba', '....', 'cddc', '....'], 4)
    const scores = expertScores(game, two, 'solver')
    expect([...scores!.values()]).toEqual([4, 4, 4, 4])
    for (let seed = 0; seed < 20; seed++) {
      const state = game.rules.init({ ...small, kinds: 4 }, seed)
      for (const { action, score } of game.expert!.solver(state))
        expect([Number.isInteger(score), score <= 8, action.length]).toEqual([true, true, 2])
    }
  })

  it('look-ahead counts the pairs of the next moves', () => {
    const two = stateOf(['ab', 'ba', 'cc', 'dd'])
    expect(game.expert!.lookahead!(two, 1).map(({ score }) => score)).toEqual([1, 1])
    expect(game.expert!.lookahead!(two, 3).map(({ score }) => score)).toEqual([2, 2])
    expect(game.expert!.solver(two)[0]!.score).toBeGreaterThanOrEqual(2)
    expect(game.expert!.solver(DEAD)).toEqual([])
  })

  it('solver sees the order that clears', () => {
    for (let seed = 0; seed < 40; seed++) {
      const state = game.rules.init({ ...small, kinds: 4, clearable: true }, seed)
      const [best] = game.expert!.solver(state)
      expect(Math.floor(best!.score)).toBe(8)
      expect(game.expert!.solver(state)).toEqual(game.expert!.solver(state))
    }
  })
})

describe('pictures', () => {
  it('are tiles edge to edge, or a framed board; both whole multiples of the tile', () => {
    const [board, , full] = PLAIN_SKINS
    const plain = game.draw(OPEN, board!, PLAIN_THEME)
    expect([plain.width, plain.height, plain.catalogue.sprites.length]).toEqual([128, 128, 37])
    expect(plain.items[1]).toEqual({ sprite: 1, x: 32, y: 0 })
    expect(plain.items[8]).toEqual({ sprite: 36, x: 0, y: 64 })
    const framed = game.draw(OPEN, full!, PLAIN_THEME)
    expect([framed.width, framed.height, framed.items.length]).toEqual([160, 192, 16 + 8 + 2])
    expect(game.draw(game.rules.init(paper, 1), full!, PLAIN_THEME).catalogue).toBe(framed.catalogue)
  })
})

describe('vectors', () => {
  const shared = new URL('../../../../shared/vectors/shisen-sho.jsonl', import.meta.url)
  const sample = {
    board: [
      [0, 1, 0],
      [-1, -1, 1],
    ],
    pos1: [0, 0],
    pos2: [0, 2],
    can_connect: true,
    straight: false,
    one_turn: false,
    two_turns_inside: false,
    border_bfs: true,
    needs_border: true,
    game_over: false,
    remaining: 4,
  }

  it.skipIf(!existsSync(shared))('agree on every row (skipped where the reference vectors do not lie beside the project)', () => {
    const rows = readFileSync(shared, 'utf8').trim().split('\n')
    expect(rows).toHaveLength(200)
    expect(rows.every((row) => vectorsShisenSho.matches(JSON.parse(row)))).toBe(true)
    expect(rows.flatMap((row) => vectorsShisenSho.check(JSON.parse(row)))).toEqual([])
  })

  it('are looked at field by field', () => {
    expect(vectorsShisenSho.check(sample)).toEqual([])
    const inside = { ...sample, pos1: [0, 1], pos2: [1, 2], needs_border: false }
    expect(vectorsShisenSho.check(inside).map(({ field }) => field)).toEqual(['one_turn'])
    expect(vectorsShisenSho.check({ ...sample, pos1: [9, 0] }).map(({ field }) => field)).toContain('can_connect')
    expect(() => vectorsShisenSho.check({ ...sample, board: [[99]] })).toThrow()
  })
})

describe('actions', () => {
  it('are found by their cells', () => {
    const state = game.rules.init(paper, 3)
    const chance = seededRng(1, 'test')
    for (let i = 0; i < 200; i++) {
      const first = chance.int(35)
      const second = first + 1 + chance.int(35 - first)
      expect(pairOf(state, first, second)).toEqual(pair(Math.floor(first / 6), first % 6, Math.floor(second / 6), second % 6))
    }
  })
})
