/** Stages of supervised learning as values: the base, and the cold start on a teacher's replies. */
import * as z from 'zod'
import type { Engine } from '../engine.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import type { BaseConfig, SupervisedConfig, TrainConfig } from './config.ts'
import { cellsRead } from './sight.ts'
import type { Stage, StageFacts, StageRun, StageSetup } from './stage.ts'
import { type ColdStart, coldStartExamples } from './stored.ts'
import { type Corpus, type SupervisedBatch, type SupervisedContext, supervisedBatch, supervisedStep } from './supervised.ts'

/** The base: replies of the right form with random content, or captions in other themes; see `corpus` of the config. */
export function baseStage(facts: StageFacts, base: BaseConfig): Stage {
  const { corpus: kind, until, ...habits } = base
  const corpus: Corpus = kind === 'format' ? { kind } : { kind, habits }
  // With a goal, the rate falls after it and not before.
  const rate = { ...base, finalRate: until === undefined ? base.finalRate : 1 }
  const open: Stage['open'] = async (setup, saved) => {
    const context = { ...contextOf(setup, base, corpus), stored: null }
    const { since } = saved === undefined ? { since: null } : supervisedState.parse(saved)
    const look = (step: number): Promise<number> => cellsRead(setup, until?.states ?? 0, step)
    return supervisedRun(context, until && { ...until, finalRate: base.finalRate, look }, since)
  }
  return { ...supervisedStage(facts, base, open), rate }
}

/** Learns a scripted teacher's replies, or data sets of such. */
export function teacherStage(facts: StageFacts, settings: SupervisedConfig): Stage {
  return supervisedStage(facts, settings, async (setup) => {
    const { engine, config, folder } = setup
    const stored = await sameExamples(folder, engine, config)
    return supervisedRun({ ...contextOf(setup, settings, { kind: 'teacher', habits: config.teacher }), stored })
  })
}

/** `since`: the step after which the stage has been coming to its end; null: not yet, or it has no such end. */
const supervisedState = z.object({ since: z.number().int().nonnegative().nullable() })

function supervisedStage(facts: StageFacts, settings: SupervisedConfig, open: Stage['open']): Stage {
  return {
    ...facts,
    kind: 'supervised',
    steps: settings.steps,
    batch: `${settings.batch} examples`,
    rate: settings,
    needs: { loss: 'cross_entropy', optimizer: settings.optimizer },
    problemOf: (saved) => (supervisedState.safeParse(saved).success ? null : 'its state is not one of supervised learning'),
    open,
  }
}

function contextOf({ engine, mix, seed }: StageSetup, settings: SupervisedConfig, corpus: Corpus): SupervisedContext {
  return { engine, mix, settings, corpus, seed }
}

/** When a stage ends before all its steps: once a look at the weights has found enough, and the rate has fallen since. */
interface Goal {
  /** What a look must find. */
  readonly cells: number
  /** Steps between two looks. */
  readonly every: number
  /** Steps over which the learning rate falls, and what is left of it then. */
  readonly cool: number
  readonly finalRate: number
  /** What there is after so many steps. */
  look(step: number): Promise<number>
}

/** A batch that was drawn before its step. */
interface Ahead {
  readonly step: number
  readonly batch: SupervisedBatch
}

/** A batch is decided by the step; the next one is drawn while the engine computes. `since`: see `supervisedState`. */
function supervisedRun(context: SupervisedContext, goal?: Goal, since: number | null = null, ahead?: Ahead): StageRun {
  return {
    state: { since },
    step: async (step, learningRate) => {
      const batch = ahead?.step === step ? ahead.batch : supervisedBatch(context, step)
      const next = step + 1
      let drawn: Ahead | undefined
      const rate = goal === undefined || since === null ? learningRate : learningRate * cooled(goal, step - since)
      const metrics = await supervisedStep(context, batch, rate, () => {
        if (next < context.settings.steps) drawn = { step: next, batch: supervisedBatch(context, next) }
      })
      const seen = goal === undefined ? null : await lookAt(goal, since, next)
      return {
        next: supervisedRun(context, goal, seen?.since ?? since, drawn),
        metrics: { ...metrics, ...(seen?.cells !== undefined && { probeCells: seen.cells }), learningRate: rate },
        done: seen?.done ?? false,
      }
    },
  }
}

/** Where the stage stands after a step: it looks while the goal is ahead, and once at its end. */
async function lookAt(goal: Goal, since: number | null, step: number): Promise<{ cells?: number; since: number | null; done: boolean }> {
  const done = since !== null && step >= since + goal.cool
  if (!done && (since !== null || step % goal.every !== 0)) return { since, done }
  const cells = await goal.look(step)
  if (done || cells < goal.cells) return { cells, since, done }
  return { cells, since: step, done: goal.cool === 0 }
}

/** What is left of the learning rate so many steps after the goal: linearly down to the final share. */
const cooled = ({ cool, finalRate }: Goal, steps: number): number => 1 - ((1 - finalRate) * steps) / cool

const mark = z.object({ path: z.string(), fingerprint: z.string() })
const marks = z.object({ sets: z.array(mark) })

/** The data sets of the cold start, if there are any; the run folder keeps their fingerprints. Throws StorageError if one has changed since. */
async function sameExamples(folder: RunFolder, engine: Engine, config: TrainConfig): Promise<ColdStart | null> {
  const stored = await coldStartExamples(engine, config)
  if (stored === null) return null
  const before = await folder.read('dataset.json', marks)
  if (before === null) await folder.write('dataset.json', { sets: stored.sets })
  const changed = stored.sets.find(({ fingerprint }, i) => before !== null && before.sets[i]?.fingerprint !== fingerprint)
  if (changed !== undefined)
    throw new StorageError(`the data set ${changed.path} has changed since this run began to learn from it; restore it or start a new run`)
  return stored
}
