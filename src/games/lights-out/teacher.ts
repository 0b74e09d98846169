/**
 * The scripted teacher of Lights Out and its thoughts. The thoughts are always the truth about the graph:
 *
 *     lit A C D               the lights that are on
 *     change -1 +3 0 -3       by node: how many more lights are on after a press of it
 *     need B D                the fewest presses that put all lights out (of several such sets the one whose letters come first)
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: `need` does not count. The blind teacher presses the node that puts out
 * most lights at once, the first of several. Not blind: the first node that is needed. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { pressesOf, sizeOf, smallest } from './rules.ts'
import { solutionsOf } from './solver.ts'
import { actions, litOf, type StateLightsOut, terminated } from './state.ts'
import { changeWord, NAMES } from './text.ts'

const LETTER = /[A-L]|-/y
const CHANGE = /0|[+-][1-9][0-9]?/y

const truthOf = onceForEach((state: StateLightsOut) => {
  const { nodes } = state
  const lit = litOf(state)
  const changes = pressesOf(nodes, state.edges).map((press) => sizeOf(press) - 2 * sizeOf(press & lit))
  const sets = solutionsOf(state)
  const need = sets === null ? 0 : smallest(sets)
  const letters = (set: number): string[] => (set === 0 ? ['-'] : NAMES.filter((_, node) => ((set >> node) & 1) === 1))
  const thoughts = trueThoughts([
    trueLine('lit', letters(lit), LETTER, nodes),
    trueLine('change', changes.map(changeWord), CHANGE),
    trueLine('need', letters(need), LETTER, nodes),
  ])
  return { changes, need, thoughts }
})

/** The teacher of Lights Out; see the head of this file. */
export const teacher: TeacherDefinition<StateLightsOut, number> = {
  teach(state, { blind }) {
    const { changes, need, thoughts } = truthOf(state)
    if (terminated(state))
      throw new GameError('The teacher of Lights Out was asked for a move after the end: check terminated(state) first.')
    const nodes = [...actions(state)]
    const most = nodes.sort((a, b) => changes[a]! - changes[b]! || a - b)[0]!
    const needed = actions(state).find((node) => ((need >> node) & 1) === 1)
    return { think: thoughts.text, action: blind ? most : (needed ?? most) }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
