/** What a training run is: one typed object with a comment on every field. The command line and config files are checked against it. */
import * as z from 'zod'
import { checkConfig } from '../checks.ts'
import { LEVELS, type RewardSpec, rewardFields, skinFields, specFields } from '../gym/index.ts'
import { PROFILE_NAMES } from '../tinker/client/profile.ts'
import { RECIPE_NAMES, RECIPE_TEXTS } from './recipe-names.ts'

const rate = z.number().min(0).max(1)
const count = z.number().int()

const level = count.min(0).max(LEVELS - 1)

const gameEntry = z.strictObject({
  id: specFields.game,
  config: specFields.config.default({}),
  weight: z.number().positive().default(1).describe('share of the states of every batch'),
  horizon: specFields.horizon.max(100_000).default(100).describe('moves a game in evaluation; most moves behind a training state'),
  restart: specFields.restart.default(false),
  heldOut: z
    .boolean()
    .default(false)
    .describe('cold start and RL leave the game out; the base learns its words and its captions, and every stage is evaluated on it'),
  episodes: count.min(2).max(100_000).optional().describe('games of each policy in evaluation, instead of evaluation.episodes'),
  levels: z
    .array(z.strictObject({ perception: level.optional(), reasoning: level.optional() }))
    .default([])
    .describe('levels of difficulty laid over config and skin; training draws from all of them evenly; none: config and skin as they are'),
  expert: rewardFields.expert.optional().describe('instead of rl.expert'),
  regretScale: rewardFields.scale.optional().describe('instead of rl.regretScale'),
})

const skin = z.strictObject({
  ...skinFields,
  theme: skinFields.theme.default('classic'),
  tile: skinFields.tile.default(16).describe('side of a tile, pixels; the model’s patch'),
  layout: skinFields.layout.default('board').describe('"board": tiles only, so that a patch is a tile'),
})

const adam = {
  learningRate: z.number().positive().max(1).describe('peak learning rate'),
  finalRate: rate.describe('learning rate at the last step, as a share of the peak (linear)'),
  warmup: count.min(0).describe('steps of linear warm-up'),
  maxGradNorm: z.number().min(0).default(1).describe('gradient norm is clipped to this; 0: not'),
}

const optimizers = z.enum(['adam', 'muon'])
const optimizerField = optimizers.default('adam').describe('Muon steps the matrices of the blocks by their orthogonalised momentum')

const balance = z
  .enum(['token', 'section'])
  .default('token')
  .describe('"token": every token of a reply weighs alike. "section": every section does, however few its tokens are')
export type Balance = z.output<typeof balance>

const supervised = z.strictObject({
  steps: count.min(0).max(1_000_000).describe('optimiser steps; 0 leaves the stage out'),
  batch: count.min(1).max(4096).describe('examples a step'),
  scatter: rate.describe('share of boards drawn without regard to play'),
  balance,
  optimizer: optimizerField,
  ...adam,
})

const rewards = z.strictObject({
  game: rewardFields.weights.game.default(1),
  format: rewardFields.weights.format.default(1),
  perceptionExact: rewardFields.weights.perceptionExact.default(0),
  perceptionCells: rewardFields.weights.perceptionCells.default(0),
  think: rewardFields.weights.think.default(0),
  legal: rewardFields.weights.legal.default(0),
})

