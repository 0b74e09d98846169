import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { gameFeedback, trainingReward } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { checkGame } from '../../testing/index.ts'
import { ACROSS, DOWN, fresh, paper, TWO } from './boards-fixture.ts'
import { gameSwap as game, type Pair } from './index.ts'
import { checkVector, vectorsSwap } from './vectors.ts'

describe('config and state', () => {
  it('default to the game of the paper and refuse the rest by name', () => {
    expect(game.config.parse({})).toEqual(paper)
    for (const bad of [{ rows: 2 }, { columns: 9 }, { colours: 5 }, { colours: 0 }, { shapes: 4 }, { colors: 4 }])
      expect(game.config.safeParse(bad).success).toBe(false)
    expect(game.config.safeParse({ colours: 1, shapes: 2 }).error?.issues[0]?.message).toBe(
      'colours * shapes must be at least 3, got 1 * 2: raise colours or shapes',
    )
    expect(game.config.parse({ colours: 1 })).toEqual({ ...paper, colours: 1 })
  })

  it('deals boards of other configs as before after a state whose numbers are out of range was refused', () => {
    const config = game.config.parse({ colours: 3, shapes: 3 })
    // 0 colours of 15 shapes: no kinds at all.
    expect(() => game.rules.parseState({ ...TWO, colours: 0, shapes: 15 })).toThrow(StateError)
    expect(new Set(game.rules.init(config, 1).board).size).toBe(9)
  })

  it.each([
    ['unknown key', { extra: 1 }, /extra/],
    ['short board', { board: [0, 1] }, /12 cells/],
    ['empty cell', { board: [-1, ...TWO.board.slice(1)] }, /board\.0/],
    ['kind of another config', { colours: 2, shapes: 2 }, /kind 5 is not among the config's: 0, 1, 3, 4/],
    ['too few kinds', { colours: 1, shapes: 1 }, /at least 3/],
    ['standing run', { board: [0, 0, 0, 4, 1, 5, 4, 2, 8, 7, 6, 4] }, /no run/],
    ['no swap', { board: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }, /a swap that makes a run/],
    ['odd points', { points: 7, swaps: 1 }, /even/],
    ['points without swaps', { points: 6 }, /no swap was made/],
    ['too few points', { points: 6, swaps: 2 }, /at least 12/],
    ['negative swaps', { swaps: -1 }, /swaps/],
    ['dead chance', { rng: [0, 0, 0, 0] }, /rng/],
    ['too large a board', { rows: 9 }, /rows/],
  ])('parseState refuses: %s', (_, change, reason) => {
    const bad = { ...TWO, ...change }
    expect(() => game.rules.parseState(bad)).toThrow(StateError)
    expect(() => game.rules.parseState(bad)).toThrow(reason)
  })

  it('scatter draws every kind evenly', () => {
    const kinds = Array.from({ length: 100 }, (_, seed) => game.scatter!(paper, seed).board).flat()
    for (let kind = 0; kind < 12; kind++) {
      const share = kinds.filter((other) => other === kind).length / kinds.length
      expect(Math.abs(share - 1 / 12)).toBeLessThan(0.02)
    }
    expect(game.scatter!(paper, 1).board).not.toEqual(game.rules.init(paper, 1).board)
  })
})

describe('steps', () => {
  it('earn n(n-1) for the n tiles of each stage and say what happened', () => {
    expect(game.rules.legalActions(TWO)).toEqual([DOWN, ACROSS])
    const result = game.rules.step(TWO, DOWN)
    expect(result).toMatchObject({ legal: true, terminated: false })
    expect(result.events[0]).toEqual({ kind: 'swap', from: [0, 1], to: [1, 1] })
    expect(result.events[1]).toEqual({
      kind: 'cleared',
      cells: [
        [0, 0],
        [0, 1],
        [0, 2],
      ],
      points: 6,
    })
    expect(result.events[2]).toMatchObject({
      kind: 'refilled',
      cells: [
        [0, 0],
        [0, 1],
        [0, 2],
      ],
    })
    expect(result.reward % 2).toBe(0)
    expect(result.state).toMatchObject({ points: result.reward, swaps: 1 })
    expect(game.rules.step(TWO, [DOWN[1], DOWN[0]]).state).toEqual(result.state)
  })

  it('are alone from runs, playable, pure and deterministic, whatever is swapped', () => {
    fc.assert(
      fc.property(fresh, fc.integer(), (start, seed) => {
        const chance = seededRng(seed)
        let state = start
        for (let i = 0; i < 5; i++) {
          const action = chance.pick(i % 2 === 0 ? game.rules.legalActions(state) : game.rules.actions(state))
          const before = JSON.stringify(state)
          const result = game.rules.step(state, action)
          expect(JSON.stringify(state)).toBe(before)
          expect(game.rules.step(state, action)).toEqual(result)
          if (!result.legal) expect([result.state, result.reward, result.events.length]).toEqual([state, -1, 1])
          else {
            const stages = result.events.filter(({ kind }) => kind === 'cleared') as unknown as { points: number; cells: unknown[] }[]
            expect(result.reward).toBe(stages.reduce((sum, { cells }) => sum + cells.length * (cells.length - 1), 0))
            expect(result.state.swaps).toBe(state.swaps + 1)
          }
          state = game.rules.parseState(JSON.parse(JSON.stringify(result.state)))
          expect(state).toEqual(result.state)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('refuse without touching board or chance; unreadable costs 1; what is no action throws', () => {
    const idle: Pair = [
      [0, 0],
      [0, 1],
    ]
    const refused = { state: TWO, reward: -1, legal: false, terminated: false }
    expect(game.rules.step(TWO, idle)).toEqual({ ...refused, events: [{ kind: 'refused', from: [0, 0], to: [0, 1], reason: 'no-run' }] })
    const apart = game.answer.parse('(0, 0) (2, 3)', TWO) as { action: Pair }
    expect(game.rules.step(TWO, apart.action)).toEqual({
      ...refused,
      events: [{ kind: 'refused', from: [0, 0], to: [2, 3], reason: 'apart' }],
    })
    expect(game.rules.unreadable(TWO)).toEqual({ ...refused, events: [{ kind: 'unreadable' }] })
    for (const bad of [
      [[0, 0]],
      [
        [0, 0],
        [0, 4],
      ],
      [
        [0, 0],
        [3, 0],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      [
        [0, 0],
        [0, 0.5],
      ],
      [
        [-1, 0],
        [0, 0],
      ],
      3,
      null,
    ])
      expect(() => game.rules.step(TWO, bad as unknown as Pair)).toThrow(GameError)
  })

  it('reshuffle a board without a move, and only then', () => {
    let shuffles = 0
    for (let seed = 0; seed < 300; seed++) {
      const result = game.rules.step(game.rules.init(paper, seed), game.rules.legalActions(game.rules.init(paper, seed))[0]!)
      const at = result.events.findIndex(({ kind }) => kind === 'reshuffled')
      if (at < 0) continue
      shuffles++
      expect(at).toBe(result.events.length - 1)
      expect(gameFeedback(game, result, 'full')).toBe('No swap was left on the board, so it was shuffled.')
      expect(game.rules.legalActions(result.state).length).toBeGreaterThan(0)
    }
    expect(shuffles).toBeGreaterThan(10)
    expect(shuffles).toBeLessThan(90)
  })

  it('shape the training reward to +1 and -1', () => {
    expect(trainingReward({ kind: 'played', reward: 6 })).toBe(1)
    expect(trainingReward({ kind: 'illegal', reward: -1 })).toBe(-1)
    expect(trainingReward({ kind: 'unreadable', reward: -1 })).toBe(-1)
  })
})

describe('conformance', () => {
  const rest = [
    { rows: 3, columns: 3 },
    { rows: 3, columns: 8, colours: 1 },
    { rows: 8, columns: 4, colours: 4, shapes: 1 },
  ]

  // src/games/index.test.ts checks the board of the paper and the levels.
  it('holds for other boards', () => checkGame(game, { configs: rest, seeds: [0, 1], steps: 15, actions: 12, levels: false }))

  it.skipIf(!existsSync(new URL('../../../../shared/vectors/swap.jsonl', import.meta.url)))(
    'agrees with the reference vectors (skipped where they do not lie beside the project)',
    () => {
      const lines = readFileSync(new URL('../../../../shared/vectors/swap.jsonl', import.meta.url), 'utf8')
        .trim()
        .split('\n')
      expect(lines.length).toBe(200)
      for (const row of lines.map((line) => JSON.parse(line) as object)) {
        expect(vectorsSwap.matches(row)).toBe(true)
        expect(checkVector(row)).toEqual([])
      }
    },
  )

  it('names the fields of a vector that differ, and throws on a malformed one', () => {
    const board = [0, 1, 2].map((row) => TWO.board.slice(row * 4, (row + 1) * 4))
    const row = {
      board,
      pos1: [1, 1],
      pos2: [0, 1],
      valid_swap: true,
      initial_matches: [],
      has_valid_moves: true,
      matched: true,
      board_after_swap: [[0, 0, 0, 4], [1, 5, 4, 2], board[2]],
      matches: [
        [0, 0],
        [0, 1],
        [0, 2],
      ],
      score: 6,
      board_removed: [[-1, -1, -1, 4], [1, 5, 4, 2], board[2]],
      board_after_gravity: [[-1, -1, -1, 4], [1, 5, 4, 2], board[2]],
    }
    expect(checkVector(row)).toEqual([])
    expect(checkVector({ ...row, score: 12 })).toEqual([{ field: 'score', expected: 12, actual: 6 }])
    expect(checkVector({ ...row, pos2: [-1, 1] }).map(({ field }) => field)).toContain('valid_swap')
    expect(() => checkVector({ ...row, board: [[0, 1], [2]] })).toThrow()
    expect(vectorsSwap.matches({ board, action: 1 })).toBe(false)
  })
})
