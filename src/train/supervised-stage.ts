/** A stage of supervised learning as a value: on the form of replies, or on a teacher's replies. */
import * as z from 'zod'
import type { Engine } from '../engine.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import type { SupervisedConfig, TrainConfig } from './config.ts'
import type { Stage, StageFacts, StageRun } from './stage.ts'
import { type ColdStart, coldStartExamples } from './stored.ts'
import { type SupervisedBatch, type SupervisedContext, supervisedBatch, supervisedStep } from './supervised.ts'

/** A stage that learns examples: 'format', replies of the right form with random content; 'teacher', a teacher's replies or data sets of such. */
export function supervisedStage(facts: StageFacts, examples: 'format' | 'teacher', settings: SupervisedConfig): Stage {
  return {
    ...facts,
    kind: 'supervised',
    steps: settings.steps,
    batch: `${settings.batch} examples`,
    rate: settings,
    needs: { loss: 'cross_entropy', optimizer: settings.optimizer },
    problemOf: () => null,
    open: async (setup) => {
      const { engine, mix, config, folder, seed } = setup
      const stored = examples === 'teacher' ? await sameExamples(folder, engine, config) : null
      return supervisedRun({ engine, mix, settings, kind: examples, teacher: config.teacher, stored, seed })
    },
  }
}

/** Has no state: a batch is decided by the step. The next one is drawn while the engine computes. */
function supervisedRun(context: SupervisedContext): StageRun {
  let drawn: { readonly step: number; readonly batch: SupervisedBatch } | undefined
  const run: StageRun = {
    state: null,
    step: async (step, learningRate) => {
      const batch = drawn?.step === step ? drawn.batch : supervisedBatch(context, step)
      const next = step + 1
      const metrics = await supervisedStep(context, batch, learningRate, () => {
        if (next < context.settings.steps) drawn = { step: next, batch: supervisedBatch(context, next) }
      })
      return { next: run, metrics }
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
