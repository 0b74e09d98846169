import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { PLAIN_THEME } from '../../testing/index.ts'
import { gameSokoban as game } from './index.ts'
import { pushesMax } from './rules.ts'
import { type ConfigSokoban, pushOf, type StateSokoban } from './state.ts'
import { PushTable, tableOf } from './table.ts'

const config = (given: Partial<ConfigSokoban>): ConfigSokoban => game.config.parse(given)

/** A state from a drawing in the signs of most programs: # wall, . goal, $ box, * box on a goal, @ player, + player on a goal. */
function drawn(...rows: readonly string[]): StateSokoban {
  const signs = [...rows.join('')]
  const at = (wanted: string): number[] => signs.flatMap((sign, cell) => (wanted.includes(sign) ? [cell] : []))
  return {
    ...{ size: rows.length, boxes: at('$*').length, pushes: 1, shade: 0 },
    cells: signs.map((sign) => (sign === '#' ? 1 : 0)),
    ...{ goals: at('.*+'), crates: at('$*'), player: at('@+')[0]!, moves: 0, rng: [1, 2, 3, 4] },
  }
}

const corridor = drawn('######', '#    #', '#@$ .#', '#    #', '#    #', '######')

/** Fewest pushes by trying everything: the player's single steps one by one, walks before pushes; null where nothing is left to try. */
function fewestByBruteForce({ size, cells, goals, crates, player }: StateSokoban): number | null {
  const key = (at: number, boxes: readonly number[]): string => `${at} ${[...boxes].sort((a, b) => a - b)}`
  let now = [{ at: player, boxes: [...crates] }]
  const seen = new Set<string>()
  for (let pushes = 0; now.length > 0; pushes++) {
    const later: typeof now = []
    for (let i = 0; i < now.length; i++) {
      const { at, boxes } = now[i]!
      if (seen.has(key(at, boxes))) continue
      seen.add(key(at, boxes))
      if (boxes.every((box) => goals.includes(box))) return pushes
      for (const step of [1, -1, size, -size]) {
        const next = at + step
        if (cells[next] !== 0) continue
        if (!boxes.includes(next)) now.push({ at: next, boxes })
        else if (cells[next + step] === 0 && !boxes.includes(next + step))
          later.push({ at: next, boxes: boxes.map((box) => (box === next ? next + step : box)) })
      }
    }
    now = later
  }
  return null
}

/** The same room with boxes and player anywhere, solvable or not. */
function stirred(state: StateSokoban, seed: number): StateSokoban {
  const floor = state.cells.flatMap((cell, at) => (cell === 0 ? [at] : []))
  const [player, ...rest] = seededRng(seed, 'test').shuffle(floor)
  return { ...state, crates: rest.slice(0, state.boxes).sort((a, b) => a - b), player: player! }
}

describe('rules', () => {
  it('push a box one cell on, pay the steps to its goal, and the end', () => {
    const one = game.rules.step(corridor, [
      [2, 2],
      [2, 3],
    ])
    expect(one).toMatchObject({ reward: 1, legal: true, terminated: false, state: { crates: [15], player: 14, moves: 1 } })
    const two = game.rules.step(one.state, [
      [2, 3],
      [2, 4],
    ])
    expect(two).toMatchObject({
      reward: 1 + 5,
      terminated: true,
      events: [
        { kind: 'pushed', nearer: 1 },
        { kind: 'ended', reason: 'solved' },
      ],
    })
    expect(game.rules.won?.(two.state)).toBe(true)
    expect(game.text.feedback(two)).toBe('The game is over: the puzzle is solved.')
    const back = game.rules.step(one.state, [
      [2, 3],
      [2, 2],
    ])
    expect(back).toMatchObject({ reward: -1, legal: true, state: { crates: [14], player: 15 } })
  })

  it.each([
    ['no box', '(1, 1) (1, 2)', 'there is no box in the first cell'],
    ['a wall', '(1, 3) (0, 3)', 'the second cell is a wall or a box'],
    ['a box', '(1, 3) (2, 3)', 'the second cell is a wall or a box'],
    ['a player who cannot get there', '(2, 3) (2, 2)', 'the player cannot walk to the other side of the box'],
  ] as const)('refuse a push with %s, in a sentence', (_, shown, reason) => {
    const state = drawn('######', '#  $ #', '# @$ #', '###..#', '######', '######')
    const read = game.answer.parse(shown, state)
    const refused = game.rules.step(state, 'action' in read ? read.action : expect.fail(read.reason))
    expect(refused).toMatchObject({ state, reward: 0, legal: false, terminated: false })
    expect(game.text.feedback(refused)).toBe(`The push ${shown} was refused: ${reason}.`)
  })

  it('end where nothing can be pushed', () => {
    const state = drawn('#####', '#   #', '#@$ #', '##. #', '#####')
    const stuck = game.rules.step(state, [
      [2, 2],
      [2, 3],
    ])
    expect(stuck).toMatchObject({ terminated: false, legal: true })
    const corner = game.rules.step(drawn('#####', '###.#', '#@$ #', '#####', '#####'), [
      [2, 2],
      [2, 3],
    ])
    expect(corner).toMatchObject({ terminated: true, events: [{ kind: 'pushed' }, { kind: 'ended', reason: 'stuck' }] })
    expect(game.text.feedback(corner)).toBe('The game is over: nothing can be pushed any more.')
    expect(game.rules.won?.(corner.state)).toBe(false)
  })

  it('take no action that is none', () => {
    expect(() =>
      game.rules.step(corridor, [
        [2, 2],
        [2, 4],
      ]),
    ).toThrow(GameError)
    expect(() =>
      game.rules.step(corridor, [
        [2, 5],
        [2, 6],
      ]),
    ).toThrow('use two cells of 6 x 6 that touch')
  })
})

