/**
 * Many envs stepped together; games, configs and skins mix freely. Env i, its k-th game: seed deriveSeed(seed, 'env', i, k).
 *
 * Autoreset is named and meant as in Gymnasium; an episode ends terminated or truncated:
 * - 'next-step': the step that ends an episode shows its last observation; the next step of that env ignores its reply and starts a fresh
 *   episode instead (`reset` true, `score` null, reward 0).
 * - 'same-step': the step that ends an episode starts a fresh one at once; `observation` is the fresh one's, `final` the ended one's.
 * - 'disabled': an ended game stays as it is (every reply a no-op) until `reset(index)`.
 */
import { ConfigError } from '../errors.ts'
import type { Observation, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { Frame } from '../scene.ts'
import { Env, type EnvStep } from './env.ts'
import type { EnvSnapshot } from './life.ts'
import type { EnvSpec } from './spec.ts'

export type AutoresetMode = 'next-step' | 'same-step' | 'disabled'

export interface VectorEnvOptions {
  readonly seed: number
  /** Default 'next-step', as in Gymnasium. */
  readonly autoreset?: AutoresetMode
  /** Number of the first env, for the seeds: a part of a larger vector begins later. Default 0. */
  readonly first?: number
}

/** One env's part of a vector step. */
export interface VectorStep extends Omit<EnvStep, 'score'> {
  /** null when the step was a reset of 'next-step'. */
  readonly score: EnvStep['score'] | null
  /** `observation` is the first of a fresh episode. */
  readonly reset: boolean
  /** Last observation of the episode that ended; only in 'same-step', else null. */
  readonly final: Observation | null
}

/** A step of 'next-step' that only resets. */
const NO_STEP = {
  ...{ score: null, reward: 0, legal: false, terminated: false, truncated: false, restarted: false, events: [] },
  ...{ reset: true, final: null },
} as const

/** Everything a vector env needs to go on later; plain JSON. */
export interface VectorSnapshot {
  readonly envs: readonly EnvSnapshot[]
  /** Games begun per env, 1 or more. */
  readonly episodes: readonly number[]
  /** Envs that 'next-step' resets at their next step. */
  readonly pending: readonly boolean[]
}

/** [env] order is that of the specs, everywhere. */
export class VectorEnv {
  readonly specs: readonly EnvSpec[]
  readonly seed: number
  readonly autoreset: AutoresetMode
  readonly #first: number
  readonly #envs: Env[]
  #episodes: number[]
  #pending: boolean[]

  constructor(specs: readonly EnvSpec[], options: VectorEnvOptions) {
    this.specs = specs
    this.seed = options.seed
    this.autoreset = options.autoreset ?? 'next-step'
    this.#first = options.first ?? 0
    this.#envs = specs.map((spec, index) => new Env(spec, this.#seedOf(index, 0)))
    this.#episodes = specs.map(() => 1)
    this.#pending = specs.map(() => false)
  }

  observe(): Observation[] {
    return this.#envs.map((env) => env.observe())
  }

  /** One reply per env; [env]. */
  step(replies: readonly (Reply | string)[]): VectorStep[] {
    if (replies.length !== this.#envs.length) {
      throw new ConfigError(`A step of ${this.#envs.length} envs got ${replies.length} replies; give one reply per env.`)
    }
    return this.#envs.map((env, index) => this.#stepOne(env, index, replies[index] as Reply | string))
  }

  /** Starts the next game of one env. */
  reset(index: number): Observation {
    const env = this.#at(index)
    const episode = this.#episodes[index] as number
    this.#episodes[index] = episode + 1
    this.#pending[index] = false
    return env.reset(this.#seedOf(index, episode))
  }

  /** Draws the picture of an env over `frame`, as `Env` does. */
  drawInto(index: number, frame: Frame): Frame {
    return this.#at(index).drawInto(frame)
  }

  snapshot(): VectorSnapshot {
    return { envs: this.#envs.map((env) => env.snapshot()), episodes: [...this.#episodes], pending: [...this.#pending] }
  }

  /** Goes back to a snapshot of a vector env with the same specs. */
  restore(snapshot: VectorSnapshot): void {
    if (snapshot.envs.length !== this.#envs.length) {
      throw new ConfigError(`A snapshot of ${snapshot.envs.length} envs does not fit a vector of ${this.#envs.length}.`)
    }
    for (const [index, env] of this.#envs.entries()) env.restore(snapshot.envs[index] as EnvSnapshot)
    this.#episodes = [...snapshot.episodes]
    this.#pending = [...snapshot.pending]
  }

  #at(index: number): Env {
    const env = this.#envs[index]
    if (env === undefined) throw new ConfigError(`There is no env ${index}; this vector has ${this.#envs.length}.`)
    return env
  }

  #seedOf(index: number, episode: number): number {
    return deriveSeed(this.seed, 'env', this.#first + index, episode)
  }

  #stepOne(env: Env, index: number, reply: Reply | string): VectorStep {
    if (this.#pending[index]) {
      const observation = this.reset(index)
      return { ...NO_STEP, observation }
    }
    const step = env.step(reply)
    if (!(step.terminated || step.truncated) || this.autoreset === 'disabled') return { ...step, reset: false, final: null }
    if (this.autoreset === 'same-step') return { ...step, observation: this.reset(index), reset: true, final: step.observation }
    this.#pending[index] = true
    return { ...step, reset: false, final: null }
  }
}
