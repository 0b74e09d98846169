/**
 * The scripted teacher of falling shapes and its thoughts. The thoughts are always the truth about the well:
 *
 *     heights 3 4 2 0 0 1     the skyline: by column, how high its highest filled cell stands
 *     holes 2                 empty cells below filled ones
 *     rows 1                  most rows that a placement of this shape fills
 *     change -1               fewest holes that a placement of this shape adds (a minus sign: takes away)
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: the skyline does not count. The blind teacher takes the first placement, by
 * turns and then by column, that adds fewest holes. Not blind: the best placement of the expert. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { holesOf, type Placed, placed } from './rules.ts'
import { solver } from './solver.ts'
import { legalActions, type Placement, type StateFallingShapes, skyline } from './state.ts'

const COUNT = /0|[1-9][0-9]{0,2}/y
const CHANGE = /0|-?[1-9][0-9]{0,2}/y

const truthOf = onceForEach((state: StateFallingShapes) => {
  const { well, width, shape } = state
  const holes = holesOf(well)
  const legal = legalActions(state)
  const results = legal.map((action) => placed(well, width, shape, ...action) as Placed)
  const changes = results.map((result) => holesOf(result.well) - holes)
  const fewest = Math.min(...changes)
  const thoughts = trueThoughts([
    trueLine('heights', skyline(state).map(String), COUNT),
    trueLine('holes', [String(holes)], COUNT),
    trueLine('rows', [String(Math.max(0, ...results.map(({ rows }) => rows)))], COUNT),
    trueLine('change', [String(legal.length === 0 ? 0 : fewest)], CHANGE),
  ])
  return { thoughts, first: legal[changes.indexOf(fewest)] }
})

/** The teacher of falling shapes; see the head of this file. */
export const teacher: TeacherDefinition<StateFallingShapes, Placement> = {
  teach(state, { blind }) {
    const { thoughts, first } = truthOf(state)
    if (first === undefined)
      throw new GameError('The teacher of falling shapes was asked for a move after the end: check terminated(state) first.')
    return { think: thoughts.text, action: blind ? first : solver(state)[0]!.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
