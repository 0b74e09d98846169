/**
 * The scripted teacher of picture pairs and its thoughts. They are always the truth about what a player remembers who has seen every picture of the
 * game, so they can be learned by a model that is shown the earlier turns, and by no other:
 *
 *     open 0,1       the first card of this turn, by row and column; -: none
 *     mate 2,3       the other card of its kind, if it was seen; -: it was not
 *     pairs 2        pairs face down of which both cards were seen
 *     singles 3      cards face down that were seen and whose mate was not
 *     unseen 4       cards that were never seen
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: no memory. The blind teacher tries the first card of the board against
 * every other one in turn. Not blind: the best card of the expert, the first of several. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { knownOf, solver } from './solver.ts'
import { firstOf, legalActions, type StatePairs } from './state.ts'
import { placeWord } from './text.ts'

const PLACE = /[0-5],[0-5]|-/y
const COUNT = /0|[1-9][0-9]?/y

const truthOf = onceForEach((state: StatePairs) => {
  const { counts, cards } = knownOf(state)
  const mate = [...cards].find(([, card]) => card === 'mate')?.[0]
  const place = (at: number | undefined): string => (at === undefined ? '-' : placeWord(state, at))
  return trueThoughts([
    trueLine('open', [place(firstOf(state))], PLACE),
    trueLine('mate', [place(mate)], PLACE),
    trueLine('pairs', [String(counts.pairs)], COUNT),
    trueLine('singles', [String(counts.singles)], COUNT),
    trueLine('unseen', [String(counts.unseen)], COUNT),
  ])
})

/** The card that a player without memory turns. */
function forgetful(state: StatePairs): number {
  const legal = legalActions(state)
  return firstOf(state) === undefined ? legal[0]! : legal[Math.floor(state.moves / 2) % legal.length]!
}

/** The teacher of picture pairs; see the head of this file. */
export const teacher: TeacherDefinition<StatePairs, number> = {
  teach(state, { blind }) {
    if (legalActions(state).length === 0)
      throw new GameError('The teacher of picture pairs was asked for a move after the end: check terminated(state) first.')
    return { think: truthOf(state).text, action: blind ? forgetful(state) : solver(state)[0]!.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state)),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state))),
}
