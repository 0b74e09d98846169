/** Models on a server: made, numbered requests to them sent, unloaded. */
import { EngineError } from '../../errors.ts'
import type { Schema } from '../../schema.ts'
import { createModelResponse, readJson } from '../wire/index.ts'
import type { ReadResult, Request, Requests } from './requests.ts'

/** A request that a server has taken. */
export interface Sent {
  readonly request: Request
  readonly future: string
}

/** A model on the server. Its requests are sent one after another; the server carries them out in the order of their numbers. */
export class ServerModel {
  readonly id: string
  readonly #requests: Requests
  #seq = 1

  private constructor(id: string, requests: Requests) {
    this.id = id
    this.#requests = requests
  }

  /** `number`: of the model in its session. Throws EngineError. */
  static async create(
    requests: Requests,
    session: string,
    number: number,
    about: { readonly baseModel: string; readonly rank: number; readonly seed: number | undefined },
  ): Promise<ServerModel> {
    const request: Request = {
      ...{ path: 'create_model', key: `${session}:${number}` },
      body: {
        ...{ session_id: session, model_seq_id: number, base_model: about.baseModel, type: 'create_model' },
        lora_config: { rank: about.rank, ...(about.seed !== undefined && { seed: about.seed }) },
      },
    }
    const future = await requests.submit(request)
    const { model_id } = await requests.result(request, future, jsonResult(createModelResponse, 'create_model'), 'json')
    return new ServerModel(model_id, requests)
  }

  /** Sends a request; one that was refused leaves its number to the next. */
  async send(path: string, bodyOf: (model: string, seq: number) => object): Promise<Sent> {
    const request: Request = { path, body: bodyOf(this.id, this.#seq), key: `${this.id}:${this.#seq}` }
    const future = await this.#requests.submit(request)
    this.#seq++
    return { request, future }
  }

  /** The number of the last request that was taken; names made with it are nobody else's. */
  get sent(): number {
    return this.#seq - 1
  }

  /** Frees its memory at the server. A model that is gone is no error. */
  async unload(): Promise<void> {
    const request: Request = { path: 'unload_model', body: { model_id: this.id, type: 'unload_model' }, key: `${this.id}:unload` }
    try {
      await this.#requests.result(request, await this.#requests.submit(request), () => null, 'json')
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
    }
  }
}

/** Reads a JSON result by its schema. */
export const jsonResult =
  <T>(schema: Schema<T>, path: string): ReadResult<T> =>
  (answer) => {
    if ('proto' in answer) throw new Error('it is protobuf')
    return readJson(schema, answer.json, `the result of ${path}`)
  }

/** Reads a result in either form. */
export const codecResult =
  <T>(codec: { fromProto(bytes: Uint8Array): T; fromJson(value: unknown): T }): ReadResult<T> =>
  (answer) =>
    'proto' in answer ? codec.fromProto(answer.proto) : codec.fromJson(answer.json)
