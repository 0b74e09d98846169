/**
 * An engine behind the Tinker API. Training requests carry numbers, and are sent one after another in the order of the calls; their results are fetched
 * side by side, so that a pass and its step are on their way together. A sampler of the live weights publishes them first, in its turn; they are
 * published once between two steps.
 */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { ChatFormat } from '../../chat.ts'
import {
  type AdamParams,
  type Datum,
  type Engine,
  type EngineInfo,
  type ForwardResult,
  inputLength,
  type ModelInput,
  type PassRequest,
  type SampledSequence,
  type SampleRequest,
  type Sampler,
  type SaveKind,
  type WeightsRef,
} from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import { deriveSeed } from '../../rng.ts'
import {
  type ClientConfig,
  clientConfigResponse,
  createSessionResponse,
  datumBytes,
  datumToWire,
  type ForwardBackwardOutput,
  forwardBackwardOutput,
  forwardBackwardRequest,
  inputToWire,
  logprobsFromWire,
  optimStepResponse,
  readJson,
  type SampleResponse,
  sampleRequest,
  sampleResponse,
  samplingSessionResponse,
  saveForSamplerResponse,
  saveWeightsResponse,
  sequenceFromWire,
  type WireDatum,
} from '../wire/index.ts'
import { httpOf } from './http.ts'
import { divergenceOf, lossOf, passToWire, type WirePass } from './losses.ts'
import { codecResult, jsonResult, type Sent, ServerModel } from './model.ts'
import type { Profile } from './profile.ts'
import { limiter, type Patience, type ReadResult, type Request, Requests } from './requests.ts'

/** Milliseconds between heartbeats; servers end sessions that are silent for minutes. */
const HEARTBEAT = 10_000
/** Milliseconds for which a server that does not answer at all is asked at the start. */
const FIRST = 10_000
/** Milliseconds that `close` waits for the model to be unloaded. */
const UNLOAD = 5000
/** Sampling requests that are sent at once. */
const SENDS = 32

export interface TinkerEngineOptions extends Partial<Patience> {
  /** Of the server, without /api/v1. */
  readonly url: string
  /** Sent as X-API-Key. */
  readonly key?: string | undefined
  /** The model that the server trains, by its name there. */
  readonly baseModel: string
  readonly profile: Profile
  readonly chat: ChatFormat
  /** Of the model: what the server does not tell. */
  readonly info: Pick<EngineInfo, 'name' | 'parameters' | 'maxSequence' | 'maxText'>
  /** Rank of LoRA; 0: all weights are trained. Default 0. */
  readonly rank?: number
  /** Of what the server draws when it makes the model. */
  readonly seed?: number
}

const refSchema = z.strictObject({ engine: z.literal('tinker'), weights: z.string(), sampler: z.string() })

/** An engine on a server. Throws ConfigError for a wrong address, EngineError if the server does not answer or has no such model. */
export async function createTinkerEngine(options: TinkerEngineOptions): Promise<Engine> {
  const { patience = 300_000, longestPause = 30_000, profile, rank = 0 } = options
  if (profile.needsRank && rank < 1)
    throw new EngineError(`a server of the profile ${profile.name} trains LoRA alone; give its rank, such as tinker.rank=16`)
  const http = httpOf(options.url, options.key)
  const requests = new Requests(http, { patience, longestPause })
  try {
    // Whether anybody is there shows soon.
    const config = await clientConfig(new Requests(http, { patience: Math.min(patience, FIRST), longestPause: 1000 }))
    const { session_id: session } = readJson(
      createSessionResponse,
      await requests.post({
        ...{ path: 'create_session', key: randomUUID() },
        body: { tags: ['vlm-gym'], user_metadata: null, sdk_version: 'vlm-gym', type: 'create_session' },
      }),
      'the answer to create_session',
    )
    const engine = new TinkerEngine(options, requests, config, session)
    await engine.start()
    return engine
  } catch (error) {
    requests.end()
    await requests.http.close()
    throw error
  }
}

async function clientConfig(requests: Requests): Promise<ClientConfig> {
  const said = await requests.post({ path: 'client/config', body: { sdk_version: 'vlm-gym' }, key: randomUUID() })
  const config = readJson(clientConfigResponse, said, 'the answer to client/config')
  if (config.pjwt_auth_enabled)
    throw new EngineError(
      `the server at ${requests.http.url} wants its key exchanged for a token (JWT), which is not done here; use one that takes the key itself`,
    )
  return config
}

