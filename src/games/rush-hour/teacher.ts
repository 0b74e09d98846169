/**
 * The scripted teacher of Rush Hour and its thoughts. The thoughts are always the truth about the board, a line a block in the order of the letters:
 *
 *     block A 2 4 0 no      its letter; the free cells above it or left of it, and the fewest slides that solve the board after a slide that way;
 *                           the same below it or right of it. no: it cannot slide that way; dead: the board cannot be solved at all
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: only points count. The blind teacher makes the slide that earns most at
 * once, the first of several, wherever that leads. Not blind: the slide after which fewest are left, the first of several. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { roomsOf, type Slide } from './rules.ts'
import { boardAfter, legalActions, pointsOf, type StateRushHour } from './state.ts'
import { tableOf } from './table.ts'
import { COUNTED_MAX, LETTERS } from './text.ts'

const WORD = /[A-KX]|no|dead|0|[1-9][0-9]?/y

const truthOf = onceForEach((state: StateRushHour) => {
  const table = tableOf(state)
  const slides = legalActions(state).map((slide) => {
    const left = table.slides(boardAfter(state, slide).board)!
    return { slide, left: left < 0 ? Number.POSITIVE_INFINITY : left }
  })
  const wordOf = (block: number, back: boolean): string => {
    const isBack = ({ direction }: Slide): boolean => direction === 'up' || direction === 'left'
    const own = slides.filter(({ slide }) => slide.block === block && isBack(slide) === back)
    const fewest = Math.min(...own.map(({ left }) => left))
    return own.length === 0 ? 'no' : Number.isFinite(fewest) ? String(Math.min(fewest, COUNTED_MAX)) : 'dead'
  }
  const lines = roomsOf(state).map(([back, ahead], block) =>
    trueLine('block', [LETTERS[block]!, String(back), wordOf(block, true), String(ahead), wordOf(block, false)], WORD),
  )
  return { slides, thoughts: trueThoughts(lines) }
})

/** The teacher of Rush Hour; see the head of this file. */
export const teacher: TeacherDefinition<StateRushHour, Slide> = {
  teach(state, { blind }) {
    const { slides, thoughts } = truthOf(state)
    if (slides.length === 0)
      throw new GameError('The teacher of Rush Hour was asked for a move after the end: check terminated(state) first.')
    const scored = slides.map(({ slide, left }) => ({ slide, score: blind ? pointsOf(state, boardAfter(state, slide)) : -left }))
    const best = scored.reduce((one, other) => (other.score > one.score ? other : one))
    return { think: thoughts.text, action: best.slide }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
