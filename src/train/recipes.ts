/**
 * Recipes: lists of stages, each from the weights of an earlier one. Recipes share stages by name; a shared stage runs once. To add a recipe:
 * write its stages and put it into `RECIPES`; configs, presets, `--help` and reports know it from there.
 */
import type { StageInfo } from '../runs/index.ts'
import type { RlConfig, SupervisedConfig, TrainConfig } from './config.ts'

interface StageFacts extends Pick<StageInfo, 'name' | 'label' | 'about' | 'note' | 'from' | 'imitates'> {}

/** One stage of a run: what it is called, where it starts, how it trains. */
export type Stage =
  | (StageFacts & { readonly kind: 'format' | 'teacher'; readonly settings: SupervisedConfig })
  | (StageFacts & { readonly kind: 'grpo'; readonly settings: RlConfig })

/** A way to train. */
export interface Recipe {
  /** As configs name it. */
  readonly name: string
  /** For people. */
  readonly label: string
  /** What it is, in one line. */
  readonly about: string
  /** Its stages in order, those it shares with other recipes too. */
  stages(config: TrainConfig): Stage[]
}

const baseStage = ({ base }: TrainConfig): Stage => ({
  ...{ name: 'base', label: 'base', about: 'before RL and cold start' },
  note: 'The base was trained on the form of replies alone: it writes boards, thoughts and moves that are random. It stands in for an instruct model, which knows the words and the format.',
  ...{ kind: 'format', from: null, imitates: null, settings: base },
})

const coldStage = ({ coldStart }: TrainConfig): Stage => ({
  ...{ name: 'cold-start', label: 'cold start', about: 'base, then the teacher’s replies', note: '' },
  ...{ kind: 'teacher', from: 'base', imitates: 'teacher', settings: coldStart },
})

const g0: Recipe = {
  ...{ name: 'g0', label: 'G0', about: 'base, RL' },
  stages: (config) => [
    baseStage(config),
    {
      ...{ name: 'g0', label: 'G0', about: 'base, then RL', note: '' },
      ...{ kind: 'grpo', from: 'base', imitates: null, settings: config.rl },
    },
  ],
}

const g1: Recipe = {
  ...{ name: 'g1', label: 'G1', about: 'base, cold start, RL' },
  stages: (config) => [
    ...[baseStage(config), coldStage(config)],
    {
      ...{ name: 'g1', label: 'G1', about: 'cold start, then RL', note: '' },
      ...{ kind: 'grpo', from: 'cold-start', imitates: null, settings: config.rl },
    },
  ],
}

const g1Paper: Recipe = {
  ...{ name: 'g1-paper', label: 'G1 (paper)', about: 'the same with the paper’s plain rewards' },
  stages: (config) => [
    ...[baseStage(config), coldStage(config)],
    {
      ...{ name: 'g1-paper', label: 'G1 (paper)', about: 'cold start, then RL as in the paper', note: '' },
      ...{ kind: 'grpo', from: 'cold-start', imitates: null, settings: paperRl(config.rl) },
    },
  ],
}

/** Every recipe, in the order in which their stages run. */
export const RECIPES: readonly Recipe[] = [g0, g1, g1Paper]

/** The stages of a config, in the order they run. */
export function stagesOf(config: TrainConfig): Stage[] {
  const stages = new Map<string, Stage>()
  for (const recipe of RECIPES) {
    if (!(config.recipes as readonly string[]).includes(recipe.name)) continue
    for (const stage of recipe.stages(config)) if (!stages.has(stage.name)) stages.set(stage.name, stage)
  }
  return [...stages.values()]
}

/** The stages of a config as the header of its run names them. */
export function stageInfos(config: TrainConfig): StageInfo[] {
  return stagesOf(config).map(({ name, label, about, note, from, imitates, ...stage }) => {
    const common = { name, label, about, note, from, imitates, steps: stage.settings.steps }
    if (stage.kind !== 'grpo') return { ...common, kind: 'supervised', batch: `${stage.settings.batch} examples` }
    return { ...common, kind: 'rl', batch: `${stage.settings.states} states × ${stage.settings.replies} replies` }
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
    normalise: 'group',
    adaptive: 0,
    kl: 0.01,
    entropy: 0,
    clipHigh: 1.2,
  }
}
