/** What a Tinker server holds: sessions with their models and sampling sessions, futures, and the checkpoints that outlive them. */
import { randomUUID } from 'node:crypto'
import type { Engine, LossName, SaveKind } from '../../engine.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import {
  datumFromWire,
  type ForwardBackwardRequest,
  lossConfigFromWire,
  resultToWire,
  type SampleRequest,
} from '../../tinker/wire/index.ts'
import { ApiError } from '../api-error.ts'
import { type Checkpoint, type CheckpointKind, Checkpoints, checkName, fileNameOf, pathOf, type Run } from './checkpoints.ts'
import { type Future, Futures, type Outcome } from './futures.ts'
import { digestOf, Ledger } from './ledger.ts'
import { Model } from './model.ts'
import { type SamplerSession, Samplers, type Source } from './samplers.ts'

export interface HostLimits {
  /** Sessions that may be open at once. */
  readonly maxSessions: number
  /** Models that may be open at once: an engine with a thread each. */
  readonly maxModels: number
  /** Requests that wait or whose result was not fetched. */
  readonly maxQueue: number
  /** Milliseconds without a request after which a session ends. */
  readonly idleTimeout: number
  /** Sampling sessions of weights without a name that are kept for each model. */
  readonly keepSamplers: number
}

export interface HostOptions {
  /** A fresh engine of the base model, with its saves in that folder. */
  readonly open: (saves: string) => Promise<Engine>
  readonly folder: string
  /** Name of the base model. */
  readonly base: string
  readonly seed: number
  readonly limits: HostLimits
  /** Milliseconds, for idle time alone. */
  readonly now: () => number
  readonly log: (error: unknown) => void
}

export interface Session {
  readonly id: string
  readonly metadata: Readonly<Record<string, string>> | null
  /** Requests that made something, by its number. */
  readonly models: Ledger
  readonly modelIds: string[]
  used: number
}

/** How a checkpoint is to be saved. */
export interface SaveAs {
  readonly name: string
  readonly ttl: number | null
  readonly overwrite: boolean
}

type NewModel = { readonly session: string; readonly seq: number; readonly base: string | null; readonly metadata: Session['metadata'] }

const json = (value: object): Outcome => ({ kind: 'json', value })

export class Host {
  readonly options: HostOptions
  readonly futures: Futures
  readonly checkpoints: Checkpoints
  readonly samplers: Samplers
  /** An engine that answers questions about the model; it is never trained. */
  readonly about: Engine
  readonly #sessions = new Map<string, Session>()
  /** Sessions that ended, the newest last. */
  readonly #ended = new Set<string>()
  readonly #models = new Map<string, Model>()
  readonly #closing = new Set<Promise<void>>()
  #saves = 0

  private constructor(options: HostOptions, checkpoints: Checkpoints, about: Engine) {
    this.options = options
    this.checkpoints = checkpoints
    this.about = about
    this.futures = new Futures(options.limits.maxQueue, options.now, options.log)
    this.samplers = new Samplers({
      open: () => Promise.resolve(about),
      find: (path) => checkpoints.get(path).checkpoint.ref,
      seed: options.seed,
      keep: options.limits.keepSamplers,
    })
  }

