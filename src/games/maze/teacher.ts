/**
 * The scripted teacher of the maze and its thoughts. They are always the truth about what a player knows who remembers all that was seen:
 *
 *     at 2,3              the player's cell, by row and column
 *     exit 5,0            the exit, if it was seen; -: it was not
 *     unseen 20           cells that were never seen
 *     news 0,3 4,3        the cells from which something new surely comes into sight, in reading order; -: none
 *     steps 2 4           steps to each of them; -: none
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: steps do not count. The blind teacher walks to the first cell with news in
 * reading order. Not blind: the best cell of the expert. Both walk to the exit once it was seen. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { Known } from './known.ts'
import { SIDE_MAX } from './rules.ts'
import { solver } from './solver.ts'
import { type StateMaze, terminated } from './state.ts'
import { placeWord } from './text.ts'

const PLACE = /[0-9],[0-9]|-/y
const COUNT = /0|[1-9][0-9]{0,2}|-/y
/** Most cells with news. */
const MOST = SIDE_MAX * SIDE_MAX

const truthOf = onceForEach((state: StateMaze) => {
  const known = new Known(state)
  const news = known.frontier(state.at)
  const listed = (words: readonly string[]): readonly string[] => (words.length === 0 ? ['-'] : words)
  const thoughts = trueThoughts([
    trueLine('at', [placeWord(state, state.at)], PLACE),
    trueLine('exit', [known.exit < 0 ? '-' : placeWord(state, known.exit)], PLACE),
    trueLine('unseen', [String(state.seen.filter((one) => one === 0).length)], COUNT),
    trueLine('news', listed(news.map(({ at }) => placeWord(state, at))), PLACE, MOST),
    trueLine('steps', listed(news.map(({ steps }) => String(steps))), COUNT, MOST),
  ])
  return { exit: known.exit, news, thoughts }
})

/** The teacher of the maze; see the head of this file. */
export const teacher: TeacherDefinition<StateMaze, number> = {
  teach(state, { blind }) {
    if (terminated(state)) throw new GameError('The teacher of the maze was asked for a move after the end: check terminated(state) first.')
    const { exit, news, thoughts } = truthOf(state)
    const first = exit >= 0 ? exit : news[0]?.at
    return { think: thoughts.text, action: blind && first !== undefined ? first : solver(state)[0]!.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
