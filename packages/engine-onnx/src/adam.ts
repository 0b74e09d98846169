/** AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019) on flat buffers, with global gradient norm clipping. */
import type { AdamParams } from 'vlm-gym/engine'

export interface AdamState {
  step: number
  readonly mean: Float32Array
  readonly square: Float32Array
}

export const freshAdam = (length: number): AdamState => ({ step: 0, mean: new Float32Array(length), square: new Float32Array(length) })

/** Norm of a gradient, and what it is to be multiplied by so that its norm is at most `most` (0: any). */
export function clipping(gradient: Float32Array, most: number): { norm: number; scale: number } {
  let sum = 0
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) ** 2
  const norm = Math.sqrt(sum)
  return { norm, scale: most > 0 && norm > most ? most / norm : 1 }
}

/** Steps [from, to) of `weights` in place with `scale` · gradient, and zeroes that part of the gradient. `state.step` counts this step already. */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  params: AdamParams,
  scale: number,
  from = 0,
  to = weights.length,
): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0 } = params
  const { mean, square, step } = state
  const rate = learningRate / (1 - beta1 ** step)
  const correction = 1 / (1 - beta2 ** step)
  for (let i = from; i < to; i++) {
    const g = (gradient[i] as number) * scale
    const m = beta1 * (mean[i] as number) + (1 - beta1) * g
    const v = beta2 * (square[i] as number) + (1 - beta2) * g * g
    mean[i] = m
    square[i] = v
    const w = weights[i] as number
    weights[i] = w - (rate * m) / (Math.sqrt(v * correction) + eps) - learningRate * weightDecay * w
    gradient[i] = 0
  }
}
