/** The engine's types as messages, and back. */
import type { Chunk, Datum, ForwardResult, LossConfig, ModelInput, SampledSequence } from '../../engine.ts'
import { inputLength } from '../../engine.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import { decodePng, encodePng, pngSize } from '../../render/index.ts'
import type { Frame } from '../../scene.ts'
import type { WireChunk, WireImage } from './chunk.ts'
import type { ForwardBackwardOutput, WireDatum } from './forward-backward.ts'
import type { WireSequence } from './sample.ts'
import { vector, type WireTensor } from './tensor.ts'

export interface Writing {
  /** True: RGB, as the image processors of vision models want it. Default false: a palette where the frame has one, so that the frame comes back as it was. */
  readonly rgb?: boolean
  /** True: fractions as float64, an extension of the embedded profile. Default false: as float32. */
  readonly exact?: boolean
}

/** Files of the frames that were written before: a frame stands in the prompt of every reply, and in every later turn. */
const files = { palette: new WeakMap<Frame, Uint8Array>(), rgb: new WeakMap<Frame, Uint8Array>() }

/** The PNG of a frame; the same bytes, and the same object, whenever the same frame is given. */
function fileOf(frame: Frame, rgb: boolean): Uint8Array {
  const known = rgb ? files.rgb : files.palette
  const file = known.get(frame) ?? encodePng(frame, { rgb })
  known.set(frame, file)
  return file
}

export const inputToWire = ({ chunks }: ModelInput, { rgb = false }: Writing = {}): WireChunk[] =>
  chunks.map((chunk) =>
    chunk.type === 'encoded_text'
      ? chunk
      : { type: 'image', data: fileOf(chunk.frame, rgb), format: 'png', expectedTokens: chunk.expectedTokens },
  )

export interface InputReading {
  /** Positions of a picture in the model that reads it, such as `engine.chat.imageTokens`. */
  imageTokens(frame: Frame): number
  /** Most pixels of a picture. Default 16,777,216. */
  readonly maxPixels?: number
}

/** Throws ConfigError for pictures that are no PNG, too large, to be scaled, or of other positions than their sender expects. */
export const inputFromWire = (chunks: readonly WireChunk[], reading: InputReading): ModelInput => ({
  chunks: chunks.map((chunk): Chunk => (chunk.type === 'encoded_text' ? chunk : imageFromWire(chunk, reading))),
})

function imageFromWire(image: WireImage, { imageTokens, maxPixels = 2 ** 24 }: InputReading): Chunk {
  const { data, format, expectedTokens, overrideDimensions: sides } = image
  if (format !== 'png') throw new ConfigError(`A picture is ${format.toUpperCase()}; send it as PNG.`)
  const { width, height } = pngSize(data) ?? { width: 0, height: 0 }
  if (width * height > maxPixels)
    throw new ConfigError(`A picture has ${width}×${height} pixels, more than the ${maxPixels} that are read; send a smaller one.`)
  if (sides !== undefined && (sides.width !== width || sides.height !== height))
    throw new ConfigError(
      `A picture of ${width}×${height} pixels is to be scaled to ${sides.width}×${sides.height}, which is not done here; send it in that size.`,
    )
  const frame = decodePng(data)
  const tokens = imageTokens(frame)
  if (expectedTokens !== undefined && expectedTokens !== tokens)
    throw new ConfigError(
      `Expected ${expectedTokens} tokens, got ${tokens} from image (${width}×${height} pixels); send expected_tokens as this model counts them.`,
    )
  return { type: 'image', frame, expectedTokens: tokens }
}

/** The engine's names of the inputs of a loss, with those of the API. */
const INPUTS = [
  ['targetTokens', 'target_tokens', 'int64'],
  ['weights', 'weights', 'float32'],
  ['logprobs', 'logprobs', 'float32'],
  ['advantages', 'advantages', 'float32'],
] as const

export function datumToWire({ modelInput, lossInputs }: Datum, options: Writing = {}): WireDatum {
  const tensors = INPUTS.flatMap(([name, wire, dtype]): [string, WireTensor][] => {
    const values = lossInputs[name]
    return values === undefined ? [] : [[wire, vector(dtype === 'float32' && options.exact ? 'float64' : dtype, values)]]
  })
  return { modelInput: inputToWire(modelInput, options), lossFnInputs: Object.fromEntries(tensors) }
}

