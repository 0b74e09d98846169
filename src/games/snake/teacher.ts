/**
 * The scripted teacher of Snake and its thoughts. The thoughts are always the truth about the board:
 *
 *     food 2 -3           rows down and columns right from the head to the food
 *     free 0 4 1 2        steps that are free up, right, down and left of the head
 *     way 5               steps of a shortest way to the food through free cells; -: there is none
 *     tail 8              the same to the cell of the tail
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: the body does not count but where it is in the way at once. The blind
 * teacher runs towards the food, along rows first. Not blind: the best going of the expert. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { beside, DIRECTIONS, obstacle, waysFrom } from './rules.ts'
import { solver } from './solver.ts'
import { type Going, goneTo, legalActions, pointsOf, type StateSnake, terminated } from './state.ts'

const OFF = /0|-?[1-9]/y
const COUNT = /0|[1-9][0-9]?|-/y

const truthOf = onceForEach((state: StateSnake) => {
  const { body, size, food } = state
  const head = body[0]!
  const to = food < 0 ? head : food
  const { steps } = waysFrom(body, size)
  const counted = (cell: number): string => (steps[cell]! < 0 ? '-' : String(steps[cell]))
  const free = DIRECTIONS.map((_, direction) => {
    let count = 0
    for (let at = beside(head, direction, size); obstacle(body, at) === null; at = beside(at, direction, size)) count++
    return String(count)
  })
  return trueThoughts([
    trueLine('food', [String(Math.floor(to / size) - Math.floor(head / size)), String((to % size) - (head % size))], OFF),
    trueLine('free', free, COUNT),
    trueLine('way', [counted(to)], COUNT),
    trueLine('tail', [counted(body.at(-1)!)], COUNT),
  ])
})

/** The going that comes nearest to the food at once: sideways first, then the longest. */
function hasty(state: StateSnake): Going {
  const worth = (action: Going): number => {
    const gone = goneTo(state, action)
    return typeof gone === 'string' ? -100 : 2 * pointsOf(state.body, gone, state.food, state.size) + (action[0] % 2 === 1 ? 1 : 0)
  }
  return legalActions(state).reduce((best, action) => (worth(action) > worth(best) ? action : best))
}

/** The teacher of Snake; see the head of this file. */
export const teacher: TeacherDefinition<StateSnake, Going> = {
  teach(state, { blind }) {
    if (terminated(state)) throw new GameError('The teacher of Snake was asked for a move after the end: check terminated(state) first.')
    return { think: truthOf(state).text, action: blind ? hasty(state) : solver(state)[0]!.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state)),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state))),
}
