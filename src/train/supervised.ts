/** One step of supervised learning: format examples (base) or teacher examples (cold start); cross-entropy per reply token. */
import type { Engine } from '../engine.ts'
import { deriveSeed } from '../rng.ts'
import type { SupervisedConfig } from './config.ts'
import { formatExample, teacherExample } from './examples.ts'
import type { GameMix } from './states.ts'

export interface SupervisedContext {
  readonly engine: Engine
  readonly mix: GameMix
  readonly settings: SupervisedConfig
  readonly kind: 'format' | 'teacher'
  readonly teacher: { readonly blind: boolean; readonly slip: number }
  /** Of the stage. */
  readonly seed: number
}

export interface SupervisedMetrics {
  /** Mean cross-entropy per reply token, nats. */
  readonly loss: number
  readonly gradNorm: number
  /** Reply tokens of the step. */
  readonly tokens: number
}

/** Draws the step's examples from (seed, step), and makes one optimiser step on their mean. */
export async function supervisedStep(
  context: SupervisedContext,
  step: number,
  learningRate: number,
): Promise<SupervisedMetrics & Record<string, number>> {
  const { engine, mix, settings, kind, teacher, seed } = context
  const source = { scatter: settings.scatter, teacher: 0.5, narrow: 0.15, refused: 0.1 }
  const data = Array.from({ length: settings.batch }, (_, i) => {
    const own = deriveSeed(seed, 'example', step, i)
    return kind === 'format' ? formatExample(engine, mix, source, own) : teacherExample(engine, mix, source, teacher, own)
  })
  const tokens = data.reduce((sum, { lossInputs }) => sum + Array.from(lossInputs.weights ?? []).reduce((a, b) => a + b, 0), 0)
  const scaled = data.map((datum) => ({
    ...datum,
    lossInputs: { ...datum.lossInputs, weights: Array.from(datum.lossInputs.weights ?? [], (w) => w / tokens) },
  }))
  const { metrics } = await engine.forwardBackward({ data: scaled, loss: 'cross_entropy' })
  const { gradNorm } = await engine.optimStep({ learningRate, maxGradNorm: settings.maxGradNorm })
  return { loss: metrics.loss, gradNorm, tokens }
}
