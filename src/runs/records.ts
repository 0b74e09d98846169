/** What stands in the files of a run folder, checked on reading. */
import { z } from 'zod'

/** A line of metrics.jsonl. `values`: see docs/metrics.md; `seconds` is the wall time of the step and decides nothing. */
export const metricLine = z.object({
  stage: z.string(),
  step: z.number().int().nonnegative(),
  seconds: z.number(),
  values: z.record(z.string(), z.number().nullable()),
})
export type MetricLine = z.output<typeof metricLine>

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
