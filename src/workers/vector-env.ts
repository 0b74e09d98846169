/**
 * A vector env on several cores: the envs are dealt to worker threads in runs of equal length; states, scores, prompts and pixels are those of
 * the `VectorEnv` with the same specs and options, bit for bit. Pictures are drawn by the workers into shared memory.
 *
 *     const envs = await openVectorEnv(specs, { seed: 7, workers: 2 })
 *     const steps = await envs.step(replies)
 *     envs.pixels(0)                       // env 0's picture as it stands, no copy
 *     await envs.close()
 */
import { availableParallelism } from 'node:os'
import { ConfigError } from '../errors.ts'
import { loadGame } from '../games/registry.ts'
import {
  type AutoresetMode,
  drawState,
  type EnvSpec,
  type LastStep,
  promptAfter,
  specConfigOf,
  type VectorEnvOptions,
  type VectorSnapshot,
  type VectorStep,
} from '../gym/index.ts'
import { userMessage } from '../messages.ts'
import type { Observation, Reply } from '../policy.ts'
import type { Frame } from '../scene.ts'
import { Keeper } from './keeper.ts'
import type { StepData } from './shard.ts'

export interface WorkerVectorEnvOptions extends Omit<VectorEnvOptions, 'first'> {
  /** Worker threads, 1 to the number of envs. Default: as many as cores. */
  readonly workers?: number
  /** Modules that every worker loads first, as URLs: those that register games or picture sets beyond the built-in ones. */
  readonly modules?: readonly string[]
}

/** A part of the envs: those from `first` on. */
interface Part {
  readonly first: number
  readonly count: number
  readonly keeper: Keeper
}

/** An env as seen from here. */
interface Seat {
  readonly part: Part
  /** A frame of its spec, whatever it shows. */
  readonly look: Frame
  /** Moves so far: an observation is of one of them. */
  moves: number
  last: LastStep
}

/** Starts the workers. Throws ConfigError for a game that workers cannot know by its id. */
export async function openVectorEnv(specs: readonly EnvSpec[], options: WorkerVectorEnvOptions): Promise<WorkerVectorEnv> {
  const workers = options.workers ?? Math.min(availableParallelism(), specs.length)
  if (!Number.isInteger(workers) || workers < 1 || workers > specs.length)
    throw new ConfigError(`${specs.length} envs cannot be dealt to ${workers} workers; give 1 to ${specs.length}.`)
  for (const { game, mode } of specs) {
    if (mode !== 'image') throw new ConfigError(`Workers give pictures alone, not the mode '${mode}'; use a VectorEnv for it.`)
    if ((await loadGame(game.id)) !== game)
      throw new ConfigError(`The game ${game.id} is not the registered one; register it, also in a module that 'modules' names.`)
  }
  const unique = [...new Set(specs)]
  const looks = unique.map(({ game, config, skin }) => drawState(game, game.rules.init(config, 0), skin))
  const { seed, autoreset = 'next-step', modules = [] } = options
  const data = { modules, specs: unique.map(specConfigOf), seed, autoreset, snapshot: null, log: [] }
  const seats: Seat[] = []
  const parts = Array.from({ length: workers }, (_, k): Part => {
    const first = Math.floor((k * specs.length) / workers)
    const partSpecs = specs.slice(first, Math.floor(((k + 1) * specs.length) / workers))
    const which = partSpecs.map((spec) => unique.indexOf(spec))
    const part = { first, count: partSpecs.length, keeper: new Keeper({ ...data, which, first }) }
    for (const spec of which) seats.push({ part, look: looks[spec]!, moves: 0, last: null })
    return part
  })
  await Promise.all(parts.map(({ keeper }) => keeper.ready()))
  return new WorkerVectorEnv(specs, seed, autoreset, parts, seats)
}

function ownFrame(frame: Frame): Frame {
  return { ...frame, pixels: new Uint8Array(frame.pixels) }
}

/** [env] order is that of the specs, everywhere. One call at a time. */
export class WorkerVectorEnv {
  readonly specs: readonly EnvSpec[]
  readonly seed: number
  readonly autoreset: AutoresetMode
  readonly #parts: readonly Part[]
  readonly #seats: readonly Seat[]

