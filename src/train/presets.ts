/** Named training configs. The figures that each was seen to reach stand in README.md and LOG.md. */
import { ConfigError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import { parseTrainConfig, type TrainConfig } from './config.ts'

/** The paper's games as their own presets "laptop" have them, which is what `vlm-gym games` and `vlm-gym show --preset laptop` call so too. */
const GAMES = [
  { id: '2048', config: { size: 4 }, horizon: 100, restart: true },
  { id: 'shisen-sho', config: { rows: 4, columns: 4, kinds: 4 }, horizon: 8, expert: 'solver', regretScale: 2 },
  { id: 'picture-shisen-sho', config: { rows: 4, columns: 4, kinds: 4 }, horizon: 8, expert: 'solver', regretScale: 2 },
  { id: 'swap', config: { rows: 5, columns: 5, colours: 3, shapes: 2 }, horizon: 20, regretScale: 16 },
]

/** The base of all presets but `plain` and `format`: see docs/metrics.md. It ends once it reads some of the boards, which is measured. */
const captions = {
  ...{ corpus: 'captions', steps: 800, batch: 64, scatter: 0.5, optimizer: 'muon', learningRate: 2e-3, finalRate: 0.1, warmup: 20 },
  ...{ skins: 12, labelNoise: 0.1, told: 0.25, insight: 0.2, legal: 0.4, until: { cells: 0.5 } },
}

/** The reinforcement learning of all presets: one config for G0 and G1, but for the size of the steps. */
const rl = {
  ...{ steps: 100, states: 32, replies: 8, pool: 0.5, narrow: 0.15, refused: 0.2, stuck: true },
  ...{ signal: 'regret', expert: 'lookahead', regretScale: 8 },
  rewards: { game: 1, format: 1, perceptionCells: 1, think: 1, legal: 1 },
  ...{ credit: 'statement', cells: true, normalise: 'none', kl: 0.05, minibatch: 128 },
  ...{ optimizer: 'muon', learningRate: 1e-3, finalRate: 0.3, warmup: 5 },
  taught: { optimizer: 'adam', learningRate: 4e-4, finalRate: 0.1 },
}

/** The paper's four games on a laptop CPU, one model for all: the main job. */
const laptop = {
  preset: 'laptop',
  games: GAMES,
  model: { width: 128, layers: 3, heads: 4, headWidth: 32, mlp: 2, patch: 16, textLength: 100 },
  maxTokens: 97,
  recipes: ['g0', 'g1'],
  base: captions,
  coldStart: { steps: 1600, batch: 64, scatter: 0.3, optimizer: 'muon', learningRate: 2e-3, finalRate: 0.05, warmup: 50 },
  rl: { ...rl, steps: 150 },
  evaluation: { episodes: 100, seed: 2048, interventions: { states: 64 }, generalisation: { states: 32 } },
}

/** The cold start ends while seeing and thinking still have far to go, so that RL can be watched lifting them: the paper's curves. */
const short = {
  ...laptop,
  preset: 'short',
  recipes: ['g1'],
  coldStart: { ...laptop.coldStart, steps: 150 },
  rl: { ...laptop.rl, taught: {} },
  evaluation: { ...laptop.evaluation, episodes: 48 },
}

/** Shisen-Sho alone: from a base that sees a little to one that plays, by reward alone. */
const SHISEN = GAMES.filter(({ id }) => id === 'shisen-sho')

/** The idea in three minutes: Shisen-Sho alone. */
const quick = {
  ...laptop,
  preset: 'quick',
  games: SHISEN,
  base: { ...captions, steps: 450, until: { cells: 0.5 } },
  coldStart: { ...laptop.coldStart, steps: 60 },
  rl: { ...rl, steps: 30 },
  evaluation: { episodes: 48, seed: 2048, interventions: { states: 32 }, generalisation: { states: 16 } },
}

/** The earlier base, which knows the form of replies and nothing else, and a cold start that is long enough to see everything. */
const format = {
  ...laptop,
  preset: 'format',
  base: { steps: 200, batch: 64, scatter: 0.3, optimizer: 'muon', learningRate: 2e-3, finalRate: 0.1, warmup: 20 },
  coldStart: { ...laptop.coldStart, steps: 2000 },
  rl: { ...rl, cells: false, optimizer: 'adam', learningRate: 3e-4, finalRate: 0.1, taught: {} },
}

/** The paper's plain ±1 recipe alone, on the budget of the main job (see `paperRl`). */
const plain = { ...format, preset: 'plain', recipes: ['g1-paper'] }

/**
 * Does seeing lift reasoning, and reasoning seeing? Pure RL from one base that sees some of the board, with the rewards of each arm (arms.ts)
 * and with all of them, on Shisen-Sho alone.
 */
const bootstrapping = {
  ...laptop,
  preset: 'bootstrapping',
  games: SHISEN,
  recipes: ['g0', 'arm-f', 'arm-p', 'arm-a', 'arm-pa'],
  base: { ...captions, steps: 450, until: { cells: 0.5, states: 96 } },
  rl: { ...rl, steps: 120, finalRate: 0.5 },
  evaluation: { episodes: 48, seed: 2048, probes: { states: 192 }, interventions: { states: 0 }, generalisation: { states: 0 } },
}

/**
 * Does RL on some games change what the model sees, thinks and does in others? From one base that knows the captions of all games: RL on each
 * of three games alone, on the three, and on all. `vlm-gym transfer` puts other games in their place.
 */
const transfer = {
  ...laptop,
  preset: 'transfer',
  games: [
    ...GAMES.filter(({ id }) => id !== 'picture-shisen-sho'),
    ...GAMES.filter(({ id }) => id === 'picture-shisen-sho').map((entry) => ({ ...entry, heldOut: true })),
    { id: 'flood-it', config: { size: 5, colours: 4 }, horizon: 8, heldOut: true },
    { id: 'lights-out', config: { nodes: 5, presses: 2 }, horizon: 8, heldOut: true },
  ],
  recipes: ['transfer'],
  rl: { ...rl, steps: 100 },
  evaluation: { episodes: 64, seed: 2048, probes: { states: 192 }, interventions: { states: 0 }, generalisation: { states: 0 } },
}

/**
 * Does a mix that follows the signal learn more than a fixed one on the same steps? Three games at easy, middle and hard levels; evaluated at
 * the middle.
 */
const curriculum = {
  ...laptop,
  preset: 'curriculum',
  games: [
    ...GAMES.filter(({ id }) => id === '2048').map((entry) => ({ ...entry, levels: [{ reasoning: 0 }, { reasoning: 1 }] })),
    ...SHISEN.map((entry) => ({
      ...entry,
      levels: [{ perception: 0, reasoning: 0 }, { reasoning: 1 }, { perception: 3, reasoning: 2 }],
    })),
    { id: 'flood-it', config: { size: 5, colours: 4 }, horizon: 8, levels: [{ reasoning: 0 }, { reasoning: 1 }, { reasoning: 2 }] },
  ],
  recipes: ['curriculum'],
  rl: { ...rl, steps: 120 },
  evaluation: { episodes: 64, seed: 2048, probes: { states: 192 }, interventions: { states: 0 }, generalisation: { states: 0 } },
}

/** Everything at a size that ends within a minute: to see the path, not to learn. */
const tiny = {
  ...laptop,
  preset: 'tiny',
  games: GAMES.map((entry) => ({ ...entry, horizon: 5 })),
  model: { width: 32, layers: 2, heads: 2, headWidth: 16, patch: 16, textLength: 100 },
  recipes: ['g0', 'g1'],
  base: { ...captions, steps: 10, batch: 16, until: { cells: 0.01, every: 2, states: 2 } },
  coldStart: { ...laptop.coldStart, steps: 20, batch: 16 },
  rl: { ...laptop.rl, steps: 4, states: 4, replies: 4 },
  saveEvery: 2,
  evaluation: { episodes: 2, seed: 2048, probes: { states: 4 }, interventions: { states: 4 }, generalisation: { states: 2 } },
}

/**
 * The paper's run: Qwen2.5-VL-7B-Instruct, all weights, on a server of the Tinker API. Pictures are as large as the model's own tokens (28 pixels) want.
 * Never run here, which takes GPUs: docs/tinker.md.
 */
const paper7b = {
  preset: 'paper-7b',
  games: [
    { id: '2048', config: { size: 4 }, horizon: 100, restart: true },
    ...['shisen-sho', 'picture-shisen-sho'].map((id) => ({ id, config: { rows: 6, columns: 6, kinds: 9 }, horizon: 18 })),
    { id: 'swap', config: { rows: 8, columns: 8, colours: 4, shapes: 3 }, horizon: 100 },
  ],
  skin: { tile: 56, layout: 'full' },
  engine: 'tinker:http://127.0.0.1:8000',
  tinker: { profile: 'skyrl-fsdp', folder: 'Qwen2.5-VL-7B-Instruct', model: 'Qwen/Qwen2.5-VL-7B-Instruct', maxSequence: 12_288 },
  ...{ prompt: 'full', maxTokens: 8192, recipes: ['g0', 'g1'] },
  // The model is an instruct model already.
  base: { steps: 0, batch: 64, scatter: 0, learningRate: 1e-5, finalRate: 1, warmup: 0 },
  coldStart: { steps: 200, batch: 64, scatter: 0, learningRate: 1e-5, finalRate: 0.1, warmup: 10 },
  rl: {
    ...{ steps: 400, states: 128, replies: 5, temperature: 1, pool: 0, signal: 'paper' },
    rewards: { game: 1, format: 1, perceptionExact: 1 },
    ...{ credit: 'reply', normalise: 'group', clipLow: 0.8, clipHigh: 1.2, kl: 0.01, minibatch: 640 },
    ...{ learningRate: 1e-6, finalRate: 1, warmup: 0, maxGradNorm: 1 },
  },
  saveEvery: 20,
  evaluation: { episodes: 10, seed: 2048, probes: { states: 96 }, interventions: { states: 64 }, generalisation: { states: 0 } },
}

/** Preset objects by name; `presetNamed` checks and completes them. */
export const PRESETS: { readonly [name: string]: unknown } = {
  laptop,
  quick,
  bootstrapping,
  short,
  plain,
  format,
  transfer,
  curriculum,
  tiny,
  'paper-7b': paper7b,
}

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
