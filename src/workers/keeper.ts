/**
 * Keeps a shard alive: a worker that dies is replaced by one that begins at the last snapshot and does again what was done since. Games are
 * deterministic, so its envs are then exactly where they were, and the move under way is played as if nothing had happened.
 */
import { Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { GameError } from '../errors.ts'
import type { VectorSnapshot } from '../gym/index.ts'
import type { Move, Moved, Shard, ShardData } from './shard.ts'

/** Moves between two snapshots. */
const SNAPSHOT_EVERY = 64
/** How often a move is tried. */
const TRIES = 3

interface Thread {
  readonly worker: Worker
  readonly shard: Comlink.Remote<Shard>
  readonly pixels: readonly Uint8Array[]
  /** Rejects when the worker ends. */
  readonly lost: Promise<never>
}

/** A shard in a worker of its own. Calls must not overlap. */
export class Keeper {
  #data: ShardData
  #log: Move[] = []
  #thread: Promise<Thread>
  #pixels: readonly Uint8Array[] = []

  constructor(data: ShardData) {
    this.#data = data
    this.#thread = this.#start(data)
  }

  /** Resolves when the envs are there and drawn. Rejects when they cannot be made. */
  async ready(): Promise<void> {
    await this.#thread
  }

  /** The pixels of an env of this shard, in shared memory; others once the worker was replaced. */
  pixels(env: number): Uint8Array {
    return this.#pixels[env]!
  }

  async move(move: Move): Promise<Moved> {
    const keep = this.#log.length + 1 >= SNAPSHOT_EVERY
    const moved = await this.#ask((shard) => shard.move(move, keep))
    if (moved.snapshot) this.#goOnFrom(moved.snapshot)
    else this.#log.push(move)
    return moved
  }

  snapshot(): Promise<VectorSnapshot> {
    return this.#ask((shard) => shard.snapshot())
  }

  async restore(snapshot: VectorSnapshot): Promise<void> {
    await this.#ask((shard) => shard.restore(snapshot))
    this.#goOnFrom(snapshot)
  }

  async close(): Promise<void> {
    const thread = await this.#thread.catch(() => null)
    await thread?.worker.terminate()
  }

  #goOnFrom(snapshot: VectorSnapshot): void {
    this.#data = { ...this.#data, snapshot }
    this.#log = []
  }

  #start(data: ShardData): Promise<Thread> {
    const thread = start(data)
    thread.then(
      ({ pixels }) => {
        this.#pixels = pixels
      },
      () => {},
    )
    return thread
  }

  /** Asks the worker, or its replacement. Errors of the shard itself are passed on. */
  async #ask<T>(work: (shard: Comlink.Remote<Shard>) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const { shard, lost } = await this.#thread
        return await Promise.race([work(shard), lost])
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error
        if (tries === TRIES) throw new GameError(`${TRIES} workers in a row ended at the same move: ${error.message}`, { cause: error })
        this.#thread = this.#start({ ...this.#data, log: this.#log })
      }
    }
  }
}

class WorkerLost extends Error {}

async function start(data: ShardData): Promise<Thread> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: data })
  let reason = ''
  const lost = new Promise<never>((_, reject) => {
    worker.once('error', (error) => {
      reason = `: ${error.message}`
    })
    worker.once('exit', (code) => reject(new WorkerLost(`a worker ended with code ${code}${reason}`)))
  })
  lost.catch(() => {})
  const pixels = await Promise.race([new Promise<Uint8Array[]>((resolve) => worker.once('message', resolve)), lost])
  return { worker, shard: Comlink.wrap<Shard>(nodeEndpoint(worker)), pixels, lost }
}
