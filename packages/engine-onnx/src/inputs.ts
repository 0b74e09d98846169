/** From the contract's data to flat arrays: pictures to patches, data to rows of a training batch. */
import { type Datum, EngineError, type Frame, type ModelInput } from 'vlm-gym'
import type { ModelConfig } from './parameters.ts'

/** A picture and the text after it; rows × columns patches. */
export interface PlainInput {
  readonly frame: Frame
  readonly rows: number
  readonly columns: number
  readonly tokens: readonly number[]
}

/** Rows and columns of patches. Throws EngineError if the frame does not divide into patches or is too large. */
export function patchGrid(
  { width, height }: Pick<Frame, 'width' | 'height'>,
  { patch, grid }: ModelConfig,
): { rows: number; columns: number } {
  const rows = height / patch
  const columns = width / patch
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows > grid || columns > grid || rows < 1 || columns < 1) {
    throw new EngineError(
      `a picture of ${width}×${height} pixels does not fit this model: sides must be multiples of ${patch} and at most ${patch * grid}; use the layout "board" with tile ${patch}`,
    )
  }
  return { rows, columns }
}

/** Reads a model input of the one shape this model knows: a picture, then text. */
export function plainInput(input: ModelInput, config: ModelConfig): PlainInput {
  const [image, ...rest] = input.chunks
  if (image?.type !== 'image') throw new EngineError('the embedded model wants one picture first; give the image chunk before the text')
  const tokens: number[] = []
  for (const chunk of rest) {
    if (chunk.type !== 'encoded_text') throw new EngineError('the embedded model takes one picture; give a single image chunk')
    for (const token of chunk.tokens) tokens.push(token)
  }
  const { rows, columns } = patchGrid(image.frame, config)
  if (image.expectedTokens !== rows * columns) {
    throw new EngineError(
      `the image chunk expects ${image.expectedTokens} tokens, the picture has ${rows * columns}; use engine.imageTokens(frame)`,
    )
  }
  return { frame: image.frame, rows, columns, tokens }
}

const byteToFloat = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1)

/** Writes [P, patch²·3] floats in -1..1 at `offset`; patches row by row, pixels row by row, RGB. */
export function writePatches(frame: Frame, patch: number, out: Float32Array, offset: number): void {
  const { width, height, pixels, palette } = frame
  let at = offset
  for (let top = 0; top < height; top += patch)
    for (let left = 0; left < width; left += patch)
      for (let y = top; y < top + patch; y++)
        for (let x = left; x < left + patch; x++) {
          const from = palette ? (pixels[y * width + x] as number) * 3 : (y * width + x) * 3
          const source = palette ?? pixels
          out[at++] = byteToFloat[source[from] as number] as number
          out[at++] = byteToFloat[source[from + 1] as number] as number
          out[at++] = byteToFloat[source[from + 2] as number] as number
        }
}

/** A datum ready for a batch row; lists have one entry per text position. */
export interface Row extends PlainInput {
  readonly target: ArrayLike<number>
  readonly weight?: ArrayLike<number>
  readonly advantage?: ArrayLike<number>
  readonly sampled?: ArrayLike<number>
}

const tail = (list: ArrayLike<number> | undefined, from: number): ArrayLike<number> | undefined =>
  list === undefined ? undefined : Array.prototype.slice.call(list, from)

/** Checks a datum against the contract (equal lengths, targets of the vocabulary) and cuts off the picture's positions. */
export function datumRow(datum: Datum, config: ModelConfig, vocabulary: number): Row {
  const plain = plainInput(datum.modelInput, config)
  const picture = plain.rows * plain.columns
  const { targetTokens, weights, advantages, logprobs } = datum.lossInputs
  const length = picture + plain.tokens.length
  for (const [name, list] of Object.entries({ targetTokens, weights, advantages, logprobs })) {
    if (list && list.length !== length) throw new EngineError(`${name} has ${list.length} entries, the model input has ${length} positions`)
  }
  if (plain.tokens.length > config.textLength) {
    throw new EngineError(
      `a text of ${plain.tokens.length} tokens is over this model's ${config.textLength}; make the model with a larger textLength`,
    )
  }
  const target = tail(targetTokens, picture) as ArrayLike<number>
  for (let i = 0; i < target.length; i++) {
    const token = target[i] as number
    if (!(token >= 0 && token < vocabulary)) throw new EngineError(`target token ${token} is outside 0..${vocabulary - 1}`)
  }
  const row: Row = { ...plain, target }
  return Object.assign(row, { weight: tail(weights, picture), advantage: tail(advantages, picture), sampled: tail(logprobs, picture) })
}

/** A sequence as a row whose targets are its own tokens, each from those before; null where a text of under two tokens leaves nothing to score. */
export function scoredRow(input: ModelInput, config: ModelConfig, vocabulary: number): { row: Row | null; picture: number; text: number } {
  const { frame, rows, columns, tokens } = plainInput(input, config)
  const picture = rows * columns
  if (tokens.length < 2) return { row: null, picture, text: tokens.length }
  const chunks: ModelInput['chunks'] = [
    { type: 'image', frame, expectedTokens: picture },
    { type: 'encoded_text', tokens: tokens.slice(0, -1) },
  ]
  const targetTokens = [...new Array<number>(picture).fill(0), ...tokens.slice(1)]
  return { row: datumRow({ modelInput: { chunks }, lossInputs: { targetTokens } }, config, vocabulary), picture, text: tokens.length }
}
