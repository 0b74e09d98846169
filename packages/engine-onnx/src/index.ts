/** The embedded engine of vlm-gym: trains and samples a small vision-language model on the CPU through ONNX Runtime. */
import { Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { type Engine, EngineError, StorageError, VlmGymError } from 'vlm-gym'
import type { EngineNeeds } from 'vlm-gym/engine'
import { Tape } from './autodiff.ts'
import { chatOf, type EmbeddedEngine, type EmbeddedOptions, infoOf } from './embedded-engine.ts'
import { datumRow, writePatches } from './inputs.ts'
import { decodeGraph, trainingGraph } from './model.ts'
import { modelConfig, parameterCount, parameterSlots, parseModelConfig } from './parameters.ts'
import { batchesOf } from './passes.ts'
import { floats, int32s, loadGraph, run } from './runtime.ts'
import { readModelOf } from './saves.ts'
import { vocabularyOf } from './vocabulary.ts'

export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './checkpoint.ts'
export { EmbeddedEngine, type EmbeddedOptions } from './embedded-engine.ts'
export { type ExportOptions, exportOnnx } from './export-file.ts'
export { type ModelConfig, modelConfig } from './parameters.ts'
export { readModelOf } from './saves.ts'
export { createTokenizer } from './tokenizer.ts'

/** Errors cross the thread as text; this gives them back their class. */
function revive(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof VlmGymError) return error
  if (error.name === 'StorageError') return new StorageError(error.message)
  return new EngineError(error.message)
}

/**
 * An engine in a worker thread, so that nothing else blocks while it computes. Bad options throw here, at once. Closing it ends the thread.
 */
export async function createEngine(options: Omit<EmbeddedOptions, 'words'>, needs: EngineNeeds): Promise<Engine> {
  return (await startWorker({ ...options, words: needs.words() })).engine
}

/** An engine for the model that a checkpoint holds, loaded from it. Throws StorageError. */
export async function openEngine(path: string, options: Pick<EmbeddedOptions, 'threads' | 'spin'> = {}): Promise<Engine> {
  const { engine, loadFile } = await startWorker({ ...(await readModelOf(path)), ...options })
  try {
    await loadFile(path)
    return engine
  } catch (error) {
    await engine.close()
    throw error
  }
}

interface WorkerEngine {
  readonly engine: Engine
  /** Makes the weights of a checkpoint file the live ones. */
  loadFile(path: string): Promise<void>
}

async function startWorker(options: EmbeddedOptions): Promise<WorkerEngine> {
  const config = parseModelConfig(options.model ?? {})
  const slots = parameterSlots(config, vocabularyOf(options.words, config))
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
  const engine: Engine = {
    info: infoOf(config, parameterCount(slots)),
    chat: chatOf(config, options),
    sampler: (ref) => ({
      sample: (request) => call(remote.sampleFrom(ref, request)),
      logprobs: (inputs) => call(remote.logprobsFrom(ref, inputs)),
    }),
    forwardBackward: (request) => call(remote.forwardBackward(request)),
    optimStep: (params) => call(remote.optimStep(params)),
    save: (name, kind) => call(remote.save(name, kind)),
    load: (ref, how) => call(remote.load(ref, how)),
    discard: (ref) => call(remote.discard(ref)),
    close: async () => {
      await worker.terminate()
    },
  }
  return { engine, loadFile: (path) => call(remote.loadFile(path, { optimizer: false })) }
}

/** The graph builder and its runtime, for benchmarks; not covered by versioning. */
export const internals = {
  ...{ batchesOf, datumRow, decodeGraph, floats, int32s, loadGraph, modelConfig, run, Tape, trainingGraph, vocabularyOf, writePatches },
}