describe('the expert', () => {
  it.each([
    [5, 1],
    [5, 2],
    [6, 1],
    [6, 2],
    [6, 3],
    [7, 2],
  ])('counts the fewest pushes in rooms of size %i with %i boxes, dead ends included, as trying everything does', (size, boxes) => {
    let dead = 0
    for (let seed = 0; seed < 12; seed++) {
      const fresh = game.rules.init(config({ size, boxes, pushes: 1 }), seed)
      for (const state of [
        fresh,
        game.scatter!(config({ size, boxes, pushes: 1 }), seed),
        ...[0, 1, 2].map((k) => stirred(fresh, 3 * seed + k)),
      ]) {
        const fewest = fewestByBruteForce(state)
        expect(tableOf(state, state.goals).pushes(state)).toBe(fewest)
        if (fewest === null) dead++
      }
    }
    expect(dead).toBeGreaterThan(0)
  })

  it('solves fresh boards in as many pushes as the config says, whatever the size', () => {
    for (const size of [5, 6, 7, 8, 9, 10])
      for (const boxes of size > 8 ? [1, 2] : [1, 2, 3])
        for (const pushes of [1, pushesMax(size, boxes)]) {
          let state = game.rules.init(config({ size, boxes, pushes }), 7)
          expect(game.rules.parseState(state)).toEqual(state)
          for (let push = 0; push < pushes; push++) {
            expect(game.rules.terminated(state)).toBe(false)
            state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
          }
          expect(game.rules.won?.(state), JSON.stringify({ size, boxes, pushes })).toBe(true)
        }
  })

  it('scores what cannot be solved any more below everything else', () => {
    const state = drawn('######', '#    #', '# $@ #', '# .  #', '#    #', '######')
    const scores = game.expert!.solver(state).map(({ score }) => score)
    expect(scores[0]).toBe(-1 - new PushTable(state, state.goals).pushes({ crates: [13], player: 14 })!)
    const dead = drawn('#####', '# $@#', '#   #', '# . #', '#####')
    expect(game.expert!.solver(dead).map(({ score }) => score)).toEqual([-1000, -1000])
  })

  it('looks ahead for points as play pays them, less a hundredth a push that is left, less the end where it is lost', () => {
    const left = (state: StateSokoban): number | null => tableOf(state, state.goals).pushes(state)
    const best = (state: StateSokoban, plies: number): number => {
      const missing = left(state)
      if (missing === null) return -5 * state.boxes
      if (plies === 0 || missing === 0) return -0.01 * missing
      return Math.max(
        ...game.rules.legalActions(state).map((action) => {
          const { reward, state: next } = game.rules.step(state, action)
          return reward + best(next, plies - 1)
        }),
      )
    }
    for (let seed = 0; seed < 10; seed++) {
      const state = game.scatter!(config({ size: 6 }), seed)
      for (const plies of [1, 2, 3])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) {
          const { reward, state: next } = game.rules.step(state, action)
          expect(score).toBeCloseTo(reward + best(next, plies - 1), 9)
        }
    }
  })

  it('needs more pushes at every level of reasoning', () => {
    const needed = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const state = game.rules.init(difficulty(game, { reasoning }).config, 1)
      return -game.expert!.solver(state)[0]!.score
    })
    expect(needed).toEqual([2, 3, 6, 10, 13, 17])
  })
})