/** Throws ConfigError for inputs of a loss that the engine does not know, of other lengths than the model input, or of more than one dimension. */
export function datumFromWire({ modelInput, lossFnInputs }: WireDatum, reading: InputReading): Datum {
  const known = INPUTS.map(([, wire]) => wire as string)
  const unknown = Object.keys(lossFnInputs).filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new ConfigError(`loss_fn_inputs has ${unknown.map((name) => `"${name}"`).join(', ')}; send ${known.join(', ')} only.`)
  const input = inputFromWire(modelInput, reading)
  const length = inputLength(input)
  const lists = INPUTS.flatMap(([name, wire]): [string, ArrayLike<number>][] => {
    const tensor = lossFnInputs[wire]
    if (tensor === undefined) return []
    if (tensor.shape.length !== 1 || tensor.data.length !== length)
      throw new ConfigError(
        `${wire} has the shape [${tensor.shape.join(', ')}] for a model input of ${length} positions; send one value a position.`,
      )
    return [[name, tensor.data]]
  })
  const { targetTokens, ...others } = Object.fromEntries(lists) as Partial<Datum['lossInputs']>
  if (targetTokens === undefined) throw new ConfigError('loss_fn_inputs has no target_tokens; send the token that follows each position.')
  return { modelInput: input, lossInputs: { targetTokens, ...others } }
}

export const lossConfigToWire = ({ clipLow, clipHigh }: LossConfig = {}): { [name: string]: number } => ({
  ...(clipLow !== undefined && { clip_low_threshold: clipLow }),
  ...(clipHigh !== undefined && { clip_high_threshold: clipHigh }),
})

/** Throws ConfigError for other settings than the two bounds. */
export function lossConfigFromWire(config: { readonly [name: string]: number | string }): LossConfig {
  const { clip_low_threshold: clipLow, clip_high_threshold: clipHigh, ...unknown } = config
  const [name] = Object.keys(unknown)
  if (name !== undefined) throw new ConfigError(`loss_fn_config has "${name}"; send clip_low_threshold and clip_high_threshold only.`)
  for (const bound of [clipLow, clipHigh])
    if (typeof bound === 'string') throw new ConfigError(`loss_fn_config has the bound "${bound}", a text; send a number.`)
  return { ...(clipLow !== undefined && { clipLow: Number(clipLow) }), ...(clipHigh !== undefined && { clipHigh: Number(clipHigh) }) }
}

/** Metrics carry their reduction in their name, as clients need it to join the results of cut requests. */
export const resultToWire = ({ logprobs, metrics }: ForwardResult): ForwardBackwardOutput => ({
  lossFnOutputType: 'ArrayRecord',
  lossFnOutputs: logprobs.map((values) => ({ logprobs: vector('float32', values) })),
  metrics: { 'loss:sum': metrics.loss, 'tokens:sum': metrics.tokens },
})

/**
 * The log-probs of each datum's positions. Throws EngineError where a record is missing or has another count than its model input: servers that drop
 * pictures in silence are found out by that.
 */
export function logprobsFromWire({ lossFnOutputs }: ForwardBackwardOutput, inputs: readonly ModelInput[]): Float32Array[] {
  if (lossFnOutputs.length !== inputs.length)
    throw new EngineError(
      `The server gave results of ${lossFnOutputs.length} data and was sent ${inputs.length}; it is not to be trained on.`,
    )
  return inputs.map((input, i) => {
    const values = lossFnOutputs[i]?.logprobs?.data
    const length = inputLength(input)
    if (values?.length !== length)
      throw new EngineError(
        `The server gave ${values?.length ?? 'no'} log-probs for a model input of ${length} positions (datum ${i}); a server that drops pictures does so.`,
      )
    return values instanceof Float32Array ? values : Float32Array.from(values)
  })
}

export const sequenceToWire = ({ tokens, logprobs, stopReason }: SampledSequence): WireSequence => ({
  ...{ stopReason, tokens, logprobs },
})

/** Throws EngineError for a sequence without a log-prob for each token. */
export function sequenceFromWire({ tokens, logprobs, stopReason }: WireSequence): SampledSequence {
  if (logprobs?.length !== tokens.length)
    throw new EngineError(`The server sampled ${tokens.length} tokens with ${logprobs?.length ?? 'no'} log-probs; each needs its own.`)
  return { tokens: [...tokens], logprobs: Array.from(logprobs), stopReason }
}