/** A session of sampling, and the number of its next request. */
interface SamplingSession {
  readonly id: string
  next: number
}

/** Saved weights in a model of their own, which is never trained. */
interface Frozen {
  readonly path: string
  readonly model: ServerModel
  session: Promise<SamplingSession> | undefined
}

class TinkerEngine implements Engine {
  readonly info: EngineInfo
  readonly chat: ChatFormat
  readonly #options: TinkerEngineOptions
  readonly #profile: Profile
  readonly #requests: Requests
  readonly #config: ClientConfig
  readonly #session: string
  readonly #sends = limiter(SENDS)
  /** The training requests so far, one after another; never rejects. */
  #turn: Promise<unknown> = Promise.resolve()
  /** What has been asked for and not ended. */
  readonly #open = new Set<Promise<unknown>>()
  /** Samples that are drawn from the live weights. */
  readonly #sampling = new Set<Promise<unknown>>()
  #model: ServerModel | undefined
  #models = 0
  #samplings = 0
  /** Of the live weights: counts the calls that change them. */
  #version = 0
  #live: { readonly version: number; readonly session: Promise<SamplingSession> } | undefined
  readonly #sessions = new Map<string, Promise<SamplingSession>>()
  #frozen: Promise<Frozen | null> = Promise.resolve(null)
  /** Passes since the last step. */
  #passes: Promise<unknown>[] = []
  /** Why the server's gradient is not that of the passes that were asked for; until weights are loaded. */
  #broken: string | null = null
  #heartbeat: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: TinkerEngineOptions, requests: Requests, config: ClientConfig, session: string) {
    const { profile, info, chat } = options
    this.#options = options
    this.#profile = profile
    this.#requests = requests
    this.#config = config
    this.#session = session
    this.chat = chat
    const { images, losses, optimizers } = profile
    this.info = { ...info, images: chat.name === 'template' ? 0 : images, losses, optimizers, reduction: 'sum' }
  }

  async start(): Promise<void> {
    const beat = (): void => {
      const signal = AbortSignal.timeout(HEARTBEAT)
      const body = { session_id: this.#session, type: 'session_heartbeat' }
      // What is lost with a session shows at the next request.
      this.#requests.http.send('session_heartbeat', { body, signal, timeout: HEARTBEAT }).catch(() => {})
    }
    this.#heartbeat = setInterval(beat, HEARTBEAT).unref()
    try {
      this.#model = await this.#newModel()
    } catch (error) {
      clearInterval(this.#heartbeat)
      throw error
    }
  }

  sampler(ref?: WeightsRef): Sampler {
    return {
      sample: (request) => this.#asked(() => this.#sample(ref, request)),
      logprobs: (inputs) => this.#asked(() => this.#logprobs(ref, inputs)),
    }
  }

  forwardBackward({ data, loss, config }: PassRequest): Promise<ForwardResult> {
    const { reduction, guardsSteps, exact } = this.#profile
    const before = this.#passes.length
    // Of weights that were published and not stepped since.
    const isOnPolicy = this.#live?.version === this.#version
    const pass = this.#asked(async () => {
      this.#checkLoss(loss)
      for (const { modelInput } of data) this.#checkInput(modelInput)
      if (reduction !== 'sum' && before > 0)
        throw new EngineError(
          `${this.#profile.name} takes the mean over the data of all passes, so there can be one pass a step; send all data in one`,
        )
      const outputs = await this.#sendPass(passToWire(data, loss, config, this.#profile)).catch((error: unknown) => {
        if (!guardsSteps) this.#broken ??= (error as Error).message
        throw error
      })
      try {
        const logprobs = logprobsOf(data, outputs)
        if (loss !== 'cross_entropy' && isOnPolicy) this.#checkDivergence(data, logprobs)
        return { logprobs, metrics: exact ? sumsOf(outputs) : lossOf(data, logprobs, loss, config) }
      } catch (error) {
        this.#broken ??= (error as Error).message
        throw error
      }
    })
    pass.catch(() => {})
    this.#passes.push(pass)
    return pass
  }

  optimStep(params: AdamParams): Promise<{ gradNorm: number }> {
    const passes = this.#passes
    this.#passes = []
    this.#version++
    return this.#asked(async () => {
      const { optimizer = 'adam', learningRate, beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0, maxGradNorm = 0 } = params
      if (!this.#profile.optimizers.includes(optimizer))
        throw new EngineError(`there is no optimizer ${optimizer}; choose ${this.#profile.optimizers.join(' or ')}`)
      const given = { learning_rate: learningRate, beta1, beta2, eps, weight_decay: weightDecay, grad_clip_norm: maxGradNorm }
      const settings = optimizer === 'adam' ? { adam_params: given } : { optimizer_params: { type: optimizer, ...given } }
      const read = jsonResult(optimStepResponse, 'optim_step')
      const result = await this.#train('optim_step', read, 'json', (model_id, seq_id) => ({
        model_id,
        seq_id,
        ...settings,
        type: 'optim_step',
      }))
      for (const pass of await Promise.allSettled(passes))
        if (pass.status === 'rejected') {
          const reason = (pass.reason as Error).message
          this.#broken ??= reason
          throw new EngineError(`a pass before the step failed, and the weights are not to be used: ${reason}`, { cause: pass.reason })
        }
      return { gradNorm: gradNormOf(result.metrics ?? {}) }
    })
  }

  save(name: string, kind: SaveKind): Promise<WeightsRef> {
    return this.#asked(async () => {
      if (!/^[\w-][\w.-]*$/.test(name))
        throw new EngineError(`a save cannot be called ${JSON.stringify(name)}; give letters, digits, '.', '_' and '-'`)
      const { oneSave } = this.#profile
      const pathOf = (seq: number): string => (oneSave ? name : `${name.replaceAll('.', '_')}-${seq}`)
      const weights =
        oneSave && kind === 'weights'
          ? undefined
          : this.#train('save_weights', jsonResult(saveWeightsResponse, 'save_weights'), 'json', (model_id, seq_id) => ({
              ...{ model_id, seq_id, path: pathOf(seq_id), type: 'save_weights' },
              ...(oneSave && { overwrite: true }),
            }))
      const sampler =
        weights === undefined || !oneSave
          ? this.#train(
              'save_weights_for_sampler',
              jsonResult(saveForSamplerResponse, 'save_weights_for_sampler'),
              'json',
              (model_id, seq_id) => ({ model_id, seq_id, path: pathOf(seq_id), type: 'save_weights_for_sampler' }),
            )
          : undefined
      const [trained, sampled] = await Promise.all([weights, sampler])
      const paths = [trained?.path, sampled?.path].flatMap((path) => path ?? [])
      const [first, last] = [paths[0], paths.at(-1)]
      if (first === undefined || last === undefined)
        throw new EngineError('the server saved weights without an address; use a server that names its checkpoints')
      for (const path of paths) this.#sessions.delete(path)
      return { engine: 'tinker', weights: first, sampler: last }
    })
  }

  load(ref: WeightsRef, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    this.#version++
    this.#passes = []
    return this.#asked(async () => {
      const { weights: path } = pathsOf(ref)
      const prepare = async (): Promise<void> => {
        // A model that nothing was asked of is new.
        if (!this.#profile.freshLoads || this.#model?.sent === 0) return
        await this.#model?.unload()
        this.#model = undefined
        this.#model = await this.#newModel()
      }
      const bodyOf = (model_id: string, seq_id: number): object => ({ model_id, seq_id, path, optimizer, type: 'load_weights' })
      const loaded = this.#inTurn(async () => {
        await prepare()
        const sent = await this.#current().send('load_weights', bodyOf)
        this.#broken = null
        return sent
      })
      await this.#resultOf(loaded, jsonResult(z.looseObject({}), 'load_weights'), 'json').catch((error: unknown) => {
        // A new model has other weights than anybody thinks.
        if (this.#profile.freshLoads) this.#broken ??= (error as Error).message
        throw error
      })
    }, true)
  }

  discard(ref: WeightsRef): Promise<void> {
    const before = [...this.#open]
    return this.#asked(async () => {
      await Promise.allSettled(before)
      const { weights, sampler } = pathsOf(ref)
      for (const path of new Set([weights, sampler])) {
        this.#sessions.delete(path)
        const [, run = '', kind = 'sampler_weights', name = ''] = /^tinker:\/\/([^/]+)\/(?:([^/]+)\/)?([^/]+)$/.exec(path) ?? []
        await this.#requests.delete(`training_runs/${encodeURIComponent(run)}/checkpoints/${kind}/${encodeURIComponent(name)}`)
      }
    }, true)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#heartbeat)
    this.#requests.end()
    await Promise.allSettled(this.#open)
    const last = { signal: AbortSignal.timeout(UNLOAD), timeout: UNLOAD }
    const { http } = this.#requests
    const frozen = await this.#frozen.catch(() => null)
    for (const model of [this.#model, frozen?.model])
      if (model !== undefined)
        await http.send('unload_model', { body: { model_id: model.id, type: 'unload_model' }, ...last }).catch(() => {})
    // Servers that have no such route end the session by its silence.
    const path = `sessions/${encodeURIComponent(this.#session)}/finish`
    await http.send(path, { body: { reason: { type: 'success' } }, ...last }).catch(() => {})
    await http.close()
  }

  #newModel(): Promise<ServerModel> {
    const { baseModel, rank = 0, seed } = this.#options
    return ServerModel.create(this.#requests, this.#session, this.#models++, { baseModel, rank, seed })
  }

  /** The model that is trained. */
  #current(): ServerModel {
    if (this.#model === undefined) throw new EngineError('there is no model at the engine server; load a checkpoint')
    return this.#model
  }

  /** Keeps account of a call. `anew`: it may be made after a pass that failed. */
  #asked<T>(work: () => Promise<T>, anew = false): Promise<T> {
    const asked = (async () => {
      if (this.#closed) throw new EngineError('the engine was closed; make a new one')
      if (!anew) this.#checkSound()
      return await work()
    })()
    this.#open.add(asked)
    void asked.catch(() => {}).finally(() => this.#open.delete(asked))
    return asked
  }

  #checkSound(): void {
    if (this.#broken !== null)
      throw new EngineError(`a pass failed, so the gradient at the server is not to be used (${this.#broken}); load a checkpoint first`)
  }

  /** Does something in the turn of a training request. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  async #resultOf<T>(sent: Promise<Sent>, read: ReadResult<T>, accept: 'json' | 'proto'): Promise<T> {
    const { request, future } = await sent
    return await this.#requests.result(request, future, read, accept)
  }

  /** Sends a training request in its turn; the result is fetched while others are sent. */
  #train<T>(path: string, read: ReadResult<T>, accept: 'json' | 'proto', bodyOf: (model: string, seq: number) => object): Promise<T> {
    const sent = this.#inTurn(async () => {
      this.#checkSound()
      // Samples of the weights of before must be drawn before these change.
      if (path === 'optim_step' && this.#profile.frozen === 'model') await Promise.allSettled(this.#sampling)
      try {
        return await this.#current().send(path, bodyOf)
      } catch (error) {
        // Nobody knows what the server has of it.
        if (path === 'forward_backward') this.#broken ??= (error as Error).message
        throw error
      }
    })
    return this.#resultOf(sent, read, accept)
  }

  #sendPass({ data, lossFn, lossFnConfig }: WirePass): Promise<ForwardBackwardOutput[]> {
    const read = codecResult(forwardBackwardOutput)
    return Promise.all(
      this.#chunksOf(data).map((chunk) =>
        this.#train('forward_backward', read, 'proto', (modelId, seqId) =>
          forwardBackwardRequest.toProto({ modelId, seqId, data: chunk, lossFn, lossFnConfig, forwardOnly: false }),
        ),
      ),
    )
  }

  #checkDivergence(data: readonly Datum[], logprobs: readonly Float32Array[]): void {
    const { maxDivergence, name } = this.#profile
    if (maxDivergence === null) return
    const divergence = divergenceOf(data, logprobs)
    if (divergence <= maxDivergence) return
    throw new EngineError(
      `trainer and sampler of ${name} differ by ${divergence.toPrecision(3)} nats a token on the same weights, more than ${maxDivergence}: what was sampled is not what is trained; see that both have the same model, prompts and adapters`,
    )
  }

  /** The sampling session of the weights that are live at this call. */
  #liveSession(): Promise<SamplingSession> {
    const known = this.#live
    if (known?.version === this.#version) return known.session
    const sampling_session_seq_id = this.#samplings++
    const session = this.#train(
      'save_weights_for_sampler',
      jsonResult(saveForSamplerResponse, 'save_weights_for_sampler'),
      'json',
      (model_id, seq_id) => ({ model_id, seq_id, sampling_session_seq_id, type: 'save_weights_for_sampler' }),
    ).then(sessionOf)
    const live = { version: this.#version, session }
    this.#live = live
    session.catch(() => {
      if (this.#live === live) this.#live = undefined
    })
    return session
  }

  /** The sampling session of saved weights. */
  #savedSession(path: string): Promise<SamplingSession> {
    const known = this.#sessions.get(path)
    if (known !== undefined) return known
    const body = {
      ...{ session_id: this.#session, sampling_session_seq_id: this.#samplings++, model_path: path, type: 'create_sampling_session' },
    }
    const made = this.#requests
      .post({ path: 'create_sampling_session', body, key: `${this.#session}:sample:${body.sampling_session_seq_id}` })
      .then((said): SamplingSession => ({ id: readJson(samplingSessionResponse, said, 'the answer').sampling_session_id, next: 0 }))
    this.#sessions.set(path, made)
    made.catch(() => this.#sessions.delete(path))
    return made
  }

  /** Works with the model that has saved weights and is never trained; there is one at a time. */
  #withFrozen<T>(ref: WeightsRef, work: (frozen: Frozen) => Promise<T>): Promise<T> {
    const { weights: path } = pathsOf(ref)
    const before = this.#frozen
    const ready = before.then(async (old): Promise<Frozen> => {
      if (old?.path === path) return old
      await old?.model.unload()
      const model = await this.#newModel()
      const { request, future } = await model.send('load_weights', (model_id, seq_id) => ({
        ...{ model_id, seq_id, path, optimizer: false, type: 'load_weights' },
      }))
      await this.#requests.result(request, future, jsonResult(z.looseObject({}), 'load_weights'), 'json')
      return { path, model, session: undefined }
    })
    const done = ready.then(work)
    // The next one waits until this one's work is done.
    this.#frozen = done.catch(() => {}).then(() => ready.catch(() => null))
    return done
  }

  /** Sampling sessions of a frozen model. */
  async #frozenSession(frozen: Frozen): Promise<SamplingSession> {
    const sampling_session_seq_id = this.#samplings++
    frozen.session ??= frozen.model
      .send('save_weights_for_sampler', (model_id, seq_id) => ({
        ...{ model_id, seq_id, sampling_session_seq_id, type: 'save_weights_for_sampler' },
      }))
      .then(({ request, future }) =>
        this.#requests.result(request, future, jsonResult(saveForSamplerResponse, 'save_weights_for_sampler'), 'json'),
      )
      .then(sessionOf)
    return await frozen.session
  }

  #sample(ref: WeightsRef | undefined, request: SampleRequest): Promise<SampledSequence[][]> {
    const { prompts, params } = request
    const { seed, maxTokens } = params
    if (typeof seed !== 'number' && seed.length !== prompts.length)
      throw new EngineError(`${seed.length} seeds were given for ${prompts.length} prompts; give one number, or one a prompt`)
    for (const prompt of prompts) this.#checkInput(prompt, maxTokens)
    if (ref !== undefined && this.#profile.frozen === 'model')
      return this.#withFrozen(ref, async (frozen) => this.#sampleFrom(await this.#frozenSession(frozen), request))
    const session = ref === undefined ? this.#liveSession() : this.#savedSession(pathsOf(ref).sampler)
    const sampled = session.then((ready) => this.#sampleFrom(ready, request))
    this.#sampling.add(sampled)
    void sampled.catch(() => {}).finally(() => this.#sampling.delete(sampled))
    return sampled
  }

  async #sampleFrom(session: SamplingSession, { prompts, n, params }: SampleRequest): Promise<SampledSequence[][]> {
    const { maxTokens, temperature, seed, stop = this.chat.stop } = params
    const answers = await this.#askAll(session, prompts, (i) => ({
      ...{ numSamples: n, promptLogprobs: false },
      params: { maxTokens, seed: seedOf(seed, i, this.#profile), stop, temperature, topK: -1, topP: 1 },
      ...(this.#profile.exact && typeof seed === 'number' && { promptIndex: i }),
    }))
    return answers.map(({ sequences }) => {
      if (sequences.length !== n)
        throw new EngineError(`the server gave ${sequences.length} replies where ${n} were asked for; nothing was learned from them`)
      return sequences.map(sequenceFromWire)
    })
  }

  async #logprobs(ref: WeightsRef | undefined, inputs: readonly ModelInput[]): Promise<Float32Array[]> {
    for (const input of inputs) this.#checkInput(input)
    if (inputs.length === 0) return []
    if (this.#profile.frozen === 'model') return await this.#scores(ref, inputs)
    const session = await (ref === undefined ? this.#liveSession() : this.#savedSession(pathsOf(ref).sampler))
    const params = { maxTokens: 1, seed: 0, temperature: 1, topK: -1, topP: 1 }
    const answers = await this.#askAll(session, inputs, () => ({ numSamples: 1, promptLogprobs: true, params }))
    return answers.map(({ promptLogprobs }, i) => promptLogprobsOf(promptLogprobs, inputs[i] as ModelInput))
  }

  /** Log-probs by passes without a gradient: of the live model, or of the frozen one. */
  async #scores(ref: WeightsRef | undefined, inputs: readonly ModelInput[]): Promise<Float32Array[]> {
    const data = inputs.map(scoredDatum)
    const read = codecResult(forwardBackwardOutput)
    const bodyOf =
      (chunk: readonly WireDatum[]) =>
      (modelId: string, seqId: number): Uint8Array =>
        forwardBackwardRequest.toProto({ modelId, seqId, data: chunk, lossFn: 'cross_entropy', lossFnConfig: {}, forwardOnly: true })
    const chunks = this.#chunksOf(data.map((datum) => datumToWire(datum)))
    const outputs =
      ref === undefined
        ? await Promise.all(chunks.map((chunk) => this.#train('forward_backward', read, 'proto', bodyOf(chunk))))
        : await this.#withFrozen(ref, async ({ model }) => {
            const results: Promise<ForwardBackwardOutput>[] = []
            for (const chunk of chunks) {
              const { request, future } = await model.send('forward_backward', bodyOf(chunk))
              results.push(this.#requests.result(request, future, read, 'proto'))
            }
            return await Promise.all(results)
          })
    return logprobsOf(data, outputs).map((values) => Float32Array.of(0, ...values))
  }

  /** Sends a request for each prompt, and gives the answers in their order. */
  #askAll(
    session: SamplingSession,
    prompts: readonly ModelInput[],
    askFor: (
      i: number,
    ) => Omit<Parameters<typeof sampleRequest.toJson>[0], 'prompt' | 'topkPromptLogprobs' | 'topkSampleLogprobs' | 'promptAltTokensK'>,
  ): Promise<SampleResponse[]> {
    const { exact } = this.#profile
    const first = session.next
    session.next += prompts.length
    return Promise.all(
      prompts.map(async (prompt, i) => {
        const seqId = first + i
        const asked = {
          ...{ samplingSessionId: session.id, seqId, prompt: inputToWire(prompt, { rgb: !exact }) },
          ...{ topkPromptLogprobs: 0, topkSampleLogprobs: 0, promptAltTokensK: 0 },
          ...askFor(i),
          ...(exact && { callIndex: i, callSize: prompts.length }),
        }
        const request: Request = { path: 'asample', body: sampleRequest.toJson(asked), key: `${session.id}:${seqId}` }
        const future = await this.#sends(() => this.#requests.submit(request))
        return await this.#requests.result(request, future, codecResult(sampleResponse), exact ? 'json' : 'proto')
      }),
    )
  }

  /** The data of a pass in requests of a size that the server takes. */
  #chunksOf(data: readonly WireDatum[]): WireDatum[][] {
    const { fwdbwd_max_chunk_len: most, fwdbwd_max_chunk_bytes_count: mostBytes } = this.#config
    const chunks: WireDatum[][] = [[]]
    let bytes = 0
    for (const datum of data) {
      const own = datumBytes(datum)
      const last = chunks.at(-1) as WireDatum[]
      if (last.length > 0 && (last.length >= most || bytes + own > mostBytes)) {
        chunks.push([datum])
        bytes = own
      } else {
        last.push(datum)
        bytes += own
      }
    }
    return chunks
  }

  #checkLoss(loss: string): void {
    const { losses, name } = this.#profile
    if (!(losses as readonly string[]).includes(loss)) throw new EngineError(`${name} has no loss ${loss}; choose ${losses.join(', ')}`)
  }

  /** Throws EngineError for what the model cannot read: the server might leave it out in silence. */
  #checkInput(input: ModelInput, reply = 0): void {
    const pictures = input.chunks.filter(({ type }) => type === 'image').length
    const { images, name, maxSequence } = this.info
    if (pictures > images)
      throw new EngineError(
        images === 0
          ? `the engine ${name} is blind, and a prompt has a picture; play with observation=caption`
          : `a prompt with ${pictures} pictures is over the ${images} that the engine ${name} takes`,
      )
    const length = inputLength(input) + reply
    if (length > maxSequence)
      throw new EngineError(`a sequence of ${length} tokens is over the ${maxSequence} of the engine ${name}; lower maxTokens`)
    const size = this.chat.vocabularySize
    for (const chunk of input.chunks) {
      const wrong = chunk.type === 'encoded_text' ? chunk.tokens.find((token) => !(token >= 0 && token < size)) : undefined
      if (wrong !== undefined) throw new EngineError(`token ${wrong} is outside 0..${size - 1}; give tokens of this model`)
    }
  }
}

