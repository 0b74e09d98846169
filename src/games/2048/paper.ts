/** 2048 as in the paper: how its games are counted, the results known under that protocol, and play as its evaluation script draws it. */
import type { KnownResult, Protocol } from '../../game-presets.ts'
import type { Rng } from '../../rng.ts'

const published = (player: string, mean: number): KnownResult => ({ player, source: 'published', horizon: 100, mean, error: null })
const measured = (horizon: number, mean: number, error: number | null): KnownResult => ({
  player: 'reference-random',
  source: 'measured',
  horizon,
  mean,
  error,
})

/** Source of the published rows: the table of results of arXiv 2505.13426, means of 10 games. */
export const protocol: Protocol = {
  restart: true,
  counts: 'points',
  unit: 'sum of merges',
  published: 10,
  anchors: { 'reference-random': 'one of four directions', random: 'a legal move' },
  results: [
    measured(50, 285, null),
    measured(100, 702.8, 2.4),
    measured(200, 1474, null),
    published('Random', 701),
    published('GPT-4o', 620),
    published('Qwen2.5-VL-72B', 243),
    published('o1', 539),
    published('G0-7B', 759),
    published('Claude-3.7-Sonnet-Thinking', 892),
    published('G1-7B', 1070),
  ],
}

/** The reference draws one of the four directions, legal or not: the same as the policy 'uniform', under the name that all games share. */
export const draws = { 'reference-random': (_state: unknown, rng: Rng): string => String(rng.int(4)) }