const reinforcement = z.strictObject({
  steps: count.min(0).max(1_000_000).describe('GRPO steps; 0 leaves the stage out'),
  states: count.min(1).max(4096).describe('groups a step'),
  replies: count.min(2).max(256).describe('replies a group'),
  temperature: z.number().positive().max(4).default(1).describe('of sampling'),
  turns: count.min(1).max(64).default(1).describe('replies an episode of a group; 1: each reply is judged by its own move'),
  discount: rate.default(1).describe('weight of the next turn’s return in the reward of a turn’s answer'),
  history: count.min(0).max(64).default(0).describe('earlier turns that a prompt repeats; only models that know conversations'),
  pool: rate.describe('share of the states that come from games which the policy itself is playing'),
  scatter: rate.default(0).describe('share of the other states drawn without regard to play'),
  narrow: rate.default(0).describe('share of the fresh states that are the tightest of their game: the fewest legal moves'),
  refused: rate.default(0).describe('share of the fresh states whose last move was a refused one, as the prompt tells'),
  stuck: z
    .boolean()
    .default(false)
    .describe('keep groups in which no reply is a legal move: their divergence from the start pulls them back'),
  signal: rewardFields.signal.describe('"paper": the game’s ±1. "regret": max(-1, 1 - regret / regretScale), -1 for no legal move'),
  expert: rewardFields.expert.default('lookahead'),
  regretScale: rewardFields.scale.default(8),
  rewards,
  credit: z
    .enum(['reply', 'section', 'statement'])
    .describe(
      'what a token answers for. "reply": the whole reward. "section": in perception and think their own reward, in the answer the rest. "statement": the same, but the words of a thought each for their own truth',
    ),
  cells: z
    .boolean()
    .default(false)
    .describe(
      'each part of a perception (a cell of a grid) answers for its own truth, as the words of a thought do with "statement"; not with credit "reply"',
    ),
  downstream: rate
    .default(0)
    .describe(
      'causal credit: share of what comes of a section (thoughts and answer of a perception, answer of thoughts) that its tokens answer for too; not with credit "reply", where they answer for all',
    ),
  balance,
  normalise: z
    .enum(['none', 'group', 'game'])
    .describe(
      'divide centred rewards by the standard deviation of: nothing, their group (the paper), all groups of their game in the step',
    ),
  adaptive: rate
    .default(0)
    .describe(
      'how far the weights of games and levels follow the share of their groups that carry signal; 0: not at all, 1: in proportion',
    ),
  clipLow: z.number().min(0).max(1).default(0.8).describe('lower bound of the probability ratio'),
  clipHigh: z.number().min(1).max(10).default(1.28).describe('upper bound of the probability ratio'),
  loss: z
    .enum(['ppo', 'importance_sampling', 'cispo', 'gspo'])
    .default('ppo')
    .describe('of the updates; cispo and gspo only on servers that have them, as docs/tinker.md says'),
  kl: z.number().min(0).max(10).describe('weight of the divergence from the stage’s start'),
  entropy: z.number().min(0).max(1).default(0).describe('weight of an entropy bonus'),
  epochs: count.min(1).max(16).default(1).describe('passes over the replies of a step'),
  minibatch: count.min(1).max(4096).default(64).describe('replies an optimiser step'),
  optimizer: optimizerField,
  ...adam,
  taught: z
    .strictObject({ optimizer: optimizers, learningRate: adam.learningRate, finalRate: adam.finalRate })
    .partial()
    .optional()
    .describe('what is different where RL begins from a cold start: a model that plays already bears smaller steps'),
})

/** An analysis on fixed states. */
const states = (usual: number) =>
  z.strictObject({ states: count.min(0).max(10_000).default(usual).describe('states of each cell; 0 leaves it out') }).prefault({})

const evaluation = z.strictObject({
  episodes: count.min(2).max(100_000).describe('games of each policy; the same seeds for all'),
  seed: count.min(0).describe('of the evaluation games; never used in training'),
  probes: states(96).describe('every stage: what it reads, thinks and does from the picture alone, and told the true board'),
  interventions: states(200).describe('good moves with a picture, a caption, both, or a wrong caption'),
  generalisation: states(100).describe('unseen levels, themes, knobs and pictures'),
})

