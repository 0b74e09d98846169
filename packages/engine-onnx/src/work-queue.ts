/** Calls of an engine, one after another in the order in which they were made. */
import PQueue from 'p-queue'

/** Runs a call when all before it have ended, whether they failed or not. */
export type InTurn = <T>(call: () => T | Promise<T>) => Promise<T>

/** A queue of its own. */
export function workQueue(): InTurn {
  const queue = new PQueue({ concurrency: 1 })
  return (call) => queue.add(async () => call())
}
