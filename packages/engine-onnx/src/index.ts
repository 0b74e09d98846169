/** The embedded engine of vlm-gym: trains and samples a small vision-language model on the CPU through ONNX Runtime. */
import { Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { type Engine, EngineError, StorageError, VlmGymError } from 'vlm-gym'
import { Tape } from './autodiff.ts'
import { type EmbeddedEngine, type EngineOptions, readModelOf } from './embedded-engine.ts'
import { patchGrid } from './inputs.ts'
import { decodeGraph, trainingGraph } from './model.ts'
import { modelConfig, parseModelConfig } from './parameters.ts'
import { floats, int32s, loadGraph, run } from './runtime.ts'
import { createTokenizer } from './tokenizer.ts'
import { vocabularyOf } from './vocabulary.ts'

export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './checkpoint.ts'
export { EmbeddedEngine, type EngineOptions, readModelOf } from './embedded-engine.ts'
export { type ModelConfig, modelConfig } from './parameters.ts'
export { createTokenizer } from './tokenizer.ts'

/** What the embedded engine can do beyond the contract. */
export interface OnnxEngine extends Engine {
  /** The live weights as one ONNX file for onnxruntime-web, for pictures of rows × columns patches. */
  exportOnnx(rows: number, columns: number): Promise<Uint8Array>
}

/** Errors cross the thread as text; this gives them back their class. */
function revive(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof VlmGymError) return error
  if (error.name === 'StorageError') return new StorageError(error.message)
  return new EngineError(error.message)
}

/**
 * An engine in a worker thread, so that nothing else blocks while it computes. Bad options throw here, at once.
 * Closing it ends the thread.
 */
export async function createEngine(options: EngineOptions): Promise<OnnxEngine> {
  const config = parseModelConfig(options.model ?? {})
  const tokenizer = createTokenizer(options.words, options.stop ?? '</answer>')
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options })
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', (error) => reject(new EngineError(`the engine's thread failed: ${error.message}`, { cause: error })))
    worker.once('exit', (code) =>
      reject(new EngineError(`the engine's thread ended (exit code ${code}); make a new engine and load the last checkpoint`)),
    )
  })
  failed.catch(() => {})
  const remote = Comlink.wrap<EmbeddedEngine>(nodeEndpoint(worker))
  const call = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await Promise.race([work, failed])
    } catch (error) {
      throw revive(error)
    }
  }
  return {
    info: await call(remote.info as unknown as Promise<Engine['info']>),
    tokenizer,
    imageTokens: (frame) => {
      const { rows, columns } = patchGrid(frame, config)
      return rows * columns
    },
    sample: (request) => call(remote.sample(request)),
    forward: (request) => call(remote.forward(request)),
    forwardBackward: (request) => call(remote.forwardBackward(request)),
    optimStep: (params) => call(remote.optimStep(params)),
    saveWeightsForSampler: (name) => call(remote.saveWeightsForSampler(name)),
    dropWeights: (name) => call(remote.dropWeights(name)),
    restoreWeights: (name) => call(remote.restoreWeights(name)),
    saveState: (path) => call(remote.saveState(path)),
    loadState: (path) => call(remote.loadState(path)),
    exportOnnx: (rows, columns) => call(remote.exportOnnx(rows, columns)),
    close: async () => {
      await worker.terminate()
    },
  }
}

/** An engine for the model that a checkpoint holds, loaded from it. Throws StorageError. */
export async function openEngine(path: string, options: Pick<EngineOptions, 'threads' | 'spin'> = {}): Promise<OnnxEngine> {
  const engine = await createEngine({ ...(await readModelOf(path)), ...options })
  try {
    await engine.loadState(path)
  } catch (error) {
    await engine.close()
    throw error
  }
  return engine
}

/** The graph builder and its runtime, for benchmarks; not covered by versioning. */
export const internals = { decodeGraph, floats, int32s, loadGraph, modelConfig, run, Tape, trainingGraph, vocabularyOf }
