/** A checkpoint as one ONNX file for onnxruntime-web: pixels, tokens -> logits. */
import type { EngineInfo } from 'vlm-gym/engine'
import { infoOf } from './embedded-engine.ts'
import { checkExportSize, exportMetadata } from './export.ts'
import { exportGraph } from './model.ts'
import { encodeOnnx } from './onnx-format.ts'
import { parameterSlots } from './parameters.ts'
import { FORMAT, readModelOf, readSave } from './saves.ts'
import { createTokenizer } from './tokenizer.ts'
import { vocabularyOf } from './vocabulary.ts'

export interface ExportOptions {
  /** Patches of the pictures that the file is for. */
  readonly rows: number
  readonly columns: number
}

/** The weights of a checkpoint as an ONNX file, and the engine that they belong to. Throws EngineError for a size that does not fit, StorageError. */
export async function exportOnnx(checkpoint: string, { rows, columns }: ExportOptions): Promise<{ onnx: Uint8Array; info: EngineInfo }> {
  const { model: config, words } = await readModelOf(checkpoint)
  const { stopToken } = createTokenizer(words, '</answer>')
  checkExportSize({ config, rows, columns })
  const vocabulary = vocabularyOf(words, config)
  const { live } = await readSave({ config, words, slots: parameterSlots(config, vocabulary) }, checkpoint, { optimizer: false })
  const metadata = { format: FORMAT, ...exportMetadata({ config, words, stopToken, rows, columns }) }
  const onnx = encodeOnnx(exportGraph(config, vocabulary, { rows, columns, text: config.textLength }, live, metadata))
  return { onnx, info: infoOf(config, live.length) }
}
