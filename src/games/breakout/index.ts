/**
 * Breakout, data sheet
 * - Source: the common arcade game (Atari, 1976), in turns; rules written afresh.
 * - Field: 6..12 bricks a row (reasoning) and 1..4 rows (horizon), a paddle of 12..40 tenths of a brick with 2, 4 or 6 parts to aim with, and a ball.
 *   The player decides once a flight: when the ball has come down half way. Whole numbers throughout: rules.ts.
 * - Actions: where the middle of the paddle goes, in tenths of a brick. Places where it would leave the field are refused.
 * - Reward: 1 a brick, as many again as the field had for the last; -5 for a lost ball; unreadable reply -1; after the end 0.
 * - Ends when all bricks or all balls are gone. Chance serves the balls.
 * - Perception: no grid. Places of the ball now and in 1..3 earlier frames, of the paddle, and the bricks; scored by distance: text.ts.
 * - Thoughts and the teacher's blind spot: teacher.ts. Expert: simulation of the ball, three flights ahead: solver.ts.
 */
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigBreakout,
  configBreakout,
  configOf,
  eventBreakout,
  init,
  legalActions,
  reseed,
  type StateBreakout,
  scatter,
  stateBreakout,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, type SeenField } from './text.ts'

export type { ConfigBreakout, StateBreakout } from './state.ts'
export type { SeenField } from './text.ts'

/** Breakout; see the head of this file. */
export const gameBreakout = defineGame<StateBreakout, number, ConfigBreakout, SeenField>({
  id: 'breakout',
  title: 'Breakout',
  summary: 'Send the paddle where the ball will come down, and aim at the bricks that are left.',
  version: 1,
  tags: ['objects', 'motion', 'planning'],
  config: configBreakout,
  knobs: {
    columns: { axis: 'reasoning', summary: 'bricks a row, 6 to 12' },
    rows: { axis: 'horizon', summary: 'rows of bricks, 1 to 4' },
    paddle: { axis: 'reasoning', summary: "width of the paddle in tenths of a brick's width, an even number from 12 to 40" },
    parts: { axis: 'reasoning', summary: 'parts of the paddle that send the ball different ways: 2, 4 or 6' },
    speed: { axis: 'reasoning', summary: "tenths of a brick's width that the paddle moves a frame at most, 4 to 60" },
    balls: { axis: 'horizon', summary: 'balls, 1 to 5' },
    frames: { axis: 'perception', summary: 'frames that the picture shows the ball in, 2 to 4' },
  },
  rules: {
    init,
    configOf,
    state: stateBreakout,
    event: eventBreakout,
    reseed,
    actions,
    legalActions,
    terminated,
    won,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play: {
    rules: ({ rows, columns }) =>
      [
        "Type where the middle of the paddle goes, in tenths of a brick's width from the left. The lines tell where the ball is now and was in the frames before (x from the left, y from the top), where the paddle is, and which bricks are left.",
        'The ball bounces off the edges and off bricks; each brick that it hits earns 1 point. The parts of the paddle send it different ways: the left ones to the left.',
        `A lost ball costs 5 points. When no brick is left you earn ${rows * columns} points more.`,
      ].join('\n'),
  },
  scatter,
})
