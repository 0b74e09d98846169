/** Engines are packages of their own, loaded by name when a command needs one. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { chatFromFolder } from '../chat-formats/folder.ts'
import { lexiconChat } from '../chat-formats/index.ts'
import type { Engine, EngineInfo, EngineModule, EngineNeeds, EngineOptions, Tokenizer } from '../engine.ts'
import { ConfigError, EngineError, fileReason, StorageError } from '../errors.ts'
import { fileGuess } from '../near-file.ts'
import { createTinkerEngine, embeddedServer, PROFILES } from '../tinker/client/index.ts'
import type { TrainConfig } from '../train/index.ts'
import { modelFacts } from './model-facts.ts'

/** What an engine package exports beside the contract if its models can be exported. */
export interface OnnxExporter {
  /** The weights of a checkpoint as one ONNX file for pictures of rows × columns patches. Throws EngineError, StorageError. */
  exportOnnx(
    checkpoint: string,
    options: { readonly rows: number; readonly columns: number },
  ): Promise<{ readonly onnx: Uint8Array; readonly info: EngineInfo }>
}

/** The package of the embedded engine. */
const EMBEDDED = '@vlm-gym/engine-onnx'

/** The address of a Tinker server in the name of an engine, such as tinker:http://127.0.0.1:8010; null for other engines. */
export const tinkerUrlOf = (name: string): string | null => (name.startsWith('tinker:') ? name.slice('tinker:'.length) : null)

/** The key of a Tinker server; absent: it wants none. */
const tinkerKey = (): string | undefined => process.env.TINKER_API_KEY || undefined

/**
 * A fresh engine by its name: a package, or the address of a Tinker server. Throws ConfigError, EngineError.
 */
export async function engineNamed(
  name: string,
  options: EngineOptions,
  needs: EngineNeeds,
  tinker?: TrainConfig['tinker'],
): Promise<Engine> {
  const url = tinkerUrlOf(name)
  if (url !== null) return await (tinker === undefined ? embeddedEngine(url, options, needs) : foreignEngine(url, options, tinker))
  if (tinker !== undefined)
    throw new ConfigError(`the config has tinker, the model of a server, but the engine is ${name}; give --engine tinker:URL`)
  const { createEngine } = await loadEngineModule(name)
  return createEngine(options, needs)
}

const SAME_CONFIG = 'start it with the config of the run: vlm-gym serve-engine --preset NAME (or --config FILE) --seed N'

/** Settings as text, in the order of their names. */
const sorted = (settings: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))))

/** The embedded engine of a server. Throws EngineError for a server whose model is another than the run's. */
async function embeddedEngine(url: string, { model, seed }: EngineOptions, needs: EngineNeeds): Promise<Engine> {
  const key = tinkerKey()
  const server = await embeddedServer(url, key)
  if (server === null)
    throw new EngineError(
      `the Tinker server at ${url} is not vlm-gym serve-engine; say which model it has in the config field tinker (profile, folder)`,
    )
  const words = needs.words()
  const foreign = words.find((word, i) => server.words[i] !== word)
  if (foreign !== undefined || words.length !== server.words.length)
    throw new EngineError(
      `the engine server at ${url} has ${server.words.length} words, this run ${words.length}${foreign === undefined ? '' : `, such as ${JSON.stringify(foreign)}`}; ${SAME_CONFIG}`,
    )
  const [ours, theirs] = [
    { ...model, seed },
    { ...server.model, seed: server.seed },
  ].map(sorted)
  if (server.model !== null && ours !== theirs)
    throw new EngineError(`the engine server at ${url} has the model ${theirs}, this run ${ours}; ${SAME_CONFIG}`)
  const { createTokenizer } = (await import(EMBEDDED)) as { createTokenizer(words: readonly string[], stop: string): Tokenizer }
  const chat = lexiconChat({
    tokenizer: createTokenizer(words, words[server.stop] as string),
    imageTokens: server.imageTokens,
  })
  const { baseModel, info } = server
  return createTinkerEngine({ url, key, baseModel, profile: PROFILES.embedded, chat, info })
}

/** The engine of another server. Throws EngineError for a folder that is no model's. */
async function foreignEngine(url: string, { seed }: EngineOptions, tinker: NonNullable<TrainConfig['tinker']>): Promise<Engine> {
  const { profile, folder, model = folder, rank, maxSequence } = tinker
  const [chat, facts] = [await chatFromFolder(folder), await modelFacts(folder)]
  return createTinkerEngine({
    ...{ url, key: tinkerKey(), baseModel: model, profile: PROFILES[profile], chat, rank, seed },
    info: { name: `${basename(model)} (${profile})`, parameters: facts.parameters, maxSequence: maxSequence ?? facts.positions },
  })
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
