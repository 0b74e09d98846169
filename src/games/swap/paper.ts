/** Swap as in the paper: how its games are counted, the results known under that protocol, and play as its evaluation script draws it. */
import type { KnownResult, Protocol } from '../../game-presets.ts'
import type { Rng } from '../../rng.ts'
import { formatPair } from '../shared/coordinates.ts'

const published = (player: string, mean: number): KnownResult => ({ player, source: 'published', horizon: 100, mean, error: null })
const measured = (player: string, horizon: number, mean: number, error: number | null): KnownResult => ({
  player,
  source: 'measured',
  horizon,
  mean,
  error,
})

/** Source of the published rows: the table of results of arXiv 2505.13426, means of 100 games; it does not state the horizon. */
export const protocol: Protocol = {
  restart: false,
  counts: 'legal moves',
  unit: 'successful swaps',
  published: 100,
  anchors: { 'reference-random': 'any two cells', uniform: 'two side-adjacent cells', random: 'a swap that makes a run' },
  results: [
    measured('reference-random', 50, 0.102, null),
    measured('reference-random', 100, 0.2, 0.003),
    measured('reference-random', 200, 0.384, null),
    measured('uniform', 50, 1.47, 0.04),
    measured('uniform', 100, 2.61, 0.05),
    published('Random', 1),
    published('GPT-4o', 1),
    published('Qwen2.5-VL-72B', 6),
    published('o1', 4),
    published('G0-7B', 5),
    published('Claude-3.7-Sonnet-Thinking', 43),
    published('G1-7B', 78),
  ],
}

/** The reference draws each of the four coordinates from 0..7: two cells of the full board anywhere, now and then the same one. */
export const draws = {
  'reference-random': (_state: unknown, rng: Rng): string => formatPair([rng.int(8), rng.int(8)], [rng.int(8), rng.int(8)]),
}
