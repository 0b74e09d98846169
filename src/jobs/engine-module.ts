/** Engines are packages of their own, loaded by name when a command needs one. */
import { stat } from 'node:fs/promises'
import type { Engine, EngineInfo, EngineModule } from '../engine.ts'
import { EngineError, fileReason, StorageError } from '../errors.ts'
import { fileGuess } from '../near-file.ts'

/** What an engine package exports beside the contract if its models can be exported. */
export interface OnnxExporter {
  /** The weights of a checkpoint as one ONNX file for pictures of rows × columns patches. Throws EngineError, StorageError. */
  exportOnnx(
    checkpoint: string,
    options: { readonly rows: number; readonly columns: number },
  ): Promise<{ readonly onnx: Uint8Array; readonly info: EngineInfo }>
}

/** Loads an engine package. Throws EngineError that says how to get it. */
async function importEngine(name: string): Promise<Partial<EngineModule & OnnxExporter>> {
  try {
    return (await import(name)) as Partial<EngineModule & OnnxExporter>
  } catch (error) {
    throw new EngineError(`the engine package ${name} ${whyNot(name, error as NodeJS.ErrnoException)}`, { cause: error })
  }
}

/** The two functions that make an engine, of a package. Throws EngineError. */
export async function loadEngineModule(name: string): Promise<EngineModule> {
  const { createEngine, openEngine } = await importEngine(name)
  if (typeof createEngine !== 'function' || typeof openEngine !== 'function') {
    throw new EngineError(`${name} is not an engine package: it must export createEngine and openEngine`)
  }
  return { createEngine, openEngine }
}

/** A checkpoint as an ONNX file. Throws EngineError for an engine that has no such files, StorageError. */
export async function exportCheckpoint(
  path: string,
  { engine, rows, columns }: { engine: string; rows: number; columns: number },
): ReturnType<OnnxExporter['exportOnnx']> {
  await checkFile(path)
  const { exportOnnx } = await importEngine(engine)
  if (exportOnnx === undefined)
    throw new EngineError(`the engine ${engine} cannot export ONNX files; use a checkpoint of the embedded engine`)
  return exportOnnx(path, { rows, columns })
}

/** Throws StorageError for a checkpoint's path that leads to no file. */
async function checkFile(path: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new StorageError(`cannot read the checkpoint ${path}: ${reason}; give a .safetensors file that vlm-gym train wrote`, { cause })
  }
  const found = await stat(path).catch((error: Error) => refuse(`${fileReason(error)}${fileGuess(path)}`, error))
  if (found.isDirectory()) refuse('it is a folder')
}

/** The engine of a checkpoint. Throws StorageError, EngineError. */
export async function openCheckpoint(path: string, { engine, threads }: { engine: string; threads: number }): Promise<Engine> {
  await checkFile(path)
  const { openEngine } = await loadEngineModule(engine)
  return openEngine(path, { threads })
}

function whyNot(name: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) return `is not installed; install it with: npm install ${name}`
  return `cannot be loaded on ${process.platform}-${process.arch} with Node ${process.version} (${message}); use a platform that it supports, or another engine`
}
