/** One step of supervised learning: format examples (base) or teacher examples (cold start); cross-entropy per reply token. */
import type { Datum, Engine } from '../engine.ts'
import type { TeacherHabits } from '../policies/index.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import type { SupervisedConfig } from './config.ts'
import { type BaseHabits, captionExample, type Example, formatExample, replyDatum, teacherExample } from './examples.ts'
import { type GameMix, pickGames } from './states.ts'
import { type ColdStart, storedExamples } from './stored.ts'

/** What examples are made of: the form of replies, captions in other themes, or a scripted teacher's replies. */
export type Corpus =
  | { readonly kind: 'format' }
  | { readonly kind: 'captions'; readonly habits: BaseHabits }
  | { readonly kind: 'teacher'; readonly habits: TeacherHabits }

export interface SupervisedContext {
  readonly engine: Engine
  readonly mix: GameMix
  readonly settings: SupervisedConfig
  readonly corpus: Corpus
  /** Examples of data sets, in place of the teacher's. */
  readonly stored?: ColdStart | null
  /** Of the stage. */
  readonly seed: number
}

export interface SupervisedMetrics {
  /** Mean cross-entropy per reply token, nats; weighted as `balance` says. */
  readonly loss: number
  readonly gradNorm: number
  /** Reply tokens of the step. */
  readonly tokens: number
}

/** A step's examples, scaled to the mean over their reply tokens; decided by (seed, step). */
export interface SupervisedBatch {
  readonly data: readonly Datum[]
  /** Reply tokens. */
  readonly tokens: number
}

/** Draws the examples of a step. */
export function supervisedBatch(context: SupervisedContext, step: number): SupervisedBatch {
  const { engine, stored, settings, seed } = context
  const examples = stored ? storedExamples(stored, settings.batch, seed, step) : drawnExamples(context, step)
  const data = examples.map((example) => replyDatum(engine, example, settings.balance))
  const tokens = data.reduce((sum, { lossInputs }) => sum + Array.from(lossInputs.weights ?? []).reduce((a, b) => a + b, 0), 0)
  const scaled = data.map((datum) => ({
    ...datum,
    lossInputs: { ...datum.lossInputs, weights: Array.from(datum.lossInputs.weights ?? [], (w) => w / tokens) },
  }))
  return { data: scaled, tokens }
}

/** Examples made on the spot: every game of the mix has its share of them. */
function drawnExamples({ mix, settings, corpus, seed }: SupervisedContext, step: number): Example[] {
  const { scatter } = settings
  return pickGames(mix, settings.batch, seededRng(seed, 'games', step)).map((entry, i) => {
    const exampleSeed = deriveSeed(seed, 'example', step, i)
    if (corpus.kind === 'captions') {
      return captionExample(entry, { scatter, teacher: 0, narrow: 0, refused: 0.1 }, corpus.habits, exampleSeed)
    }
    const source = { scatter, teacher: 0.5, narrow: 0.15, refused: 0.1 }
    return corpus.kind === 'format' ? formatExample(entry, source, exampleSeed) : teacherExample(entry, source, corpus.habits, exampleSeed)
  })
}

/** One optimiser step on a batch. `meanwhile` runs while the engine computes: the place to draw the next batch. */
export async function supervisedStep(
  { engine, settings }: SupervisedContext,
  { data, tokens }: SupervisedBatch,
  learningRate: number,
  meanwhile: () => void = () => {},
): Promise<SupervisedMetrics & Record<string, number>> {
  const { maxGradNorm, optimizer } = settings
  const pass = engine.forwardBackward({ data, loss: 'cross_entropy' })
  const step = engine.optimStep({ learningRate, maxGradNorm, optimizer })
  const done = Promise.all([pass, step])
  try {
    meanwhile()
  } catch (error) {
    // The engine must not be closed while it computes.
    await done.catch(() => {})
    throw error
  }
  const [{ metrics }, { gradNorm }] = await done
  return { loss: metrics.loss, gradNorm, tokens }
}
