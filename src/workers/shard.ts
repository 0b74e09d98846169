/** One worker's part of a vector env, and what travels between it and the main thread: plain data, and pixels in shared memory. */
import { gameNamed } from '../games/registry.ts'
import { type AutoresetMode, type SpecConfig, specFrom, VectorEnv, type VectorSnapshot, type VectorStep } from '../gym/index.ts'
import { frameOf, promptOf } from '../messages.ts'
import type { Observation, Reply } from '../policy.ts'
import { shareFrame } from '../render/index.ts'
import type { Frame } from '../scene.ts'

/** All that a worker needs to be what another one was. */
export interface ShardData {
  /** Modules to load first, URLs: they register games and pictures. */
  readonly modules: readonly string[]
  readonly specs: readonly SpecConfig[]
  /** By env: index into `specs`. */
  readonly which: readonly number[]
  /** Number of the first env in the whole vector. */
  readonly first: number
  readonly seed: number
  readonly autoreset: AutoresetMode
  /** Where to go on from; null: fresh games. */
  readonly snapshot: VectorSnapshot | null
  /** What was done since then. */
  readonly log: readonly Move[]
}

/** Something done to the envs of a shard. */
export type Move = { readonly replies: readonly (Reply | string)[] } | { readonly reset: number }

/** A step without its pictures. `final` is whole: the game that it shows is gone. */
export type StepData = Omit<VectorStep, 'observation' | 'final'> & { readonly final: FinalData | null }

interface FinalData {
  readonly prompt: string
  readonly frame: Frame
}

/** Result of a move, and the envs after it if that was asked for. */
export interface Moved {
  readonly steps: readonly StepData[]
  readonly snapshot: VectorSnapshot | null
}

/** Envs of one worker. Draws every picture into shared memory. */
export class Shard {
  readonly #envs: VectorEnv
  /** By env: its picture as it stands, in shared memory. */
  readonly pictures: readonly Frame[]

  /** The kernel's memory must be shared. */
  constructor({ specs, which, first, seed, autoreset, snapshot, log }: ShardData) {
    const parsed = specs.map((spec) => specFrom(spec, gameNamed))
    this.#envs = new VectorEnv(
      which.map((spec) => parsed[spec]!),
      { seed, autoreset, first },
    )
    if (snapshot) this.#envs.restore(snapshot)
    for (const move of log) this.#play(move)
    this.pictures = this.#envs.observe().map((observation) => shareFrame(frameOf(observation)))
  }

  /** Plays a move and draws what it changed. `keep`: with a snapshot of the envs after it. */
  move(move: Move, keep: boolean): Moved {
    const steps = this.#play(move)
    this.#draw('reset' in move ? [move.reset] : this.pictures.keys())
    return { steps: steps.map(stepData), snapshot: keep ? this.#envs.snapshot() : null }
  }

  snapshot(): VectorSnapshot {
    return this.#envs.snapshot()
  }

  restore(snapshot: VectorSnapshot): void {
    this.#envs.restore(snapshot)
    this.#draw(this.pictures.keys())
  }

  #play(move: Move): VectorStep[] {
    if ('replies' in move) return this.#envs.step(move.replies)
    this.#envs.reset(move.reset)
    return []
  }

  #draw(envs: Iterable<number>): void {
    for (const env of envs) {
      const picture = this.pictures[env]!
      const drawn = this.#envs.drawInto(env, picture)
      if (drawn !== picture) picture.pixels.set(drawn.pixels)
    }
  }
}

function stepData({ observation: _, final, ...step }: VectorStep): StepData {
  return { ...step, final: final && finalData(final) }
}

function finalData(observation: Observation): FinalData {
  return { prompt: promptOf(observation), frame: frameOf(observation) }
}
