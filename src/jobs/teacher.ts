/** Who is asked when a data set is made: the games' own teacher, another scripted policy, or a model that is told the true perception. */
import { ConfigError } from '../errors.ts'
import { type EndpointRecord, endpointPolicy, isEndpointName, type RequestEdits } from '../policies/endpoints.ts'
import { checkFit, createPolicy, samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { specsOf, type TeachConfig } from '../teach/index.ts'
import { openCheckpoint } from './engine-module.ts'

/** The name of the games' own teachers. */
export const SCRIPTED = 'scripted'

/** A teacher, ready to be asked. */
export interface Teacher {
  readonly policy: Policy
  /** Whether it is asked one question a call, so that no reply waits for another; see TeachOptions. */
  readonly oneByOne: boolean
  /** What was asked; absent where nobody is asked over HTTP. */
  readonly record?: () => EndpointRecord
  close(): Promise<void>
}

/** How fast a model behind HTTP is asked, and what its requests hold beside the game, secrets included. */
export interface TeacherRequests {
  readonly edits: RequestEdits
  readonly perMinute?: number | undefined
  readonly retries: number
  /** Seconds. */
  readonly timeout: number
}

/** The teacher of a config, found fit for its games. Throws ConfigError, EngineError, StorageError. */
export async function openTeacher(config: TeachConfig, requests: TeacherRequests): Promise<Teacher> {
  const { model, baseUrl, blind, slip, insight, temperature, maxTokens } = config.teacher
  if (model.endsWith('.safetensors')) {
    const engine = await openCheckpoint(model, { engine: '@vlm-gym/engine-onnx', threads: 1 })
    try {
      // A caption takes its place within the tokens of the reply.
      for (const spec of specsOf(config, 'image')) await checkFit(engine, spec, maxTokens)
      return { policy: samplerPolicy(engine, { maxTokens, temperature, name: model }), oneByOne: false, close: () => engine.close() }
    } catch (error) {
      await engine.close()
      throw error
    }
  }
  if (isEndpointName(model)) {
    const { edits, perMinute, retries, timeout } = requests
    const policy = await endpointPolicy({
      ...edits,
      ...{ model, baseUrl, temperature, maxTokens, concurrency: config.parallel, perMinute, retries, timeoutMs: 1000 * timeout },
      insistOnTemperature: temperature !== 1,
    })
    return { policy, oneByOne: true, record: () => policy.record(), close: async () => {} }
  }
  if (model.includes(':'))
    throw new ConfigError(`${model} is no model; write openai-compatible:NAME, openai:NAME, anthropic:NAME or google:NAME`)
  if (baseUrl !== undefined)
    throw new ConfigError(`--base-url is for a model behind HTTP, not for ${model}; give --model openai-compatible:NAME`)
  if (model === 'human') throw new ConfigError('a person cannot be the teacher; play with: vlm-gym play')
  for (const { game } of specsOf(config, 'image')) {
    if (model === SCRIPTED && game.teacher?.teach === undefined)
      throw new ConfigError(`the game ${game.id} has no scripted teacher; give another with --teacher or --model`)
  }
  return { policy: createPolicy(model === SCRIPTED ? 'teacher' : model, { blind, slip, insight }), oneByOne: false, close: async () => {} }
}
