/** What stands in the files of a run folder, checked on reading. */
import * as z from 'zod'
import type { LinesFile } from './lines.ts'

/** A line of metrics.jsonl. `values`: see docs/metrics.md; `seconds` is the wall time of the step and decides nothing. */
export const metricLine = z.object({
  stage: z.string(),
  step: z.number().int().nonnegative(),
  seconds: z.number(),
  values: z.record(z.string(), z.number().nullable()),
})
export type MetricLine = z.output<typeof metricLine>

/** The metrics of a training run, in the order of its steps. */
export const METRICS_FILE: LinesFile<MetricLine> = {
  name: 'metrics.jsonl',
  schema: metricLine,
  loss: 'its step is left out of the curves',
  key: ({ stage, step }) => `${stage} ${step}`,
}

const sections = z.object({ perception: z.number(), think: z.number(), answer: z.number() })

/**
 * A line of groups.jsonl: replies of training that were compared with each other. `group`: its place among the groups of its step; `entry`: place of
 * what was played among what the stage draws from. `state`: token of the state that every reply answers. `signal`: whether anything was learned from
 * their differences. Rewards and advantages are those of training, to six digits; an advantage is that of a whole section.
 */
export const groupLine = z.object({
  stage: z.string(),
  step: z.number().int().nonnegative(),
  group: z.number().int().nonnegative(),
  game: z.string(),
  entry: z.number().int().nonnegative(),
  state: z.string(),
  signal: z.boolean(),
  replies: z.array(z.object({ text: z.string(), outcome: z.string(), rewards: sections, advantages: sections })).min(1),
})
export type GroupLine = z.output<typeof groupLine>

/** Groups of a training run, in the order of its steps. */
export const GROUPS_FILE: LinesFile<GroupLine> = {
  name: 'groups.jsonl',
  schema: groupLine,
  loss: 'its group is not shown',
  key: ({ stage, step, group }) => `${stage} ${step} ${group}`,
}

/** results.json: one row per policy, decoding and metric. low, high: 95 % bootstrap interval of the mean over episodes. */
export const resultRows = z.array(
  z.object({
    game: z.string(),
    policy: z.string(),
    decoding: z.enum(['sampled', 'greedy', 'scripted']),
    metric: z.string(),
    mean: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    episodes: z.number().int(),
    seed: z.number().int(),
  }),
)
export type ResultRow = z.output<typeof resultRows>[number]

/**
 * What a probe measures of a reply, 0..1. cells, exact: the perception against the truth. think: true thoughts. own: thoughts that are true of the
 * board as the reply itself gives it. legal: a legal move. good: a best move by the expert.
 */
export const PROBE_METRICS = ['cells', 'exact', 'think', 'own', 'legal', 'good'] as const
export type ProbeMetric = (typeof PROBE_METRICS)[number]
/** The picture alone, and the picture with the true board put into the model's mouth. */
export const PROBE_MODES = ['image', 'image+caption'] as const

const probeValues = z.array(z.number().nullable()).readonly()

/** probes.json: a row per policy, decoding and mode; a value a state, null where undefined. Equal places are equal states. */
export const probeRows = z.array(
  z.object({
    game: z.string(),
    policy: z.string(),
    decoding: z.enum(['sampled', 'greedy', 'scripted']),
    mode: z.enum(PROBE_MODES),
    seed: z.number().int(),
    values: z.object({
      cells: probeValues,
      exact: probeValues,
      think: probeValues,
      own: probeValues,
      legal: probeValues,
      good: probeValues,
    }),
  }),
)
export type ProbeRow = z.output<typeof probeRows>[number]

const shares = { mean: z.number(), low: z.number(), high: z.number() }

/**
 * interventions.json: one row per policy, decoding, observation mode and metric. `difference`: from mode 'image' on the same states; null
 * in that mode. low, high: 95 % bootstrap interval over states.
 */
export const interventionRows = z.array(
  z.object({
    game: z.string(),
    policy: z.string(),
    decoding: z.enum(['sampled', 'greedy', 'scripted']),
    mode: z.string(),
    metric: z.enum(['good', 'legal']),
    ...shares,
    difference: z.object(shares).nullable(),
    states: z.number().int(),
    seed: z.number().int(),
  }),
)
export type InterventionRow = z.output<typeof interventionRows>[number]

/**
 * generalisation.json: one row per policy, thing, level of perception (0..5) and metric. `seen`: config and look were part of training.
 * low, high: 95 % interval over states.
 */
export const generalisationRows = z.array(
  z.object({
    game: z.string(),
    policy: z.string(),
    kind: z.enum(['skin', 'theme', 'knobs', 'pictures']),
    thing: z.string(),
    level: z.number().int().nonnegative(),
    seen: z.boolean(),
    metric: z.enum(['perception cells', 'perception exact', 'legal', 'good']),
    ...shares,
    states: z.number().int(),
    seed: z.number().int(),
  }),
)
export type GeneralisationRow = z.output<typeof generalisationRows>[number]

/** replays.json: episodes to step through. `picture` is a data URL of a PNG; cells are [row][column]; `read` is null when unreadable. */
export const replayList = z.array(
  z.object({
    game: z.string(),
    policy: z.string(),
    decoding: z.string(),
    seed: z.number().int(),
    return: z.number(),
    steps: z.array(
      z.object({
        picture: z.string(),
        prompt: z.string(),
        reply: z.string(),
        truth: z.array(z.array(z.string())),
        read: z.array(z.array(z.string())).nullable(),
        action: z.string().nullable(),
        outcome: z.string(),
        problem: z.string().nullable(),
        reward: z.number(),
        regret: z.number().nullable(),
      }),
    ),
  }),
)
export type Replay = z.output<typeof replayList>[number]

/**
 * endpoints.json of an evaluation: how each model behind HTTP was asked. `sent`: fields of the bodies without the messages, null before the
 * first answer; `headers`: names; `notes`: fields that were left out and why, a sentence each.
 */
export const endpointLines = z.array(
  z.object({
    policy: z.string(),
    decoding: z.enum(['sampled', 'greedy']),
    model: z.string(),
    address: z.string(),
    sent: z.record(z.string(), z.unknown()).nullable(),
    headers: z.array(z.string()).readonly(),
    query: z.array(z.string()).readonly(),
    notes: z.array(z.string()).readonly(),
  }),
)
export type EndpointLine = z.output<typeof endpointLines>[number]