describe('the picture', () => {
  it('has boxes that look more like walls at every step of shade, and never the same', () => {
    const skin = { theme: 'plain', tile: 16, layout: 'board', symbols: 'letters' } as const
    const inks = [0, 1, 2, 3, 4, 5].map((shade) => {
      const { sprites } = game.draw({ ...corridor, shade }, skin, PLAIN_THEME).catalogue
      const [wall, box] = [1, 3].map((look) => JSON.stringify(sprites[look]!.shapes.at(-1)).match(/#[0-9a-f]{6}/)![0])
      return [1, 3, 5].reduce((sum, at) => sum + Math.abs(channel(wall!, at) - channel(box!, at)), 0)
    })
    for (let shade = 1; shade < 6; shade++) expect(inks[shade]).toBeLessThan(inks[shade - 1]!)
    expect(inks[5]).toBeGreaterThan(0)
  })
})

const channel = (fill: string, at: number): number => Number.parseInt(fill.slice(at, at + 2), 16)

describe('what comes from outside', () => {
  it.each([
    [{ size: 4 }, 'size'],
    [{ size: 11 }, 'size'],
    [{ boxes: 0 }, 'boxes'],
    [{ boxes: 4 }, 'boxes'],
    [{ pushes: 0 }, 'pushes'],
    [{ pushes: 23 }, 'pushes'],
    [{ size: 5, boxes: 1, pushes: 3 }, 'pushes'],
    [{ shade: 6 }, 'shade'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['too few cells', { cells: [1, 1] }, /expected 36 cells for size 6, got 2/],
    ['a hole in the outer wall', { cells: corridor.cells.with(0, 0) }, /edge of the board must be walls/],
    ['a box in a wall', { crates: [0] }, /expected 1 different cells of the floor/],
    ['a goal too many', { goals: [16, 17] }, /expected 1 different cells of the floor/],
    ['a player in a box', { player: 14 }, /cell 14 is no floor without a box/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...corridor, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...corridor, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be two cells: (row1, col1) (row2, col2).'],
    ['right', 'The answer "right" is not two cells written as (row1, col1) (row2, col2).'],
    ['(2, 2)', 'The answer "(2, 2)" is not two cells written as (row1, col1) (row2, col2).'],
    ['(2, 5) (2, 6)', 'The cell (2, 6) is outside the board of 6 rows and 6 columns, counted from 0.'],
    ['(2, 2) (2, 4)', 'The cells (2, 2) (2, 4) do not touch; the second is the one beside the box where it goes.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, corridor)).toEqual({ reason })
  })

  it('a board is told only if it can be one of the config', () => {
    const { of, told } = game.perception
    expect(told!(corridor, of({ ...corridor, player: 8 }))).toMatchObject({ player: 8, crates: [14] })
    const two = of(corridor).cells.map((row) => row.map((label) => (label === 'goal' ? 'player' : label)))
    expect(told!(corridor, { rows: 6, columns: 6, cells: two })).toBeNull()
  })
})

describe('the teacher', () => {
  it('says what every push comes to, and does not look beyond its points when it is blind', () => {
    const { teach, judge } = game.teacher!
    expect(teach(corridor, { blind: false })).toEqual({
      think: 'push 2 2 dead 1 3 dead',
      action: [
        [2, 2],
        [2, 3],
      ],
    })
    expect(judge(corridor, 'push 2 2 dead 2 3 no').map(({ holds }) => holds)).toEqual([true, true, true, false, true, false])
    expect(judge(corridor, 'push 2 2 up')).toEqual([])
  })

  it('comes to a dead end when it is blind, and to the end when it is not', () => {
    const last = (seed: number, blind: boolean): boolean => {
      let state = game.rules.init(config({}), seed)
      for (let move = 0; move < 40 && !game.rules.terminated(state); move++)
        state = game.rules.step(state, game.teacher!.teach(state, { blind }).action).state
      return game.rules.won?.(state) === true
    }
    const seeds = Array.from({ length: 30 }, (_, seed) => seed)
    expect(seeds.every((seed) => last(seed, false))).toBe(true)
    expect(seeds.filter((seed) => last(seed, true)).length).toBeLessThan(15)
  })
})

it('an action is the push that it says', () => {
  for (const action of game.rules.legalActions(corridor)) {
    const { from, to } = pushOf(6, action)
    expect(game.rules.step(corridor, action).state).toMatchObject({ crates: [to], player: from })
  }
})
