/** Named training configs. The figures that each was seen to reach stand in README.md and LOG.md. */
import { ConfigError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import { parseTrainConfig, type TrainConfig } from './config.ts'

/** Every game as its own preset "laptop" has it, which is what `vlm-gym games` and `vlm-gym show --preset laptop` call so too. */
const GAMES = [
  { id: '2048', config: { size: 4 }, horizon: 100, restart: true },
  { id: 'shisen-sho', config: { rows: 4, columns: 4, kinds: 4 }, horizon: 8, expert: 'solver', regretScale: 2 },
  { id: 'picture-shisen-sho', config: { rows: 4, columns: 4, kinds: 4 }, horizon: 8, expert: 'solver', regretScale: 2 },
  { id: 'swap', config: { rows: 5, columns: 5, colours: 3, shapes: 2 }, horizon: 20, regretScale: 16 },
]

/** All four games on a laptop CPU, one model for all: the main job. */
const laptop = {
  preset: 'laptop',
  games: GAMES,
  model: { width: 128, layers: 3, heads: 4, headWidth: 32, mlp: 2, patch: 16, textLength: 100 },
  maxTokens: 97,
  recipes: ['g0', 'g1'],
  base: { steps: 200, batch: 64, scatter: 0.3, optimizer: 'muon', learningRate: 2e-3, finalRate: 0.1, warmup: 20 },
  coldStart: { steps: 2000, batch: 64, scatter: 0.3, optimizer: 'muon', learningRate: 2e-3, finalRate: 0.05, warmup: 50 },
  rl: {
    ...{
      steps: 100,
      states: 32,
      replies: 8,
      pool: 0.5,
      narrow: 0.15,
      refused: 0.2,
      stuck: true,
      signal: 'regret',
      expert: 'lookahead',
      regretScale: 8,
    },
    rewards: { game: 1, format: 1, perceptionCells: 1, think: 1, legal: 1 },
    ...{ credit: 'statement', normalise: 'none', kl: 0.05, minibatch: 128, learningRate: 3e-4, finalRate: 0.1, warmup: 5 },
  },
  evaluation: { episodes: 100, seed: 2048, interventions: { states: 64 }, generalisation: { states: 32 } },
}

/** The idea in a few minutes: 2048 alone. */
const quick = {
  ...laptop,
  preset: 'quick',
  games: GAMES.slice(0, 1).map((entry) => ({ ...entry, horizon: 60 })),
  base: { ...laptop.base, steps: 100 },
  coldStart: { ...laptop.coldStart, steps: 350 },
  rl: { ...laptop.rl, steps: 24 },
  evaluation: { episodes: 32, seed: 2048, interventions: { states: 64 }, generalisation: { states: 32 } },
}

/** The paper's plain ±1 recipe alone, on the budget of the main job (see `paperRl`). */
const plain = { ...laptop, preset: 'plain', recipes: ['g1-paper'] }

/** Everything at a size that ends within a minute: to see the path, not to learn. */
const tiny = {
  ...laptop,
  preset: 'tiny',
  games: GAMES.map((entry) => ({ ...entry, horizon: 5 })),
  model: { width: 32, layers: 2, heads: 2, headWidth: 16, patch: 16, textLength: 100 },
  recipes: ['g0', 'g1'],
  base: { ...laptop.base, steps: 10, batch: 16 },
  coldStart: { ...laptop.coldStart, steps: 20, batch: 16 },
  rl: { ...laptop.rl, steps: 4, states: 4, replies: 4 },
  saveEvery: 2,
  evaluation: { episodes: 2, seed: 2048, interventions: { states: 4 }, generalisation: { states: 2 } },
}

/** Preset objects by name; `presetNamed` checks and completes them. */
export const PRESETS: { readonly [name: string]: unknown } = { laptop, quick, plain, tiny }

/** A preset, checked and with all defaults. Throws ConfigError. */
export function presetNamed(name: string): TrainConfig {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined
  if (preset === undefined) {
    const known = Object.keys(PRESETS)
    throw new ConfigError(
      `there is no training preset ${JSON.stringify(name)}${didYouMean(name, known)}; choose one of ${known.join(', ')}`,
    )
  }
  return parseTrainConfig(preset)
}
