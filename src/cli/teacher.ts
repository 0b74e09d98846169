/** Who is asked when a data set is made: the games' own teacher, another scripted policy, or a model that is told the true perception. */
import { ConfigError } from '../errors.ts'
import { checkFit, createPolicy, endpointPolicy, isEndpointName, samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { specsOf, type TeachConfig } from '../teach/index.ts'
import { loadEngineModule } from './engine-module.ts'

/** The name of the games' own teachers. */
export const SCRIPTED = 'scripted'

/** A teacher, ready to be asked. */
export interface Teacher {
  readonly policy: Policy
  close(): Promise<void>
}

/** The teacher of a config, found fit for its games. Throws ConfigError, EngineError, StorageError. */
export async function openTeacher(config: TeachConfig): Promise<Teacher> {
  const { model, baseUrl, blind, slip, insight, temperature, maxTokens } = config.teacher
  if (model.endsWith('.safetensors')) {
    const { openEngine } = await loadEngineModule('@vlm-gym/engine-onnx')
    const engine = await openEngine(model, { threads: 1 })
    try {
      // A caption takes its place within the tokens of the reply.
      for (const spec of specsOf(config, 'image')) await checkFit(engine, spec, maxTokens)
      return { policy: samplerPolicy(engine, { maxTokens, temperature, name: model }), close: () => engine.close() }
    } catch (error) {
      await engine.close()
      throw error
    }
  }
  if (isEndpointName(model)) {
    const policy = await endpointPolicy({ model, baseUrl, temperature, maxTokens, concurrency: config.parallel })
    return { policy, close: async () => {} }
  }
  if (model.includes(':'))
    throw new ConfigError(`${model} is no model; write openai-compatible:NAME, openai:NAME, anthropic:NAME or google:NAME`)
  if (baseUrl !== undefined)
    throw new ConfigError(`--base-url is for a model behind HTTP, not for ${model}; give --model openai-compatible:NAME`)
  if (model === 'human') throw new ConfigError('a person cannot be the teacher; play with: vlm-gym play')
  for (const { game } of specsOf(config, 'image')) {
    if (model === SCRIPTED && game.teach === undefined)
      throw new ConfigError(`the game ${game.id} has no scripted teacher; give another with --teacher or --model`)
  }
  return { policy: createPolicy(model === SCRIPTED ? 'teacher' : model, { blind, slip, insight }), close: async () => {} }
}
