/** The studio beside a training: `train --studio`. */
import type { Command } from 'commander'
import { ConfigError } from '../errors.ts'
import { shellWord } from '../printable.ts'
import type { Studio } from '../studio/studio-server.ts'
import { INTERRUPTED, serveUntilInterrupted } from './interrupt.ts'
import { wholeNumber } from './options.ts'
import { printError } from './terminal.ts'

/** The usual port of the studio. */
export const STUDIO_PORT = 8777

/** A port; true: the usual one, or a free one where that is taken; undefined: no studio. */
export type StudioFlag = number | true | undefined

/** Adds --studio. */
export function withStudioOption(command: Command): void {
  command.option(
    '--studio [port]',
    `show the run on a page in the browser while it trains, on this machine alone (default: port ${STUDIO_PORT}, or a free one); in a terminal it stays afterwards, until Ctrl-C`,
    wholeNumber(0, 65_535),
  )
}

async function begin(flag: number | true, folders: readonly string[]): Promise<Studio> {
  // Its web server is loaded by those who ask for it.
  const { serveStudio } = await import('../studio/studio-server.ts')
  if (flag !== true) return serveStudio({ folders, port: flag })
  return serveStudio({ folders, port: STUDIO_PORT }).catch((error: unknown) => {
    if (error instanceof ConfigError) return serveStudio({ folders, port: 0 })
    throw error
  })
}

/**
 * Does `work` with a studio beside it, if one is asked for; it shows `folders`, which need not be there yet. A studio that cannot be had stops no
 * training: it is told, and the work is done without.
 */
export async function withStudio<T>(flag: StudioFlag, folders: readonly string[], work: () => Promise<T>): Promise<T> {
  if (flag === undefined) return work()
  const studio = await begin(flag, folders).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error
    printError(`no studio: ${error.message}; vlm-gym studio ${folders.map(shellWord).join(' ')} shows the training from elsewhere`)
    return null
  })
  if (studio === null) return work()
  printError(`the studio is at ${studio.url}`)
  let stays = false
  try {
    const result = await work()
    stays = process.stdout.isTTY === true && process.exitCode !== INTERRUPTED
    return result
  } finally {
    if (stays) {
      printError(`the studio stays at ${studio.url}; Ctrl-C ends it`)
      const { exitCode } = process
      await serveUntilInterrupted(studio, 'ending')
      process.exitCode = exitCode
    } else await studio.close()
  }
}
