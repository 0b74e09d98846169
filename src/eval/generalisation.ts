/**
 * How far does what a model learned reach? A grid: things down (the game as trained, unseen themes, other knobs on the same board, pictures
 * held out), levels of perception across (the skin's effects). One decision on each of the same states in every cell.
 */

import {
  type DecideOptions,
  type DecisionScore,
  decide,
  drawState,
  type EnvSpec,
  envSpec,
  type FixedState,
  fixedStates,
  LEVELS,
  SKIN_LEVELS,
  withLevels,
} from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import { frameHash, THEMES, themeNamed } from '../render/index.ts'
import type { GeneralisationRow } from '../runs/index.ts'
import { spread } from './replay.ts'
import { bootstrapMean, type Interval, wilsonInterval } from './statistics.ts'

/** Other knobs that are tried at most, evenly spread over those that the game's levels name. */
const KNOBS = 2
/** Resamples of the interval of a mean. */
const RESAMPLES = 500

/** One line of the grid. */
export interface Thing {
  readonly kind: GeneralisationRow['kind']
  /** For people; unique within a game. */
  readonly label: string
  readonly states: readonly FixedState[]
  /** [level of perception] */
  readonly cells: readonly { readonly spec: EnvSpec; readonly seen: boolean }[]
}

export interface ThingsOptions {
  /** The game as it is evaluated. */
  readonly spec: EnvSpec
  /** What training drew from; a cell with the config and the look of one of these counts as seen. */
  readonly trained: readonly EnvSpec[]
  /** Most moves behind a state. */
  readonly horizon: number
  /** States of each thing, 1 or more. */
  readonly states: number
  readonly seed: number
}

/** The grid of a game. Lines of one config share their states. What a game does not have (other knobs, held-out pictures) is left out. */
export function thingsOf({ spec, trained, horizon, states: count, seed }: ThingsOptions): Thing[] {
  const states = fixedStates(spec, horizon, count, seed)
  const line = (kind: Thing['kind'], label: string, variant: EnvSpec, its = fixedStates(variant, horizon, count, seed)): Thing => ({
    kind,
    label,
    states: its,
    cells: SKIN_LEVELS.map((level) => {
      const levelled = { ...variant, skin: { ...variant.skin, ...level } }
      return { spec: levelled, seen: trained.some((other) => sameLook(levelled, other, its[0] as FixedState)) }
    }),
  })
  const themes = Object.keys(THEMES).filter((theme) => theme !== spec.skin.theme)
  const heldOut = spec.game.heldOut?.(spec.config) ?? null
  return [
    line('skin', `theme ${spec.skin.theme}`, spec, states),
    ...themes.map((theme) => line('theme', `theme ${theme}`, { ...spec, skin: { ...spec.skin, theme } }, states)),
    ...otherKnobs(spec).map((variant) => line('knobs', differenceOf(spec.config, variant.config), variant)),
    ...(heldOut === null ? [] : [line('pictures', 'held-out pictures', envSpec({ ...spec, config: heldOut }))]),
  ]
}

const configKey = (config: unknown): string => JSON.stringify(Object.entries(config as object).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Whether two specs are of one config and draw one picture of a state. */
function sameLook(a: EnvSpec, b: EnvSpec, { snapshot }: FixedState): boolean {
  if (a.game !== b.game || configKey(a.config) !== configKey(b.config)) return false
  return frameHash(drawState(a.game, snapshot.state, a.skin)) === frameHash(drawState(b.game, snapshot.state, b.skin))
}

/** The specs with the knobs of the game's levels laid over, where these leave the size of the board and change anything at all. */
function otherKnobs(spec: EnvSpec): EnvSpec[] {
  const { game, skin } = spec
  if (game.levels === undefined) return []
  const sizeOf = (config: unknown): string => {
    const state: unknown = game.rules.init(config, 0)
    const { width, height } = game.draw(state, skin, themeNamed(skin.theme))
    return `${width}x${height}`
  }
  const found = new Map<string, EnvSpec>()
  for (let level = 0; level < LEVELS; level++) {
    for (const axis of ['perception', 'reasoning'] as const) {
      const { config } = withLevels(spec, { [axis]: level })
      if (configKey(config) !== configKey(spec.config) && sizeOf(config) === sizeOf(spec.config))
        found.set(configKey(config), { ...spec, config, skin })
    }
  }
  const all = [...found.values()]
  return spread(all.length, KNOBS).map((i) => all[i] as EnvSpec)
}

/** 'kinds 6, clearable true' */
function differenceOf(from: unknown, to: unknown): string {
  const before = from as Record<string, unknown>
  const changed = Object.entries(to as object).filter(([name, value]) => before[name] !== value)
  return changed.map(([name, value]) => `${name} ${value}`).join(', ')
}

export interface GeneralisationOptions extends DecideOptions {
  readonly policy: Policy
  readonly things: readonly Thing[]
}

/**
 * Rows of one policy: a row per thing, level and metric. Shares have Wilson's interval, cells the bootstrap's. A cell that the policy cannot
 * read (a word or a picture outside its model) is left out.
 */
export async function generalisation({ policy, things, ...options }: GeneralisationOptions): Promise<GeneralisationRow[]> {
  const rows: GeneralisationRow[] = []
  for (const thing of things) {
    const questions = thing.cells.flatMap(({ spec }) => thing.states.map((fixed) => ({ spec, fixed })))
    const outcomes = await decide(policy, questions, options)
    for (const level of thing.cells.keys()) {
      const levelOutcomes = outcomes.slice(level * thing.states.length, (level + 1) * thing.states.length)
      const decisions = levelOutcomes.filter((outcome) => !('failure' in outcome)) as DecisionScore[]
      if (decisions.length === levelOutcomes.length) rows.push(...cellRows(policy.name, thing, level, decisions, options.seed))
    }
  }
  return rows
}

function cellRows(policy: string, thing: Thing, level: number, decisions: readonly DecisionScore[], seed: number): GeneralisationRow[] {
  const { spec, seen } = thing.cells[level] as Thing['cells'][number]
  const share = (of: (decision: DecisionScore) => number): Interval =>
    wilsonInterval(
      decisions.reduce((sum, decision) => sum + of(decision), 0),
      decisions.length,
    )
  const cells = bootstrapMean(
    decisions.map(({ cells: value }) => value),
    { seed, resamples: RESAMPLES },
  )
  const judged = thing.states.some(({ scores }) => scores !== null)
  const intervals: readonly (readonly [GeneralisationRow['metric'], Interval])[] = [
    ['perception cells', cells],
    ['perception exact', share(({ exact }) => exact)],
    ['legal', share(({ legal }) => legal)],
    ...(judged ? [['good', share(({ good }) => good)] as const] : []),
  ]
  const key = { game: spec.game.id, policy, kind: thing.kind, thing: thing.label, level, seen }
  return intervals.map(([metric, interval]) => ({ ...key, metric, ...interval, states: decisions.length, seed }))
}
