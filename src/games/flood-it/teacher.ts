/**
 * The scripted teacher of Flood-It and its thoughts. The thoughts are always the truth about the board:
 *
 *     area 7                 cells of the area
 *     gains own 0 3 5 0      a word a colour, in the order of the colours: cells that join when the area takes it; own: it has it already
 *     after own 4 9 8 3      the same for that move and the best one after it together
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: numbers do not count. The blind teacher takes the first colour that
 * gains anything. Not blind: most cells after two moves, then most at once, then the order of the colours. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { Regions } from './rules.ts'
import { legalActions, type StateFloodIt } from './state.ts'

const NUMBER = /0|[1-9][0-9]{0,2}/y
const WORD = /own|0|[1-9][0-9]{0,2}/y

const truthOf = onceForEach((state: StateFloodIt) => {
  const { board, size, colours } = state
  const regions = new Regions(board, size, colours)
  const area = regions.sizeOf(regions.start)
  const own = board[0]!
  const gains = Array.from({ length: colours }, (_, colour) => regions.sizeOf(regions.after(regions.start, colour)) - area)
  const after = gains.map((gain, colour) => {
    const next = regions.after(regions.start, colour)
    const more = gains.map((_, then) => regions.sizeOf(regions.after(next, then)) - area)
    return Math.max(gain, ...more)
  })
  const words = (counts: readonly number[]): string[] => counts.map((count, colour) => (colour === own ? 'own' : String(count)))
  const thoughts = trueThoughts([
    trueLine('area', [String(area)], NUMBER),
    trueLine('gains', words(gains), WORD),
    trueLine('after', words(after), WORD),
  ])
  return { gains, after, thoughts }
})

/** The teacher of Flood-It; see the head of this file. */
export const teacher: TeacherDefinition<StateFloodIt, number> = {
  teach(state, { blind }) {
    const legal = legalActions(state)
    if (legal.length === 0)
      throw new GameError('The teacher of Flood-It was asked for a move after the end: check terminated(state) first.')
    const { gains, after, thoughts } = truthOf(state)
    const best = [...legal].sort((a, b) => after[b]! - after[a]! || gains[b]! - gains[a]! || a - b)[0]!
    const first = legal.find((colour) => gains[colour]! > 0)
    return { think: thoughts.text, action: blind ? (first ?? best) : best }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
