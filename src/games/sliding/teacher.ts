/**
 * The scripted teacher of the sliding puzzle and its thoughts. The thoughts are always the truth about the board:
 *
 *     pieces 3 7 8          the pieces beside the gap, in reading order
 *     nearer +1 -1 +1       steps that each comes nearer to its home
 *     left 12 14 12         moves that are left after each slide, as the expert counts them
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: `left` does not count. The blind teacher slides the first piece that comes
 * nearer to its home. Not blind: fewest moves left, the first of several. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { besidesOf, nearer } from './rules.ts'
import { movesAfter } from './search.ts'
import { legalActions, type StateSliding } from './state.ts'

const PIECE = /[1-9][0-9]?/y
const STEP = /\+1|-1/y
const COUNT = /0|[1-9][0-9]{0,2}/y
/** Most pieces beside the gap. */
const BESIDE = 4

const truthOf = onceForEach((state: StateSliding) => {
  const { board, columns } = state
  const places = besidesOf(state)[board.indexOf(0)]!
  const steps = places.map((place) => nearer(board, place, columns))
  const left = movesAfter(board, state, places).map(({ moves }) => moves)
  const thoughts = trueThoughts([
    trueLine(
      'pieces',
      places.map((place) => String(board[place])),
      PIECE,
      BESIDE,
    ),
    trueLine(
      'nearer',
      steps.map((one) => (one > 0 ? '+1' : '-1')),
      STEP,
      BESIDE,
    ),
    trueLine('left', left.map(String), COUNT, BESIDE),
  ])
  return { places, steps, left, thoughts }
})

/** The teacher of the sliding puzzle; see the head of this file. */
export const teacher: TeacherDefinition<StateSliding, number> = {
  teach(state, { blind }) {
    if (legalActions(state).length === 0)
      throw new GameError('The teacher of the sliding puzzle was asked for a move after the end: check terminated(state) first.')
    const { places, steps, left, thoughts } = truthOf(state)
    const at = blind ? Math.max(0, steps.indexOf(1)) : left.indexOf(Math.min(...left))
    return { think: thoughts.text, action: places[at]! }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