  /** Throws StorageError, EngineError. */
  static async open(options: HostOptions): Promise<Host> {
    const checkpoints = await Checkpoints.open(options.folder)
    return new Host(options, checkpoints, await options.open(checkpoints.saves))
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  get models(): readonly Model[] {
    return [...this.#models.values()]
  }

  /** Throws ApiError 429 when the server is full. */
  beginSession(metadata: Session['metadata']): Session {
    const { maxSessions } = this.options.limits
    if (this.#sessions.size >= maxSessions)
      throw new ApiError(
        429,
        `${maxSessions} sessions are open, the most that this server takes; end one, or start it with a larger --max-sessions`,
        null,
        'SERVER_FULL',
      )
    const session: Session = { id: randomUUID(), metadata, models: new Ledger(), modelIds: [], used: this.options.now() }
    this.#sessions.set(session.id, session)
    return session
  }

  /** Notes that a session is alive. Throws ApiError: 410 for one that has ended, 404 for one that never was. */
  session(id: string): Session {
    const session = this.#sessions.get(id)
    const name = JSON.stringify(id.slice(0, 80))
    if (session !== undefined) {
      session.used = this.options.now()
      return session
    }
    if (this.#ended.has(id)) throw new ApiError(410, `the session ${name} has ended; create a new one`, 'session_id', 'SESSION_ENDED')
    throw new ApiError(
      404,
      `there is no session ${name}; it sat idle, or the server was started anew: create a new one`,
      'session_id',
      'SESSION_NOT_FOUND',
    )
  }

  endSession(id: string): void {
    const session = this.session(id)
    this.#sessions.delete(id)
    this.#ended.add(id)
    if (this.#ended.size > 4096) this.#ended.delete([...this.#ended][0] as string)
    for (const model of this.models.filter((one) => one.session === id))
      this.#closeModel(model, `the session of the model ${model.id} has ended`)
    for (const one of [...session.modelIds, ...this.samplers.all.filter((each) => each.session === id).map((each) => each.id)])
      this.futures.drop(one)
    this.samplers.end(id)
  }

  /** Ends idle sessions, deletes expired checkpoints, and lets go of results that were fetched. `time`: ISO 8601. */
  async sweep(time: string): Promise<void> {
    const before = this.options.now() - this.options.limits.idleTimeout
    for (const { id } of this.sessions.filter(({ used }) => used < before)) this.endSession(id)
    this.futures.sweep()
    for (const one of this.checkpoints.expired(time)) await this.#delete(one)
  }

  /** Throws ApiError 404 for a model that is not open. */
  model(id: string): Model {
    const model = this.#models.get(id)
    if (model === undefined)
      throw new ApiError(
        404,
        `there is no open model ${JSON.stringify(id.slice(0, 120))}: it was unloaded, its session has ended, or the server was started anew; make a new one, by load_weights from a checkpoint of it`,
        'model_id',
        'MODEL_NOT_FOUND',
      )
    const session = this.#sessions.get(model.session)
    if (session !== undefined) session.used = this.options.now()
    return model
  }

  /** A new model; with `load` from a checkpoint. */
  createModel(
    about: NewModel,
    load?: { readonly path: string; readonly optimizer: boolean },
  ): { readonly id: string; readonly future: Future } {
    const session = this.session(about.session)
    const id = `${session.id}:train:${about.seq}`
    const digest = digestOf({ ...about, load })
    const known = session.models.known(about.seq, digest)
    if (known !== undefined) return { id, future: known }
    this.futures.checkRoom()
    const work = this.#newModel(id, about, load)
    const future = this.futures.add({ owner: id, work })
    session.models.note(about.seq, digest, future)
    session.modelIds.push(id)
    return { id, future }
  }

  async #newModel(
    id: string,
    { session, base, metadata }: NewModel,
    load?: { readonly path: string; readonly optimizer: boolean },
  ): Promise<Outcome> {
    const { maxModels } = this.options.limits
    this.checkBase(base)
    if (this.#models.size + this.#closing.size >= maxModels) await Promise.allSettled(this.#closing)
    if (this.#models.size >= maxModels)
      throw new EngineError(
        `${maxModels} models are open, the most that this server takes; unload one, or start it with a larger --max-models`,
      )
    const ref = load && this.checkpoints.get(load.path).checkpoint.ref
    const engine = this.options.open(this.checkpoints.saves).then(async (made) => {
      if (ref && load) await made.load(ref, { optimizer: load.optimizer })
      return made
    })
    const model = new Model({ id, session, metadata }, engine, this.futures)
    this.#models.set(id, model)
    try {
      await model.ready
    } catch (error) {
      this.#models.delete(id)
      throw error
    }
    return json(load ? { type: 'load_weights', path: load.path, model_id: id } : { type: 'create_model', model_id: id })
  }

  /** Throws ConfigError for another base model than the one there is. */
  checkBase(base: string | null): void {
    if (base !== null && base !== this.options.base)
      throw new ConfigError(
        `there is no base model ${JSON.stringify(base.slice(0, 80))}; this server has ${JSON.stringify(this.options.base)}`,
      )
  }

  unload(id: string): Future {
    const model = this.model(id)
    const work = this.#closeModel(model, `the model ${id} was unloaded`).then(() => json({ type: 'unload_model', model_id: id }))
    return this.futures.add({ owner: model.session, work })
  }

  /** forward_backward, and forward. */
  pass(request: ForwardBackwardRequest): Future {
    const { modelId, seqId, lossFn, lossFnConfig, forwardOnly } = request
    const passRequest = (engine: Engine) => {
      const data = request.data.map((datum) => datumFromWire(datum, engine.chat))
      if (data.length === 0) throw new ConfigError('the request has no data; send one datum or more')
      return { data, loss: lossFn as LossName, config: lossConfigFromWire(lossFnConfig) }
    }
    return this.model(modelId).submit(seqId, digestOf({ ...request }), {
      kind: forwardOnly ? 'other' : 'pass',
      begin: forwardOnly
        ? async (engine) => {
            const wanted = passRequest(engine)
            const ref = await engine.save(this.#fileName(modelId, 'forward'), 'weights')
            try {
              const result = await this.samplers.scratch(ref, (scratch) => scratch.forwardBackward(wanted))
              return { kind: 'pass', output: resultToWire(result) }
            } finally {
              await this.samplers.discard(ref)
            }
          }
        : (engine) =>
            // What is thrown before the call is told apart from what the engine says.
            engine.forwardBackward(passRequest(engine)).then((result) => ({ kind: 'pass', output: resultToWire(result) })),
    })
  }

  /** A save that can be trained on or sampled from, by a name. */
  save(id: string, seq: number | null | undefined, kind: CheckpointKind, as: SaveAs): Future {
    const model = this.model(id)
    return model.submit(seq, digestOf({ kind, as }), {
      kind: 'other',
      alone: true,
      begin: async (engine) => {
        checkName(as.name)
        const path = pathOf(id, { kind, name: as.name })
        if (!as.overwrite && this.checkpoints.find(path) !== undefined)
          throw new ConfigError(`there is a checkpoint ${path} already; give another name, or overwrite: true`)
        const ref = await engine.save(this.#fileName(id, kind, as.name), saveKind(kind))
        await this.#keep(model, {
          kind,
          name: as.name,
          ref,
          time: new Date().toISOString(),
          expires: as.ttl === null ? null : new Date(Date.now() + as.ttl * 1000).toISOString(),
        })
        return json(kind === 'weights' ? { type: 'save_weights', path } : { type: 'save_weights_for_sampler', path })
      },
    })
  }

  /** A sampling session of the weights of the moment. */
  publish(id: string, seq: number | null | undefined, samplerSeq: number | null): Future {
    const model = this.model(id)
    return model.submit(seq, digestOf({ samplerSeq }), {
      kind: 'other',
      begin: async (engine) => {
        const ref = await engine.save(this.#fileName(id, 'published'), 'weights')
        const name = samplerSeq === null ? `${id}:published:${this.#saves}` : `${model.session}:sample:${samplerSeq}`
        this.samplers.begin(name, model.session, { ref, model: id })
        return json({ type: 'save_weights_for_sampler', path: null, sampling_session_id: name })
      },
    })
  }

  load(id: string, seq: number | null | undefined, path: string, optimizer: boolean): Future {
    return this.model(id).submit(seq, digestOf({ path, optimizer }), {
      kind: 'other',
      alone: true,
      begin: async (engine) => {
        await engine.load(this.checkpoints.get(path).checkpoint.ref, { optimizer })
        return json({ type: 'load_weights', path, model_id: id })
      },
    })
  }

  /** A sampling session of the base model or of a checkpoint. Throws ApiError, ConfigError. */
  beginSampling(session: string, seq: number, base: string | null, path: string | null): SamplerSession {
    this.session(session)
    this.checkBase(base)
    if (base === null && path === null)
      throw new ConfigError('neither base_model nor model_path says what to sample from; give one of them')
    return this.samplers.begin(`${session}:sample:${seq}`, session, path === null ? { base: true } : this.#pathSource(path))
  }

  sample(request: SampleRequest): Future {
    const { samplingSessionId, baseModel = null, modelPath, seqId, numSamples } = request
    const held = samplingSessionId === undefined ? undefined : this.samplers.get(samplingSessionId)
    if (held) this.session(held.session)
    if (!held && baseModel === null && modelPath === undefined)
      throw new ConfigError('nothing says what to sample from; give sampling_session_id, model_path or base_model')
    this.checkBase(baseModel)
    const source: Source = held?.source ?? (modelPath === undefined ? { base: true } : this.#pathSource(modelPath))
    const digest = seqId === undefined ? '' : digestOf(request)
    const known = seqId === undefined ? undefined : held?.ledger.known(seqId, digest)
    if (known !== undefined) return known
    this.futures.checkRoom()
    const given = new AbortController()
    const work = this.samplers.sample(source, request, given.signal).then((response): Outcome => ({ kind: 'sample', response }))
    const future = this.futures.add({
      owner: held?.id ?? 'sampling',
      work,
      sequences: Array.from({ length: numSamples }, () => randomUUID()),
      cancel: () => given.abort(new EngineError('the request was cancelled')),
    })
    if (seqId !== undefined) held?.ledger.note(seqId, digest, future)
    return future
  }

  /** Deletes a checkpoint. Throws ApiError 404 if there is none. */
  async delete(path: string): Promise<void> {
    const found = this.checkpoints.find(path)
    if (found === undefined) throw new ApiError(404, `there is no checkpoint ${path.slice(0, 300)}`, null, 'CHECKPOINT_NOT_FOUND')
    await this.#delete(found)
  }

  /** Fails what has not begun, lets the rest end, and closes the engines. */
  async close(): Promise<void> {
    for (const { id } of this.sessions) this.endSession(id)
    await Promise.allSettled(this.#closing)
    await this.samplers.close()
    await this.about.close()
  }

  async #delete(found: { readonly run: Run; readonly checkpoint: Checkpoint }): Promise<void> {
    await this.checkpoints.remove(found)
    await this.samplers.discard(found.checkpoint.ref)
  }

  #pathSource(path: string): Source {
    if (this.checkpoints.find(path) === undefined)
      throw new ApiError(
        404,
        `there is no checkpoint ${path.slice(0, 300)}; GET /api/v1/training_runs lists what there is`,
        'model_path',
        'CHECKPOINT_NOT_FOUND',
      )
    return { path }
  }

  async #keep(model: Model, added: Checkpoint): Promise<void> {
    const { id, metadata } = model
    const old = await this.checkpoints.add({ id, base: this.options.base, metadata, time: added.time }, added)
    if (old !== undefined) await this.samplers.discard(old.ref)
  }

  /** Of a save: never that of another one. */
  #fileName(id: string, ...parts: readonly string[]): string {
    this.#saves++
    return [fileNameOf(id), ...parts, `${Date.now().toString(36)}-${this.#saves}`].join('.')
  }

  #closeModel(model: Model, reason: string): Promise<void> {
    this.#models.delete(model.id)
    const closing = model.close(reason)
    this.#closing.add(closing)
    void closing.finally(() => this.#closing.delete(closing)).catch(this.options.log)
    return closing
  }
}

const saveKind = (kind: CheckpointKind): SaveKind => (kind === 'weights' ? 'state' : 'weights')