  /** Use `openVectorEnv`. */
  constructor(specs: readonly EnvSpec[], seed: number, autoreset: AutoresetMode, parts: readonly Part[], seats: readonly Seat[]) {
    this.specs = specs
    this.seed = seed
    this.autoreset = autoreset
    this.#parts = parts
    this.#seats = seats
  }

  /** The frame of an observation is copied on first use, which must come before the env's next move; later it throws ConfigError. */
  observe(): Observation[] {
    return this.specs.map((_, env) => this.#observation(env))
  }

  /** The picture of an env in shared memory, no copy. The env's next move overwrites it; ask again then, since a worker may have been replaced. */
  pixels(env: number): Frame {
    const { part, look } = this.#seat(env)
    return { ...look, pixels: part.keeper.pixels(env - part.first) }
  }

  /** One reply per env; [env]. */
  async step(replies: readonly (Reply | string)[]): Promise<VectorStep[]> {
    if (replies.length !== this.specs.length)
      throw new ConfigError(`A step of ${this.specs.length} envs got ${replies.length} replies; give one reply per env.`)
    const moved = await Promise.all(
      this.#parts.map(({ first, count, keeper }) => keeper.move({ replies: replies.slice(first, first + count) })),
    )
    return moved.flatMap(({ steps }) => steps).map((step, env) => this.#stepOf(env, step))
  }

  /** Starts the next game of one env. */
  async reset(env: number): Promise<Observation> {
    const { keeper, first } = this.#seat(env).part
    await keeper.move({ reset: env - first })
    this.#moveOn(env, null)
    return this.#observation(env)
  }

  async snapshot(): Promise<VectorSnapshot> {
    const all = await Promise.all(this.#parts.map(({ keeper }) => keeper.snapshot()))
    return {
      envs: all.flatMap(({ envs }) => envs),
      episodes: all.flatMap(({ episodes }) => episodes),
      pending: all.flatMap(({ pending }) => pending),
    }
  }

  /** Goes back to a snapshot of a vector env with the same specs, with workers or without. */
  async restore(snapshot: VectorSnapshot): Promise<void> {
    const { envs, episodes, pending } = snapshot
    if (envs.length !== this.specs.length)
      throw new ConfigError(`A snapshot of ${envs.length} envs does not fit a vector of ${this.specs.length}.`)
    await Promise.all(
      this.#parts.map(({ first, count, keeper }) => {
        const partOf = <T>(list: readonly T[]): T[] => list.slice(first, first + count)
        return keeper.restore({ envs: partOf(envs), episodes: partOf(episodes), pending: partOf(pending) })
      }),
    )
    for (const [env, { last }] of envs.entries()) this.#moveOn(env, last)
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ keeper }) => keeper.close()))
  }

  #seat(env: number): Seat {
    const seat = this.#seats[env]
    if (seat === undefined) throw new ConfigError(`There is no env ${env}; this vector has ${this.#seats.length}.`)
    return seat
  }

  #moveOn(env: number, last: LastStep): void {
    const seat = this.#seat(env)
    seat.moves++
    seat.last = last
  }

  #observation(env: number): Observation {
    const spec = this.specs[env]!
    const seat = this.#seat(env)
    const { moves } = seat
    let copy: Frame | undefined
    const frame = (): Frame => {
      if (copy === undefined && seat.moves !== moves)
        throw new ConfigError(`The picture of env ${env} is gone: the env has moved on. Call frame() before its next move.`)
      copy ??= ownFrame(this.pixels(env))
      return copy
    }
    return { game: spec.game.id, messages: [userMessage(promptAfter(spec, seat.last), frame)] }
  }

  #stepOf(env: number, { final, ...step }: StepData): VectorStep {
    this.#moveOn(env, step.reset || step.restarted ? null : { legal: step.legal, events: step.events })
    const ended = final && { game: this.specs[env]!.game.id, messages: [userMessage(final.prompt, () => final.frame)] }
    return { ...step, observation: this.#observation(env), final: ended }
  }
}
