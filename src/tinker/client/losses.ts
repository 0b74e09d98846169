/** Losses as a backend's profile has them, and their values as the engine contract has them. */
import type { Datum, ForwardResult, LossConfig, LossName } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import { datumToWire, lossConfigToWire, vector, type WireDatum } from '../wire/index.ts'
import type { Profile } from './profile.ts'

export interface WirePass {
  readonly data: readonly WireDatum[]
  readonly lossFn: string
  readonly lossFnConfig: { readonly [name: string]: number }
}

/** Losses that bound the ratio. */
const BOUNDED: readonly LossName[] = ['ppo', 'cispo', 'gspo']

const BOUNDS = { clipLow: 0.8, clipHigh: 1.2 } as const

/** Whether a position counts. */
const countsAt = ({ lossInputs: { weights, advantages, logprobs } }: Datum, loss: LossName, t: number): boolean =>
  loss === 'cross_entropy' ? Boolean(weights?.[t]) : Boolean(advantages?.[t]) || Boolean(logprobs?.[t])

/** A pass for the wire. Throws EngineError for data without what their loss needs. */
export function passToWire(data: readonly Datum[], loss: LossName, config: LossConfig | undefined, profile: Profile): WirePass {
  const bounds = BOUNDED.includes(loss) ? lossConfigToWire({ ...BOUNDS, ...config }) : {}
  if (profile.exact) return { data: data.map((datum) => datumToWire(datum, { exact: true })), lossFn: loss, lossFnConfig: bounds }
  for (const datum of data) checkInputs(datum, loss)
  const wire = data.map((datum) => datumToWire(datum, { rgb: true }))
  if (profile.reduction === 'sum') {
    const masked =
      profile.mask && loss !== 'cross_entropy' ? wire.map((one, i) => withInputs(one, { weights: maskOf(data[i] as Datum, loss) })) : wire
    return { data: masked, lossFn: loss, lossFnConfig: bounds }
  }
  // The server divides a datum's loss by the sum of its mask, and the sum of the data by their number: both are multiplied in before.
  const scaled = wire.map((one, i): WireDatum => {
    const datum = data[i] as Datum
    const mask = maskOf(datum, loss)
    const factor = mask.reduce((sum, value) => sum + value, 0) * data.length
    const { weights, advantages, logprobs } = datum.lossInputs
    const worth = loss === 'cross_entropy' ? weights : advantages
    return withInputs(one, {
      weights: mask,
      advantages: mask.map((_, t) => (worth?.[t] ?? 0) * factor),
      logprobs: mask.map((_, t) => logprobs?.[t] ?? 0),
    })
  })
  if (loss !== 'cross_entropy') return { data: scaled, lossFn: loss, lossFnConfig: bounds }
  // Cross-entropy is divided by its own weights there. CISPO with both bounds 1 is -lp · A.
  return { data: scaled, lossFn: 'cispo', lossFnConfig: lossConfigToWire({ clipLow: 1, clipHigh: 1 }) }
}

function checkInputs({ lossInputs, modelInput }: Datum, loss: LossName): void {
  const { targetTokens, weights, logprobs, advantages } = lossInputs
  const needed = loss === 'cross_entropy' ? { targetTokens } : { targetTokens, logprobs, advantages }
  const absent = Object.entries(needed).find(([, list]) => list === undefined)
  if (absent !== undefined) throw new EngineError(`${loss} needs ${absent[0]} with every datum`)
  if (modelInput.chunks.at(-1)?.type !== 'encoded_text') throw new EngineError('the last chunk of a datum must be text')
  const length = targetTokens.length
  for (const [name, list] of Object.entries({ weights, logprobs, advantages }))
    if (list !== undefined && list.length !== length)
      throw new EngineError(`${name} has ${list.length} entries, the model input has ${length} positions`)
}

const maskOf = (datum: Datum, loss: LossName): number[] =>
  Array.from(datum.lossInputs.targetTokens, (_, t) => (countsAt(datum, loss, t) ? 1 : 0))

const withInputs = (datum: WireDatum, lists: { readonly [name: string]: readonly number[] }): WireDatum => ({
  ...datum,
  lossFnInputs: {
    ...datum.lossFnInputs,
    ...Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, vector('float32', values)])),
  },
})

/** The loss by the contract, out of the log-probs: every server has sums and means of its own. */
export function lossOf(
  data: readonly Datum[],
  logprobs: readonly Float32Array[],
  loss: LossName,
  config?: LossConfig,
): ForwardResult['metrics'] {
  const { clipLow, clipHigh } = { ...BOUNDS, ...config }
  const metrics = { loss: 0, tokens: 0 }
  for (const [i, datum] of data.entries()) {
    const { weights, advantages, logprobs: sampled } = datum.lossInputs
    const whole = loss === 'gspo' ? sequenceRatio(datum, logprobs[i] as Float32Array) : undefined
    for (const [t, lp] of (logprobs[i] as Float32Array).entries()) {
      if (!countsAt(datum, loss, t)) continue
      metrics.tokens++
      if (loss === 'cross_entropy') {
        metrics.loss -= lp * (weights?.[t] ?? 0)
        continue
      }
      const advantage = advantages?.[t] ?? 0
      const ratio = whole ?? Math.exp(lp - (sampled?.[t] ?? 0))
      const clipped = BOUNDED.includes(loss) ? Math.min(Math.max(ratio, clipLow), clipHigh) : ratio
      metrics.loss -= loss === 'cispo' ? clipped * lp * advantage : Math.min(ratio * advantage, clipped * advantage)
    }
  }
  return metrics
}

/** The ratio of a whole datum: exp of the mean difference over the positions that count. */
function sequenceRatio(datum: Datum, now: Float32Array): number {
  let [sum, count] = [0, 0]
  for (const [t, lp] of now.entries()) {
    if (!countsAt(datum, 'gspo', t)) continue
    sum += lp - (datum.lossInputs.logprobs?.[t] ?? 0)
    count++
  }
  return Math.exp(sum / Math.max(1, count))
}

/** Divergence of the trainer's log-probs from those of the sampler, k3 in nats a token: mean of exp(d) - 1 - d, d = trainer - sampler. */
export function divergenceOf(data: readonly Datum[], logprobs: readonly Float32Array[]): number {
  let [sum, count] = [0, 0]
  for (const [i, { lossInputs }] of data.entries())
    for (const [t, lp] of (logprobs[i] as Float32Array).entries()) {
      const sampled = lossInputs.logprobs?.[t] ?? 0
      if (sampled === 0) continue
      const apart = lp - sampled
      sum += Math.exp(apart) - 1 - apart
      count++
    }
  return count === 0 ? 0 : sum / count
}
