/**
 * The scripted teacher of Breakout and its thoughts. The thoughts are always the truth about the field, lengths in tenths of a brick:
 *
 *     lands 47           where the ball comes down on the paddle's line
 *     frames 9           after how many frames
 *     reach 12 68        the places of the paddle's middle that it can be at by then, from and to
 *     hits 1 0 2 1       by part of the paddle, from left to right: bricks that the ball hits before it is shown again
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: it does not aim. The blind teacher puts the middle of the paddle where
 * the ball lands. Not blind: the part that hits most, of several the one nearest to the middle of the paddle, as far as it can be reached. Figures:
 * docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { AIMS, flight, landing, partHit } from './rules.ts'
import { paddleRange, type StateBreakout, terminated } from './state.ts'

const LENGTH = /0|[1-9][0-9]{0,2}/y

const truthOf = onceForEach((state: StateBreakout) => {
  const { columns, bricks, ball, at, speed, parts } = state
  const { x: land, frames } = landing(ball, columns)
  const { least, count } = paddleRange(state)
  const most = least + count - 1
  const reach = [Math.max(least, at - speed * frames), Math.min(most, at + speed * frames)] as const
  const hits = AIMS[parts]!.map((dx) => flight({ columns, bricks }, land, dx).hits)
  const thoughts = trueThoughts([
    trueLine('lands', [String(land)], LENGTH),
    trueLine('frames', [String(frames)], LENGTH),
    trueLine('reach', reach.map(String), LENGTH),
    trueLine('hits', hits.map(String), LENGTH),
  ])
  return { land, reach, hits, least, most, thoughts }
})

/** The place that catches the ball best: with the part that hits most, near the middle of that part's places. */
function aimed(state: StateBreakout): number {
  const { land, reach, hits } = truthOf(state)
  const { paddle, parts } = state
  let best: { readonly at: number; readonly worth: number } | undefined
  for (let at = reach[0]; at <= reach[1]; at++) {
    const part = partHit(land, at, paddle / 2, parts)
    if (part < 0) continue
    // The middle of a part lies where its neighbours a tenth on hit it too; far from the middle of the paddle counts against it a little.
    const inner = Math.min(...[-2, -1, 1, 2].map((off) => (partHit(land, at + off, paddle / 2, parts) === part ? 1 : 0)))
    const worth = hits[part]! + 0.1 * inner - 0.001 * Math.abs(land - at)
    if (best === undefined || worth > best.worth) best = { at, worth }
  }
  return best?.at ?? middled(state)
}

/** The place of the paddle's middle that is nearest to where the ball lands. */
function middled(state: StateBreakout): number {
  const { land, least, most } = truthOf(state)
  return Math.max(least, Math.min(most, land))
}

/** The teacher of Breakout; see the head of this file. */
export const teacher: TeacherDefinition<StateBreakout, number> = {
  teach(state, { blind }) {
    if (terminated(state)) throw new GameError('The teacher of Breakout was asked for a move after the end: check terminated(state) first.')
    return { think: truthOf(state).thoughts.text, action: blind ? middled(state) : aimed(state) }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
