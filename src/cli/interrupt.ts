/** Ctrl-C. By default it ends the process with 130; a command with something to save asks for a signal instead. */

import { setMaxListeners } from 'node:events'

/** Exit code of an interrupted command: 128 + SIGINT. */
export const INTERRUPTED = 130

const leave = (): never => process.exit(INTERRUPTED)

/** Milliseconds after a first signal in which further ones count as the same: `timeout` and some shells send two at once. */
const ECHO = 1000

/** From now on SIGINT ends the process with code 130 (and not with a signal, which some callers cannot tell from a crash). */
export function exitOnInterrupt(): void {
  process.off('SIGINT', leave)
  process.on('SIGINT', leave)
}

/**
 * Runs `work` with a signal that the first SIGINT or SIGTERM aborts; a second one ends the process at once. When `work` comes to its end after
 * that, the exit code of the process is set to 130. `note` is what the first signal is answered with.
 *
 *     const rows = await interruptible((signal) => train({ ...options, signal }))
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  note: string = 'stopping after this step, everything will be saved',
): Promise<T> {
  const controller = new AbortController()
  // Every request that is open listens to it.
  setMaxListeners(0, controller.signal)
  let first = 0
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now()
      process.stderr.write(`\n${note}; Ctrl-C again ends at once\n`)
      controller.abort()
    } else if (performance.now() - first > ECHO) {
      // An engine thread in the middle of a computation cannot be ended in an orderly way.
      process.kill(process.pid, 'SIGKILL')
    }
  }
  process.off('SIGINT', leave)
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    return await work(controller.signal)
  } finally {
    if (controller.signal.aborted) {
      // The handler stays: the echo of the signal may come while the command says its last words.
      process.exitCode = INTERRUPTED
    } else {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      exitOnInterrupt()
    }
  }
}

/** Waits for Ctrl-C with `note`, then closes a server that listens. */
export function serveUntilInterrupted(server: { close(): Promise<void> }, note: string): Promise<void> {
  return interruptible(async (signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await server.close()
  }, note)
}

/** In a process that another one of this program started: when that one ends, or lets go of it, this counts as a first Ctrl-C. */
export function stopWithParent(): void {
  if (process.channel === undefined) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGINT'))
  process.channel.unref()
}

/** In a server that a program of another kind started: the end of its standard input, however that comes, counts as a first Ctrl-C. */
export function stopWithInput(): void {
  process.stdin.once('end', () => process.kill(process.pid, 'SIGINT')).once('error', () => process.kill(process.pid, 'SIGINT'))
  process.stdin.resume()
}
