/** The studio's thread, as the server asks it. It starts with the first question, and again where it has ended. */
import { Worker } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { StorageError } from '../errors.ts'
import type { Made, ThreadApi } from './thread.ts'

interface Running {
  readonly worker: Worker
  readonly api: Comlink.Remote<ThreadApi>
  /** Rejects when the thread ends. */
  readonly lost: Promise<never>
}

export class StudioThread {
  #running: Running | null = null

  /** A part of a run's page as JSON. Throws StorageError for what is wrong with its folder. */
  part(part: Parameters<ThreadApi['part']>[0], path: string): Promise<string> {
    return this.#ask((api) => api.part(part, path))
  }

  /** The page of a comparison as JSON. Throws StorageError for what is wrong with a folder. */
  compare(paths: readonly string[]): Promise<string> {
    return this.#ask((api) => api.compare(paths))
  }

  async close(): Promise<void> {
    await this.#running?.worker.terminate()
  }

  async #ask(work: (api: Comlink.Remote<ThreadApi>) => Promise<Made>): Promise<string> {
    this.#running ??= this.#start()
    const { api, lost } = this.#running
    const made = await Promise.race([work(api), lost])
    if ('problem' in made) throw new StorageError(made.problem)
    return made.json
  }

  #start(): Running {
    const worker = new Worker(new URL('./thread.js', import.meta.url))
    worker.unref()
    const lost = new Promise<never>((_, reject) => {
      worker.once('error', reject)
      worker.once('exit', (code) => {
        this.#running = null
        reject(new Error(`the thread of the studio ended with code ${code}`))
      })
    })
    lost.catch(() => {})
    return { worker, api: Comlink.wrap<ThreadApi>(nodeEndpoint(worker)), lost }
  }
}