/** The paths of a ref. Throws EngineError for a ref that is not of such an engine. */
function pathsOf(ref: WeightsRef): z.output<typeof refSchema> {
  const parsed = refSchema.safeParse(ref)
  if (parsed.success && [parsed.data.weights, parsed.data.sampler].every((path) => path.startsWith('tinker://'))) return parsed.data
  throw new EngineError(`${JSON.stringify(ref)} names no weights of a Tinker server; give what its save returned`)
}

function sessionOf({ sampling_session_id: id }: { readonly sampling_session_id?: string | null | undefined }): SamplingSession {
  if (id == null) throw new EngineError('the server published weights without a sampling session; use a newer one')
  return { id, next: 0 }
}

/** The seed of a prompt's request. Other servers take 31 bits, and draw sample k from seed + k. */
function seedOf(seed: number | readonly number[], i: number, { exact }: Profile): number {
  const own = typeof seed === 'number' ? (exact ? seed : deriveSeed(seed, 'prompt', i)) : (seed[i] as number)
  return exact ? own : own % 2 ** 30
}

/** A sequence as a datum whose targets are its own tokens. */
function scoredDatum({ chunks }: ModelInput): Datum {
  const tokens = chunks.flatMap((chunk) => (chunk.type === 'encoded_text' ? chunk.tokens : []))
  const targetTokens = tokens.slice(1)
  return {
    modelInput: { chunks: [{ type: 'encoded_text', tokens: tokens.slice(0, -1) }] },
    lossInputs: { targetTokens, weights: targetTokens.map(() => 1) },
  }
}

