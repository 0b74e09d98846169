/**
 * Recipes: lists of stages, each from the weights of an earlier one. Recipes share stages by name; a shared stage runs once. To add a recipe:
 * its name in recipe-names.ts and its stages here. Configs, `--help` and reports know it from there.
 */
import type { StageInfo } from '../runs/index.ts'
import { ARMS, type ArmName, armRl } from './arms.ts'
import type { RlConfig, TrainConfig } from './config.ts'
import { RECIPE_NAMES, RECIPE_TEXTS, type RecipeName } from './recipe-names.ts'
import { rlStage } from './rl-stage.ts'
import type { Stage } from './stage.ts'
import { baseStage, teacherStage } from './supervised-stage.ts'

/** A way to train. */
export interface Recipe {
  /** As configs name it. */
  readonly name: RecipeName
  /** What it is, in a line. */
  readonly about: string
  /** Its stages in order, those it shares with other recipes too. */
  stages(config: TrainConfig): Stage[]
}

const BASE_NOTES = {
  format:
    'The base was trained on the form of replies alone: it writes boards, thoughts and moves that are random. It stands in for an instruct model, which knows the words and the format.',
  captions:
    'The base stands in for an instruct model. It learned captions of boards in other themes than the one that is played in, with some cells misnamed; thoughts that are true of a board as the caption says it; and weak answers, a stated share of which act on those thoughts. It saw no picture of the theme that is played in, no teacher’s reply and no reward. Pictures of things (photographs) are the same in all themes.',
} as const

/** Learns what an instruct model would know; see `corpus` of the config. */
function base(config: TrainConfig): Stage {
  const note = BASE_NOTES[config.base.corpus]
  return baseStage({ name: 'base', label: 'base', about: 'before RL and cold start', note, from: null, imitates: null }, config.base)
}

/** What cold start and RL learn from: the games that are not held out. */
function trained({ games }: TrainConfig): Pick<Stage, 'games'> {
  return games.some(({ heldOut }) => heldOut) ? { games: games.filter(({ heldOut }) => !heldOut).map(({ id }) => id) } : {}
}

/** Learns from a teacher that is told the true perception. */
function coldStart(config: TrainConfig): Stage {
  const facts = { name: 'cold-start', label: 'cold start', about: 'base, then the teacher’s replies', note: '' }
  return teacherStage({ ...facts, from: 'base', imitates: 'teacher', ...trained(config) }, config.coldStart)
}

function g0(config: TrainConfig): Stage {
  return rlStage({ name: 'g0', label: 'G0', about: 'base, then RL', note: '', from: 'base', imitates: null, ...trained(config) }, config.rl)
}

function g1(config: TrainConfig): Stage {
  const facts = { name: 'g1', label: 'G1', about: 'cold start, then RL', note: '', from: 'cold-start', imitates: null }
  return rlStage({ ...facts, ...trained(config) }, taughtRl(config.rl))
}

/** RL on each game alone that is not held out; none where that is one game, which is G0 itself. */
function g0Alone(config: TrainConfig): Stage[] {
  const ids = config.games.filter(({ heldOut }) => !heldOut).map(({ id }) => id)
  return ids.flatMap((id) => {
    const facts = { name: `g0-${id}`, label: `G0 on ${id}`, about: `base, then RL on ${id} alone`, note: '' }
    return ids.length === 1 ? [] : rlStage({ ...facts, from: 'base', imitates: null, games: [id] }, config.rl)
  })
}

/** RL on all games, those that are held out too: what the same steps come to where a game itself is trained. None without such games. */
function g0All({ rl, games }: TrainConfig): Stage[] {
  const facts = { name: 'g0-all', label: 'G0 on all games', about: 'base, then RL on the games held out too', note: '' }
  return games.some(({ heldOut }) => heldOut) ? [rlStage({ ...facts, from: 'base', imitates: null }, rl)] : []
}

/** The settings of RL that begins from a cold start. */
const taughtRl = (rl: RlConfig): RlConfig => ({ ...rl, ...rl.taught })

function g1Paper(config: TrainConfig): Stage {
  const facts = { name: 'g1-paper', label: 'G1 (paper)', about: 'cold start, then RL as in the paper', note: '' }
  return rlStage({ ...facts, from: 'cold-start', imitates: null, ...trained(config) }, paperRl(taughtRl(config.rl)))
}

/** An arm of the experiment on bootstrapping; see arms.ts. */
function arm(name: ArmName): (config: TrainConfig) => Stage {
  const { label } = ARMS[name]
  return (config) =>
    rlStage({ name, label, about: RECIPE_TEXTS[name], note: '', from: 'base', imitates: null, ...trained(config) }, armRl(config.rl, name))
}

/** G0 whose mix follows the signal; held against G0 with the fixed mix, on the same steps. */
function g0Adaptive(config: TrainConfig): Stage {
  const facts = { name: 'g0-adaptive', label: 'G0, adaptive mix', about: 'base, then RL with a mix that follows the signal', note: '' }
  return rlStage({ ...facts, from: 'base', imitates: null, control: 'g0', ...trained(config) }, { ...config.rl, adaptive: 1 })
}

const STAGES: Readonly<Record<RecipeName, readonly ((config: TrainConfig) => Stage | Stage[])[]>> = {
  g0: [base, g0],
  g1: [base, coldStart, g1],
  'g1-paper': [base, coldStart, g1Paper],
  'arm-f': [base, arm('arm-f')],
  'arm-p': [base, arm('arm-p')],
  'arm-a': [base, arm('arm-a')],
  'arm-pa': [base, arm('arm-pa')],
  transfer: [base, g0Alone, g0, g0All],
  curriculum: [base, g0, g0Adaptive],
}

/** Every recipe, in the order in which their stages run. */
export const RECIPES: readonly Recipe[] = RECIPE_NAMES.map((name) => ({
  name,
  about: RECIPE_TEXTS[name],
  stages: (config) => STAGES[name].flatMap((stage) => stage(config)),
}))

/** The stages of a config, in the order they run. */
export function stagesOf(config: TrainConfig): Stage[] {
  const stages = new Map<string, Stage>()
  for (const recipe of RECIPES) {
    if (!config.recipes.includes(recipe.name)) continue
    for (const stage of recipe.stages(config)) if (!stages.has(stage.name)) stages.set(stage.name, stage)
  }
  return [...stages.values()]
}

/** The stages of a config as the header of its run names them. */
export function stageInfos(config: TrainConfig): StageInfo[] {
  return stagesOf(config).map(({ name, label, about, note, kind, from, imitates, steps, batch, games, control }) => {
    return { name, label, about, note, kind, from, imitates, steps, batch, ...(games && { games }), ...(control && { control }) }
  })
}

/**
 * The paper's plain recipe on the same budget: ±1 game reward, format and exact perception points, division by the group's deviation, one
 * advantage for the whole reply, fresh states moved on by random play only, groups without signal dropped.
 */
export function paperRl(rl: RlConfig): RlConfig {
  const rewards = { game: 1, format: 1, perceptionExact: 1, perceptionCells: 0, think: 0, legal: 0 }
  const states = { pool: 0, scatter: 0, narrow: 0, refused: 0, stuck: false }
  return {
    ...rl,
    ...states,
    signal: 'paper',
    rewards,
    credit: 'reply',
    cells: false,
    downstream: 0,
    balance: 'token',
    normalise: 'group',
    adaptive: 0,
    kl: 0.01,
    entropy: 0,
    clipHigh: 1.2,
  }
}
