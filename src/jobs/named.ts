/** Who a name stands for: a model behind HTTP ('openai:gpt-4o'), a checkpoint (a file ending in .safetensors), or a scripted policy ('random'). */
import type { Engine } from '../engine.ts'
import { ConfigError } from '../errors.ts'
import type { EnvSpec } from '../gym/index.ts'
import { endpointProviders, isEndpointName } from '../policies/endpoints.ts'
import { checkFit } from '../policies/index.ts'
import { didYouMean } from '../suggest.ts'
import { openCheckpoint } from './engine-module.ts'

/** Whether a name is that of a checkpoint. */
export const isCheckpointName = (name: string): boolean => name.endsWith('.safetensors')

/** What a name stands for. Throws ConfigError for one that cannot be any of them. */
export function namedKind(name: string): 'endpoint' | 'checkpoint' | 'scripted' {
  if (isEndpointName(name)) return 'endpoint'
  if (isCheckpointName(name)) return 'checkpoint'
  if (!/[./\\:]/.test(name)) return 'scripted'
  const [provider = ''] = name.split(':', 1)
  const guess = name.includes(':') ? didYouMean(provider, endpointProviders) : ''
  throw new ConfigError(
    `${name} is no policy, checkpoint or model${guess}; a checkpoint's name ends in .safetensors, a model is written provider:NAME with a provider of ${endpointProviders.join(', ')}`,
  )
}

/** What a checkpoint is opened for. */
export interface CheckpointUse {
  /** Package of the engine. */
  readonly engine: string
  readonly threads: number
  readonly specs: readonly EnvSpec[]
  /** Longest reply, tokens. */
  readonly maxTokens: number
}

/** The engine of a checkpoint that fits what it is opened for. Throws ConfigError, EngineError, StorageError; then it is closed. */
export async function openFitting(path: string, { engine: name, threads, specs, maxTokens }: CheckpointUse): Promise<Engine> {
  return fitting(await openCheckpoint(path, { engine: name, threads }), specs, maxTokens)
}

/** The engine itself, if it fits. Throws ConfigError otherwise; then it is closed. */
export async function fitting(engine: Engine, specs: readonly EnvSpec[], maxTokens: number): Promise<Engine> {
  try {
    for (const spec of specs) await checkFit(engine, spec, maxTokens)
    return engine
  } catch (error) {
    await engine.close()
    throw error
  }
}
