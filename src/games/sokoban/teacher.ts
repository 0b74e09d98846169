/**
 * The scripted teacher of Sokoban and its thoughts. The thoughts are always the truth about the board, a line a box in reading order:
 *
 *     push 2 3 no 4 dead no      row and column of the box, then what a push up, right, down and left comes to: no: it cannot be made; dead: the
 *                                puzzle cannot be solved after it; else the fewest pushes that solve it from there
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: only points count. The blind teacher makes the push that earns most at
 * once, the first of several, whether or not the puzzle can be solved after it. Not blind: the push after which fewest are left, the first of
 * several; where all are dead, that of the blind teacher. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { type Push, pushed, refusalOf, stepsOf } from './rules.ts'
import { type ActionSokoban, legalActions, outcomeOf, pushOf, type StateSokoban } from './state.ts'
import { tableOf } from './table.ts'
import { COUNTED_MAX } from './text.ts'

const WORD = /no|dead|0|[1-9][0-9]?/y

const truthOf = onceForEach((state: StateSokoban) => {
  const { size, crates, goals } = state
  const table = tableOf(state, goals)
  const leftAfter = (push: Push): number | null => table.pushes(pushed(state, push))
  const lines = crates.map((from) => {
    const words = stepsOf(size).map((step) => {
      const push = { from, to: from + step }
      if (refusalOf(state, state, push) !== null) return 'no'
      const left = leftAfter(push)
      return left === null ? 'dead' : String(Math.min(left, COUNTED_MAX))
    })
    return trueLine('push', [String(Math.floor(from / size)), String(from % size), ...words], WORD)
  })
  return { leftAfter, thoughts: trueThoughts(lines) }
})

/** The teacher of Sokoban; see the head of this file. */
export const teacher: TeacherDefinition<StateSokoban, ActionSokoban> = {
  teach(state, { blind }) {
    const legal = legalActions(state)
    if (legal.length === 0) throw new GameError('The teacher of Sokoban was asked for a move after the end: check terminated(state) first.')
    const { leftAfter, thoughts } = truthOf(state)
    const scored = legal.map((action) => {
      const push = pushOf(state.size, action)
      return { action, points: outcomeOf(state, state, push)[0], left: blind ? 0 : (leftAfter(push) ?? Number.POSITIVE_INFINITY) }
    })
    const best = scored.reduce((one, other) => {
      return other.left < one.left || (other.left === one.left && other.points > one.points) ? other : one
    })
    return { think: thoughts.text, action: best.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
