/** Who is asked when a data set is made: the games' own teacher, another scripted policy, or a model that is told the true perception. */
import { ConfigError } from '../errors.ts'
import { loadGames } from '../games/registry.ts'
import { type EndpointRecord, endpointPolicy, type RequestEdits } from '../policies/endpoints.ts'
import { createPolicy, samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { specsOf, type TeachConfig } from '../teach/index.ts'
import { namedKind, openFitting } from './named.ts'

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
  await loadGames(config.games.map(({ id }) => id))
  const { model, baseUrl, blind, slip, insight, temperature, maxTokens } = config.teacher
  const kind = namedKind(model)
  if (kind === 'checkpoint') {
    // A caption takes its place within the tokens of the reply.
    const use = { engine: '@vlm-gym/engine-onnx', threads: 1, specs: specsOf(config, 'image'), maxTokens }
    const engine = await openFitting(model, use)
    return { policy: samplerPolicy(engine, { maxTokens, temperature, name: model }), oneByOne: false, close: () => engine.close() }
  }
  if (kind === 'endpoint') {
    const { edits, perMinute, retries, timeout } = requests
    const policy = await endpointPolicy({
      ...edits,
      ...{ model, baseUrl, temperature, maxTokens, concurrency: config.parallel, perMinute, retries, timeoutMs: 1000 * timeout },
      insistOnTemperature: temperature !== 1,
    })
    return { policy, oneByOne: true, record: () => policy.record(), close: async () => {} }
  }
  if (baseUrl !== undefined)
    throw new ConfigError(`--base-url is for a model behind HTTP, not for ${model}; give --model openai-compatible:NAME`)
  if (model === 'human') throw new ConfigError('a person cannot be the teacher; play with: vlm-gym play')
  for (const { game } of specsOf(config, 'image')) {
    if (model === SCRIPTED && game.teacher?.teach === undefined)
      throw new ConfigError(`the game ${game.id} has no scripted teacher; give another with --teacher or --model`)
  }
  return { policy: createPolicy(model === SCRIPTED ? 'teacher' : model, { blind, slip, insight }), oneByOne: false, close: async () => {} }
}
