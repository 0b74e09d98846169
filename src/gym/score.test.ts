import { describe, expect, it } from 'vitest'
import { playGroup } from './group.ts'
import { formatReply } from './protocol.ts'
import { paperWeights, totalReward } from './rewards.ts'
import { playReply, trainingReward } from './score.ts'
import { type ToyState, toyGame } from './toy-game-fixture.ts'

const state: ToyState = { ...toyGame.rules.init({ rows: 2, columns: 3, moves: 6 }, 5), cells: [1, 0, 3, 2, 0, 1] }
const reply = (answer: string, perception = '1 | 0 | 3\n2 | 0 | 1', think = 'largest 3'): string =>
  formatReply({ perception, think, answer })

describe('playReply', () => {
  it('scores a right reply', () => {
    const { score, result } = playReply(toyGame, state, reply('2'))
    expect(score).toEqual({
      format: 1,
      perceptionExact: 1,
      perceptionCells: 1,
      think: 1,
      outcome: 'played',
      action: '2',
      gameReward: 3,
      trainingReward: 1,
      boundary: null,
      problem: null,
    })
    expect(result).toEqual(toyGame.rules.step(state, 2))
  })

  it('names the boundary of whatever is not a legal move', () => {
    expect(playReply(toyGame, state, reply('1')).score).toMatchObject({
      outcome: 'illegal',
      action: '1',
      boundary: 'game',
      trainingReward: -1,
    })
    for (const text of [reply('9'), reply('-1'), reply('2 then 3'), reply(''), 'x', `${reply('2')}${reply('2')}`]) {
      const { score, result } = playReply(toyGame, state, text)
      expect(score).toMatchObject({ outcome: 'unreadable', action: null, boundary: 'parse', gameReward: -1 })
      expect(score.problem).toMatch(/\.$/)
      expect(result.state).toEqual(state)
    }
    const failed = playReply(toyGame, state, { text: reply('2'), failure: { boundary: 'endpoint', reason: 'no route' } })
    expect(failed.score).toMatchObject({ outcome: 'unreadable', boundary: 'endpoint', problem: 'no route', format: 0, perceptionCells: 0 })
  })

  it('plays a readable answer whatever the format, and says what departs', () => {
    const { score } = playReply(toyGame, state, `Well: ${reply('2')}`)
    expect(score).toMatchObject({ format: 0, outcome: 'played', boundary: null, problem: 'There is text outside the tags.' })
  })

  it('does nothing after the end', () => {
    const over = { ...state, left: 0 }
    expect(playReply(toyGame, over, reply('2'))).toMatchObject({
      score: { outcome: 'illegal', gameReward: 0 },
      result: { terminated: true },
    })
  })
})

describe('trainingReward', () => {
  it('is 1 for a legal move that earned something, else -1', () => {
    expect(trainingReward({ kind: 'played', reward: 3 })).toBe(1)
    expect(trainingReward({ kind: 'played', reward: 0 })).toBe(-1)
    expect(trainingReward({ kind: 'illegal', reward: 3 })).toBe(-1)
    expect(trainingReward({ kind: 'unreadable', reward: -1 })).toBe(-1)
  })
})

describe('playGroup', () => {
  const replies = ['2', '0', '2', '1', 'x', '2'].map((answer) => reply(answer))

  it('equals single plays from the same state, in any order', () => {
    const before = structuredClone(state)
    const group = playGroup(toyGame, state, replies, { chance: 'shared' })
    expect(group).toEqual(replies.map((text) => playReply(toyGame, state, text)))
    expect(playGroup(toyGame, state, replies.toReversed(), { chance: 'shared' })).toEqual(group.toReversed())
    expect(state).toEqual(before)
  })

  it('shared: equal actions, equal results; independent: reproducible, but each with its own chance', () => {
    const many = Array.from({ length: 40 }, () => reply('2'))
    const shared = playGroup(toyGame, state, many, { chance: 'shared' }).map(({ result }) => JSON.stringify(result))
    expect(new Set(shared).size).toBe(1)
    const independent = playGroup(toyGame, state, many, { chance: 'independent', seed: 3 })
    expect(new Set(independent.map(({ result }) => result.state.cells[2])).size).toBe(4)
    expect(playGroup(toyGame, state, many, { chance: 'independent', seed: 3 })).toEqual(independent)
    expect(playGroup(toyGame, state, many, { chance: 'independent', seed: 4 })).not.toEqual(independent)
    expect(() => playGroup(toyGame, state, many, { chance: 'independent' })).toThrow('needs a seed')
  })

  it('perceives once and draws never', () => {
    let perceived = 0
    const watched = {
      ...toyGame,
      perception: {
        ...toyGame.perception,
        of: (s: ToyState) => {
          perceived++
          return toyGame.perception.of(s)
        },
      },
      draw: () => {
        throw new Error('drawn')
      },
    }
    playGroup(watched, state, replies, { chance: 'independent', seed: 1 })
    expect(perceived).toBe(1)
  })
})

describe('totalReward', () => {
  it('is the weighted sum', () => {
    const { score } = playReply(toyGame, state, reply('2', '1 | 0 | 3'))
    expect(totalReward(score, paperWeights)).toBe(1 + 1 + 0)
    const weights = { game: 2, format: 3, perceptionExact: 5, perceptionCells: 7, think: 11, legal: 13 }
    expect(totalReward(score, weights)).toBe(2 * 1 + 3 * 1 + 5 * 0 + 7 * 0.5 + 11 * 1 + 13 * 1)
    expect(totalReward(score, weights, -0.5)).toBe(-1 + 3 + 3.5 + 11 + 13)
  })
})