export const trainConfig = z.strictObject({
  preset: z.string().default('laptop').describe('name shown in reports'),
  seed: count.min(0).default(0).describe('decides every number of the run'),
  plugins: z.array(z.string()).default([]).describe('modules that register games, as --plugin; absolute paths or package names'),
  pictures: z.string().min(1).optional().describe('folder with the binary files of CIFAR-10, as --pictures: the picture set "cifar10"'),
  games: z
    .array(gameEntry)
    .min(1)
    .refine(
      (games) => new Set(games.map(({ id }) => id)).size === games.length,
      'a game stands in the list twice; results are kept by game',
    )
    .refine(
      (games) => games.some(({ heldOut }) => !heldOut),
      'every game is held out, so cold start and RL have none; set heldOut of one to false',
    )
    .describe('what is played'),
  skin: skin.prefault({}),
  themes: count
    .min(0)
    .max(1000)
    .default(0)
    .describe('random themes that cold start and RL draw pictures in, evenly, beside that of the skin; the named themes stay unseen'),
  engine: z
    .string()
    .default('@vlm-gym/engine-onnx')
    .describe('package that makes the engine, or a server of the Tinker API, as tinker:http://127.0.0.1:8010'),
  threads: count.min(1).max(256).default(1).describe('threads of each engine; part of what decides the last digits'),
  model: z.record(z.string(), z.unknown()).default({}).describe('model settings of the engine'),
  tinker: z
    .strictObject({
      profile: z
        .enum(PROFILE_NAMES)
        .describe(
          'kind of server. hosted: the service. skyrl-fsdp: SkyRL on GPUs. skyrl-jax: SkyRL with JAX, which reads text and trains LoRA alone',
        ),
      folder: z
        .string()
        .min(1)
        .describe(
          'folder of the model as it was published: config.json, tokenizer.json, chat template; of vision models preprocessor_config.json',
        ),
      model: z.string().min(1).optional().describe('name of the model at the server; absent: the folder'),
      rank: count.min(0).max(4096).default(0).describe('of LoRA; 0: all weights are trained'),
      maxSequence: count
        .min(16)
        .optional()
        .describe('longest prompt and reply, tokens, that the server was started with; absent: that of the model'),
    })
    .optional()
    .describe('the model at a server of the Tinker API that is not vlm-gym serve-engine'),
  observation: z
    .enum(['image', 'caption'])
    .default('image')
    .describe('what is given of a board. image: its picture. caption: the true board in words instead, for models that read text alone'),
  prompt: z
    .enum(['brief', 'full'])
    .default('brief')
    .describe('brief: a few words, for the embedded engine; full: rules and layout in sentences'),
  maxTokens: count.min(4).max(8192).describe('longest reply'),
  teacher: z
    .strictObject({
      blind: z.boolean().default(true).describe('systematic blind spots'),
      slip: rate.default(0.05).describe('probability of a uniform legal move instead'),
      insight: rate.default(0.1).describe('probability of acting on its thoughts instead of its habits; with slip at most 1'),
    })
    .prefault({}),
  recipes: z
    .array(z.enum(RECIPE_NAMES))
    .min(1)
    .default(['g0', 'g1'])
    .describe(RECIPE_NAMES.map((name) => `${name}: ${RECIPE_TEXTS[name]}`).join('. ')),
  base: supervised
    .extend({
      corpus: z
        .enum(['format', 'captions'])
        .default('format')
        .describe(
          '"format": the words of a reply without what they mean. "captions": pictures in other themes with captions, thoughts about boards as they were said, weak answers',
        ),
      skins: count.min(1).max(1000).default(12).describe('captions: random themes of the pictures; the one that is played in is left out'),
      labelNoise: rate.default(0.1).describe('captions: share of cells that are named after another cell of the board'),
      told: rate.default(0.25).describe('captions: share of examples whose board is told in words, with a grey picture'),
      insight: rate.default(0.2).describe('captions: share of answers that act on the thoughts'),
      legal: rate.default(0.4).describe('captions: share of answers that are a random move, legal on the board as it was said'),
      until: z
        .strictObject({
          cells: rate.describe('share of the cells that sampled replies read in the theme that is played in, mean over games'),
          every: count.min(1).default(20).describe('steps between two looks'),
          states: count.min(1).max(10_000).default(48).describe('fixed states of each game, one sampled reply each'),
        })
        .optional()
        .describe(
          'ends the stage once the base sees well enough. No example is made of these states. Absent: the stage ends after its steps',
        ),
    })
    .describe('what stands in for an instruct model'),
  coldStart: supervised
    .extend({
      dataset: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
        .optional()
        .describe('folder that vlm-gym teach wrote, or a list of them, to learn from instead of the scripted teacher'),
    })
    .describe('the teacher’s replies with the true perception'),
  rl: reinforcement.describe('GRPO, the same for both recipes'),
  saveEvery: count.min(1).default(100).describe('steps between checkpoints'),
  evaluation,
})
export type TrainConfig = z.output<typeof trainConfig>

/** The folders of the cold start's data sets; none if the scripted teacher is asked. */
export const datasetsOf = ({ coldStart: { dataset } }: Pick<TrainConfig, 'coldStart'>): readonly string[] =>
  dataset === undefined ? [] : typeof dataset === 'string' ? [dataset] : dataset

export type SupervisedConfig = z.output<typeof supervised>
export type BaseConfig = TrainConfig['base']
export type RlConfig = TrainConfig['rl']

/** How the replies of a stage are rewarded. `own`: what a game says instead of the stage. */
export function rewardSpecOf(
  { rewards: weights, signal, expert, regretScale }: RlConfig,
  own: { readonly expert?: RewardSpec['expert']; readonly regretScale?: number } = {},
): RewardSpec {
  return { weights, signal, expert: own.expert ?? expert, scale: own.regretScale ?? regretScale }
}

/** Checks a config object. Throws ConfigError naming each wrong key, its reason, and what could be given. */
export function parseTrainConfig(value: unknown): TrainConfig {
  return checkConfig(trainConfig, value, 'the training config')
}
