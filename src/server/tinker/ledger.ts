/** Requests that were taken, by their numbers: a request that is sent again is answered by the same future. */
import { createHash, type Hash } from 'node:crypto'
import { ApiError } from '../api-error.ts'
import type { Future } from './futures.ts'

/** Numbers that are remembered. */
const REMEMBERED = 4096

export class Ledger {
  readonly #entries = new Map<number, { readonly digest: string; readonly future: Future }>()

  /** The future of a request that was taken before; undefined: it is new. Throws ApiError 409 for another request of that number. */
  known(seq: number, digest: string): Future | undefined {
    const entry = this.#entries.get(seq)
    if (entry === undefined) return undefined
    if (entry.digest === digest) return entry.future
    throw new ApiError(409, `another request was sent with the number ${seq}; give each request its own`, 'seq_id', 'SEQ_ID_TAKEN')
  }

  note(seq: number, digest: string, future: Future): void {
    this.#entries.set(seq, { digest, future })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > REMEMBERED) this.#entries.delete(oldest as number)
  }
}

/** A digest of a message: equal for equal values, whatever the order of their keys. */
export function digestOf(value: unknown): string {
  const hash = createHash('sha256')
  feed(hash, value)
  return hash.digest('base64')
}

function feed(hash: Hash, value: unknown): void {
  if (value instanceof Uint8Array) hash.update('b').update(value)
  else if (value instanceof Float32Array) hash.update('f').update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  else if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number'))
    hash.update(`n${value.length}`).update(new Uint8Array(Float64Array.from(value).buffer))
  else if (Array.isArray(value)) {
    hash.update(`[${value.length}`)
    for (const one of value) feed(hash, one)
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).sort()
    hash.update(`{${keys.length}`)
    for (const key of keys) {
      hash.update(`${key}:`)
      feed(hash, (value as Record<string, unknown>)[key])
    }
  } else hash.update(`${typeof value}${String(value)};`)
}
