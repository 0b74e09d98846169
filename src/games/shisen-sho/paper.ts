/**
 * The Shisen-Sho family as in the paper: how games are counted, the results known of Shisen-Sho under that protocol, and play as the
 * paper's evaluation script draws it.
 */
import type { KnownResult, Protocol } from '../../game-presets.ts'
import type { Rng } from '../../rng.ts'
import { type Cell, formatPair } from '../shared/coordinates.ts'

/** A row of the paper's table of results: a mean of 10 games; the paper does not state the horizon. */
export const published = (player: string, mean: number): KnownResult => ({ player, source: 'published', horizon: 50, mean, error: null })

/** A row of play by the paper's own code, measured by this project. */
export const measured = (player: string, horizon: number, mean: number, error: number): KnownResult => ({
  player,
  source: 'measured',
  horizon,
  mean,
  error,
})

/** The counting that the family shares; the results are each game's own. */
export const counting: Omit<Protocol, 'results'> = {
  restart: false,
  counts: 'legal moves',
  unit: 'pairs removed',
  published: 10,
  anchors: {
    'reference-random': 'coordinates 0 to 7, read as the reference does',
    'reference-strict': 'the same coordinates, read as they stand',
    uniform: 'two cells of the board',
    random: 'a pair that can be joined',
  },
}

/** Source of the published rows: the table of results of arXiv 2505.13426. */
export const protocol: Protocol = {
  ...counting,
  results: [
    measured('reference-random', 50, 0.468, 0.015),
    measured('reference-random', 100, 0.916, 0.022),
    measured('uniform', 50, 0.668, 0.018),
    measured('uniform', 100, 1.278, 0.025),
    measured('random', 50, 17.69, 0.07),
    published('Random', 0.4),
    published('GPT-4o', 1.5),
    published('Qwen2.5-VL-72B', 2.6),
    published('o1', 3.9),
    published('G0-7B', 12.8),
    published('Claude-3.7-Sonnet-Thinking', 15.3),
    published('G1-7B', 17.5),
  ],
}

type Coordinates = readonly [number, number, number, number]

const drawn = (rng: Rng): Coordinates => [rng.int(8), rng.int(8), rng.int(8), rng.int(8)]
const answerOf = ([row1, column1, row2, column2]: Coordinates): string => formatPair([row1, column1] as Cell, [row2, column2] as Cell)

/** The cells that the reference takes four coordinates for: they become one number in base 6, whose digits are read back. */
function aliased([row1, column1, row2, column2]: Coordinates): Coordinates {
  const code = 216 * row1 + 36 * column1 + 6 * row2 + column2
  return [Math.floor(code / 216), Math.floor(code / 36) % 6, Math.floor(code / 6) % 6, code % 6]
}

/**
 * The reference's script draws each coordinate from 0..7, whatever the board. 'reference-random': the cells that its 6x6 board takes them
 * for (a first row of 6 to 8 stays outside). 'reference-strict': the coordinates as drawn.
 */
export const draws = {
  'reference-random': (_state: unknown, rng: Rng): string => answerOf(aliased(drawn(rng))),
  'reference-strict': (_state: unknown, rng: Rng): string => answerOf(drawn(rng)),
}
