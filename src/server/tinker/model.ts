/** A model that is trained: an engine, and the requests to it, which are carried out in the order of their numbers. */
import type { Engine, LossName } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import { ApiError } from '../api-error.ts'
import type { Future, Futures, Outcome } from './futures.ts'
import { Ledger } from './ledger.ts'

/** A request to a model. */
export interface Work {
  /** A pass that fails lets the next step fail, and leaves no gradient. */
  readonly kind: 'pass' | 'step' | 'other'
  /** Begins only when everything before has ended: it looks at what that has saved. */
  readonly alone?: boolean
  /** Calls the engine when the turn has come: at once, before anything is awaited. */
  readonly begin: (engine: Engine) => Promise<Outcome>
}

interface Waiting {
  readonly work: Work
  readonly resolve: (outcome: Promise<Outcome>) => void
  readonly reject: (error: unknown) => void
}

export class Model {
  readonly id: string
  readonly session: string
  readonly metadata: Readonly<Record<string, string>> | null
  readonly #engine: Promise<Engine>
  readonly #futures: Futures
  readonly #ledger = new Ledger()
  readonly #waiting = new Map<number, Waiting>()
  readonly #running = new Set<Promise<unknown>>()
  #next = 1
  /** Calls of the engine, one after another. */
  #turn: Promise<unknown>
  /** Why the last pass could not even be begun. */
  #refused: string | null = null
  #closed = false

  constructor(
    about: { readonly id: string; readonly session: string; readonly metadata: Readonly<Record<string, string>> | null },
    engine: Promise<Engine>,
    futures: Futures,
  ) {
    this.id = about.id
    this.session = about.session
    this.metadata = about.metadata
    this.#engine = engine
    this.#futures = futures
    this.#turn = engine.catch(() => {})
  }

  /** Resolves when the model can be used. Rejects with the engine's error. */
  get ready(): Promise<unknown> {
    return this.#engine
  }

  /** Takes a request. Without a number it comes after all that are here. Throws ApiError. */
  submit(seq: number | null | undefined, digest: string, work: Work): Future {
    // A protobuf message has 0 where it has no number.
    const number = seq === null || seq === undefined || seq === 0 ? this.#next + this.#waiting.size : seq
    const known = this.#ledger.known(number, digest)
    if (known !== undefined) return known
    if (number < this.#next)
      throw new ApiError(409, `the number ${number} is past, the next is ${this.#next}; give each request its own`, 'seq_id', 'SEQ_ID_PAST')
    this.#futures.checkRoom()
    let begun = false
    const outcome = new Promise<Outcome>((resolve, reject) => {
      this.#waiting.set(number, {
        work,
        resolve: (result) => {
          begun = true
          resolve(result)
        },
        reject,
      })
    })
    const waitsFor = (): string | null =>
      begun ? null : this.#next < number ? `waits for the request of seq_id ${this.#next}` : 'waits for its turn'
    const future = this.#futures.add({ owner: this.id, work: outcome, waitsFor })
    this.#ledger.note(number, digest, future)
    this.#advance()
    return future
  }

  /** Lets what has begun end, and closes the engine. What has not begun fails with `reason`. */
  async close(reason: string): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const { reject } of this.#waiting.values()) reject(new EngineError(reason))
    this.#waiting.clear()
    await this.#turn.catch(() => {})
    await Promise.allSettled(this.#running)
    await this.#engine.then(
      (engine) => engine.close(),
      () => {},
    )
  }

  #advance(): void {
    for (let one = this.#waiting.get(this.#next); one !== undefined; one = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next)
      this.#next++
      const { work, resolve, reject } = one
      this.#turn = this.#turn.then(async () => {
        if (work.alone) await Promise.allSettled(this.#running)
        try {
          const outcome = this.#begin(await this.#engine, work)
          this.#running.add(outcome)
          outcome.catch(() => {}).finally(() => this.#running.delete(outcome))
          resolve(outcome)
        } catch (error) {
          reject(error)
        }
      })
    }
  }

  #begin(engine: Engine, { kind, begin }: Work): Promise<Outcome> {
    const refused = this.#refused
    if (kind === 'step') this.#refused = null
    try {
      const outcome = begin(engine)
      if (kind !== 'step' || refused === null) return outcome
      return outcome.catch((error: unknown) => {
        throw new EngineError(`the step was not made, since a pass before it was refused: ${refused}`, { cause: error })
      })
    } catch (error) {
      if (kind === 'pass') {
        this.#refused = (error as Error).message
        // A pass that the engine never saw must still count as failed: it sees one that it refuses.
        engine.forwardBackward({ data: [], loss: 'refused' as LossName }).catch(() => {})
      }
      throw error
    }
  }
}