/** Log-probs by datum out of the results of a pass's requests. Throws EngineError for another number of them. */
function logprobsOf(data: readonly Datum[], outputs: readonly ForwardBackwardOutput[]): Float32Array[] {
  const lossFnOutputs = outputs.flatMap((output) => output.lossFnOutputs)
  return logprobsFromWire(
    { lossFnOutputType: '', lossFnOutputs, metrics: {} },
    data.map(({ modelInput }) => modelInput),
  )
}

function sumsOf(outputs: readonly ForwardBackwardOutput[]): ForwardResult['metrics'] {
  const sum = (name: string): number => outputs.reduce((total, { metrics }) => total + (metrics[name] ?? Number.NaN), 0)
  return { loss: sum('loss:sum'), tokens: sum('tokens:sum') }
}

/** The gradient norm of a step, by the names that servers have for it; NaN where it is not told. */
function gradNormOf(metrics: { readonly [name: string]: number }): number {
  const name = Object.keys(metrics).find((key) => /grad(ient)?_norm/.test(key) && !key.includes('mhc'))
  return name === undefined ? Number.NaN : (metrics[name] as number)
}

/** Log-probs of a prompt's positions, 0 where there is none. Throws EngineError for another number of them: a server that drops pictures is found out by that. */
function promptLogprobsOf(values: ArrayLike<number> | undefined, input: ModelInput): Float32Array {
  const length = inputLength(input)
  if (values?.length !== length)
    throw new EngineError(
      `the server gave ${values?.length ?? 'no'} log-probs for a prompt of ${length} positions; a server that drops pictures does so`,
    )
  return Float32Array.from(values, (value) => (Number.isNaN(value) ? 0 : value))
}
