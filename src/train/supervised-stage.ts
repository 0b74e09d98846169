/** Stages of supervised learning as values: the base, and the cold start on a teacher's replies. */
import * as z from 'zod'
import type { Engine } from '../engine.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import type { BaseConfig, SupervisedConfig, TrainConfig } from './config.ts'
import { sightOf } from './sight.ts'
import type { Stage, StageFacts, StageRun, StageSetup } from './stage.ts'
import { type ColdStart, coldStartExamples } from './stored.ts'
import { type Corpus, type SupervisedBatch, type SupervisedContext, supervisedBatch, supervisedStep } from './supervised.ts'

/** The base: replies of the right form with random content, or captions in other themes; see `corpus` of the config. */
export function baseStage(facts: StageFacts, base: BaseConfig): Stage {
  const { corpus: kind, until, ...habits } = base
  const corpus: Corpus = kind === 'format' ? { kind } : { kind, habits }
  return supervisedStage(facts, base, async (setup) => {
    const context = { ...contextOf(setup, base, corpus), stored: null }
    return supervisedRun(context, until && { ...until, look: sightOf(setup, until.states) })
  })
}

/** Learns a scripted teacher's replies, or data sets of such. */
export function teacherStage(facts: StageFacts, settings: SupervisedConfig): Stage {
  return supervisedStage(facts, settings, async (setup) => {
    const { engine, config, folder } = setup
    const stored = await sameExamples(folder, engine, config)
    return supervisedRun({ ...contextOf(setup, settings, { kind: 'teacher', habits: config.teacher }), stored })
  })
}

function supervisedStage(facts: StageFacts, settings: SupervisedConfig, open: Stage['open']): Stage {
  return {
    ...facts,
    kind: 'supervised',
    steps: settings.steps,
    batch: `${settings.batch} examples`,
    rate: settings,
    needs: { loss: 'cross_entropy', optimizer: settings.optimizer },
    problemOf: () => null,
    open,
  }
}

function contextOf({ engine, mix, seed }: StageSetup, settings: SupervisedConfig, corpus: Corpus): SupervisedContext {
  return { engine, mix, settings, corpus, seed }
}

/** When a stage ends before all its steps: once a look at the weights has found enough. */
interface Goal {
  /** What a look must find. */
  readonly cells: number
  /** Steps between two looks. */
  readonly every: number
  /** What there is after so many steps. */
  look(step: number): Promise<number>
}

/** Has no state: a batch is decided by the step. The next one is drawn while the engine computes. */
function supervisedRun(context: SupervisedContext, goal?: Goal): StageRun {
  let drawn: { readonly step: number; readonly batch: SupervisedBatch } | undefined
  const run: StageRun = {
    state: null,
    step: async (step, learningRate) => {
      const batch = drawn?.step === step ? drawn.batch : supervisedBatch(context, step)
      const next = step + 1
      const metrics = await supervisedStep(context, batch, learningRate, () => {
        if (next < context.settings.steps) drawn = { step: next, batch: supervisedBatch(context, next) }
      })
      if (goal === undefined || next % goal.every !== 0) return { next: run, metrics }
      const probeCells = await goal.look(next)
      return { next: run, metrics: { ...metrics, probeCells }, done: probeCells >= goal.cells }
    },
  }
  return run
}

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
