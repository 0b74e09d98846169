/** AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019) on flat buffers, with global gradient norm clipping. */
import type { AdamParams } from 'vlm-gym'

export interface AdamState {
  step: number
  readonly mean: Float32Array
  readonly square: Float32Array
}

export const freshAdam = (length: number): AdamState => ({ step: 0, mean: new Float32Array(length), square: new Float32Array(length) })

/** Updates `weights` in place, zeroes `gradient`, returns the gradient's norm before clipping. A norm that is not finite leaves all as it was. */
export function adamStep(weights: Float32Array, gradient: Float32Array, state: AdamState, params: AdamParams): number {
  const { learningRate, beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0, maxGradNorm = 0 } = params
  let sum = 0
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) ** 2
  const norm = Math.sqrt(sum)
  if (!Number.isFinite(norm)) return norm
  const scale = maxGradNorm > 0 && norm > maxGradNorm ? maxGradNorm / norm : 1
  const step = ++state.step
  const rate = learningRate / (1 - beta1 ** step)
  const correction = 1 / (1 - beta2 ** step)
  const { mean, square } = state
  for (let i = 0; i < gradient.length; i++) {
    const g = (gradient[i] as number) * scale
    const m = beta1 * (mean[i] as number) + (1 - beta1) * g
    const v = beta2 * (square[i] as number) + (1 - beta2) * g * g
    mean[i] = m
    square[i] = v
    const w = weights[i] as number
    weights[i] = w - (rate * m) / (Math.sqrt(v * correction) + eps) - learningRate * weightDecay * w
    gradient[i] = 0
  }
  return norm
}
