/**
 * What a save is: a checkpoint file in the engine's folder, and the ref that names it. A ref holds no path, so that a folder may be moved.
 * Tensors: `model.<parameter>`; in a state also `adam.mean.<parameter>` and `adam.square.<parameter>`.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError, fileReason, StorageError } from 'vlm-gym'
import type { SaveKind, WeightsRef } from 'vlm-gym/engine'
import * as z from 'zod'
import type { AdamState } from './adam.ts'
import { readCheckpoint, type StoredTensor, writeCheckpoint } from './checkpoint.ts'
import { type ModelConfig, modelConfig, type ParameterSlot } from './parameters.ts'

export const FORMAT = 'vlm-gym/engine-onnx'
const VERSION = '1'

/** The model that a checkpoint must be of. */
export interface SavedModel {
  readonly config: ModelConfig
  readonly words: readonly string[]
  readonly slots: readonly ParameterSlot[]
}

const refSchema = z.strictObject({ engine: z.literal('onnx'), name: z.string().regex(/^[\w-][\w.-]*$/) })

/** The ref of a name. Throws EngineError for a name that cannot be a file's. */
export function refOf(name: string): WeightsRef {
  const parsed = refSchema.safeParse({ engine: 'onnx', name })
  if (!parsed.success) throw new EngineError(`a save cannot be called ${JSON.stringify(name)}; give letters, digits, '.', '_' and '-'`)
  return parsed.data
}

/** The name in a ref. Throws EngineError for a ref that is not of this engine. */
export function nameOf(ref: WeightsRef): string {
  const parsed = refSchema.safeParse(ref)
  if (!parsed.success) throw new EngineError(`${JSON.stringify(ref)} names no weights of the embedded engine; give what its save returned`)
  return parsed.data.name
}

/** The file of a ref. Throws EngineError if the engine was given no folder. */
export function fileOf(ref: WeightsRef, folder: string | undefined): string {
  const name = nameOf(ref)
  if (folder === undefined) throw new EngineError(`the engine has no folder for ${name}; make it with the option folder`)
  return join(folder, `${name}.safetensors`)
}

/** Writes a checkpoint atomically. Throws StorageError. */
export async function writeSave(
  { config, words, slots }: SavedModel,
  path: string,
  kind: SaveKind,
  live: Float32Array,
  adam: AdamState,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>()
  const put = (prefix: string, flat: Float32Array): void => {
    for (const { name, shape, offset, length } of slots)
      tensors.set(`${prefix}.${name}`, { shape, data: flat.subarray(offset, offset + length) })
  }
  put('model', live)
  if (kind === 'state') {
    put('adam.mean', adam.mean)
    put('adam.square', adam.square)
  }
  const metadata = {
    format: FORMAT,
    version: VERSION,
    model: JSON.stringify(config),
    words: JSON.stringify(words),
    ...(kind === 'state' && { adamStep: String(adam.step) }),
  }
  await mkdir(join(path, '..'), { recursive: true })
  await writeCheckpoint(path, { metadata, tensors })
}

/** A checkpoint, found whole and of the model. `adam`: null unless it is wanted. Throws StorageError. */
export async function readSave(
  model: SavedModel,
  path: string,
  options: { readonly optimizer: boolean },
): Promise<{ live: Float32Array; adam: AdamState | null }> {
  const { metadata, tensors } = await readCheckpoint(path)
  checkModel(model, path, metadata)
  const take = (prefix: string): Float32Array => takeTensors(model, tensors, prefix, path)
  const live = take('model')
  if (!options.optimizer) return { live, adam: null }
  if (metadata.adamStep === undefined) throw new StorageError(`${path} holds weights without an optimiser; load it with optimizer: false`)
  const step = Number(metadata.adamStep)
  if (!Number.isInteger(step) || step < 0) throw new StorageError(`${path} has damaged metadata; use an earlier checkpoint`)
  return { live, adam: { step, mean: take('adam.mean'), square: take('adam.square') } }
}

/** Deletes a checkpoint; nothing happens if it is gone. Throws StorageError. */
export async function deleteSave(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: Error) => {
    throw new StorageError(`cannot delete ${path}: ${fileReason(error, 'write')}`, { cause: error })
  })
}

function checkModel({ config, words }: SavedModel, path: string, metadata: { readonly [key: string]: string }): void {
  if (metadata.format !== FORMAT || metadata.version !== VERSION) {
    throw new StorageError(
      `${path} is a checkpoint of ${metadata.format ?? 'an unknown program'} version ${metadata.version ?? '?'}; this engine reads ${FORMAT} version ${VERSION}`,
    )
  }
  if (metadata.model !== JSON.stringify(config) || metadata.words !== JSON.stringify(words)) {
    throw new StorageError(
      `${path} is of another model (${metadata.model}) or vocabulary than this engine (${JSON.stringify(config)}); open it with openEngine`,
    )
  }
}

/** The tensors of a prefix as one flat buffer. Throws StorageError for one that is missing, of another shape or not finite. */
function takeTensors({ slots }: SavedModel, tensors: ReadonlyMap<string, StoredTensor>, prefix: string, path: string): Float32Array {
  const flat = new Float32Array(slots.reduce((sum, { length }) => sum + length, 0))
  for (const { name, shape, offset } of slots) {
    const tensor = tensors.get(`${prefix}.${name}`)
    if (!tensor || tensor.shape.join() !== shape.join())
      throw new StorageError(`${path} lacks tensor ${prefix}.${name} of shape ${shape.join('×')}; use an undamaged checkpoint`)
    flat.set(tensor.data, offset)
  }
  if (!flat.every(Number.isFinite))
    throw new StorageError(`${path} holds values that are not finite in ${prefix}; use an earlier checkpoint`)
  return flat
}

/** undefined for a text that is not JSON. */
function safeJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Model config and words of a checkpoint, to make an engine for it. Throws StorageError. */
export async function readModelOf(path: string): Promise<{ model: ModelConfig; words: string[] }> {
  const { metadata } = await readCheckpoint(path)
  const model = modelConfig.safeParse(safeJson(metadata.model))
  const words = z.array(z.string()).min(2).safeParse(safeJson(metadata.words))
  if (
    metadata.format !== FORMAT ||
    metadata.version !== VERSION ||
    !model.success ||
    !words.success ||
    new Set(words.data).size !== words.data.length
  )
    throw new StorageError(`${path} is not a checkpoint of the embedded engine; give a file that vlm-gym train wrote`)
  return { model: model.data, words: words.data }
}
