/** The stages of a training run, as its header names them: all that reports and analyses know of how its models were made. */
import * as z from 'zod'

export const stageInfo = z.object({
  /** As in metrics and results: 'g1'. */
  name: z.string(),
  /** For people: 'G1'. */
  label: z.string(),
  /** A few words on what it is: 'cold start, then RL'. */
  about: z.string(),
  /** What a reader has to know of its results, in whole sentences; '' if nothing. */
  note: z.string(),
  kind: z.enum(['supervised', 'rl']),
  /** Name of the stage whose weights it starts from; null: fresh weights. */
  from: z.string().nullable(),
  /** Name of the policy whose replies it learns to write; null: of none. */
  imitates: z.string().nullable(),
  /** Optimiser steps planned. */
  steps: z.number().int().nonnegative(),
  /** What a step holds, for people: '64 examples'. */
  batch: z.string(),
  /** Name of a stage that differs from it in one thing alone, which it is held against besides its start; absent: none. */
  control: z.string().optional(),
  /** Ids of the games that it learns from; absent: all of the run. */
  games: z.array(z.string()).readonly().optional(),
})
export type StageInfo = z.output<typeof stageInfo>

/** run.json of a training run, as far as readers without a folder need it. */
export const trainHeader = z.object({ kind: z.literal('train'), config: z.unknown(), stages: z.array(stageInfo) })

/** The stages that a stage builds on, from the stage itself back to the first. */
export function lineOf(stages: readonly StageInfo[], name: string): StageInfo[] {
  const line: StageInfo[] = []
  let at = stages.find((stage) => stage.name === name)
  while (at !== undefined && !line.includes(at)) {
    line.push(at)
    const { from } = at
    at = stages.find((stage) => stage.name === from)
  }
  return line
}

/** Whether a stage, or one that it builds on, learned from the replies of a policy. */
export const isTaught = (stages: readonly StageInfo[], name: string): boolean =>
  lineOf(stages, name).some(({ imitates }) => imitates !== null)
