/** `vlm-gym serve`: the gym behind HTTP and WebSockets, for trainers in any language. */
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { GYM_SERVER_DEFAULTS, serveGym } from '../../server/index.ts'
import { withPictures, withPlugins } from '../extras-options.ts'
import { serveUntilInterrupted, stopWithInput } from '../interrupt.ts'
import { type KeyFlags, keyOf, withKey } from '../key-options.ts'
import { wholeNumber, withExamples, withJson, withSeed } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

/** Flags of a server of the games. */
export interface ServeFlags extends KeyFlags {
  readonly game?: string
  readonly horizon: number
  readonly host: string
  readonly port: number
  readonly allowKeyless?: boolean
  readonly seed: number
  readonly maxSessions: number
  readonly idle: number
  readonly rate: number
  readonly maxPixels: number
  readonly hiddenSeeds?: boolean
  readonly endWithStdin?: boolean
  readonly json?: boolean
}

/** Options and action of `serve`. */
export function defineServe(command: Command): void {
  const { horizon, maxSessions, idleTimeout, rate, maxPixels } = GYM_SERVER_DEFAULTS
  command.option('--game <id>', 'game of resets that name none (default: the first of `vlm-gym games`)')
  command.option('--horizon <replies>', 'replies an episode at most, of resets that name no horizon; 0: no limit', wholeNumber(0), horizon)
  command.option('--host <address>', 'address to listen on; anything but loopback lets other machines in, and needs a key', '127.0.0.1')
  command.option('--port <n>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535), 8765)
  withKey(command)
  command.option(
    '--allow-keyless',
    'listen at another address than loopback also without a key: in a container whose network lets nobody else in',
  )
  command.option('--max-sessions <n>', 'sessions that may be open at once', wholeNumber(1, 1_000_000), maxSessions)
  command.option('--idle <seconds>', 'a session without a message for so long ends', wholeNumber(1, 86_400), idleTimeout / 1000)
  command.option('--rate <n>', 'messages or requests a second of a connection; more wait', wholeNumber(1, 1_000_000), rate)
  command.option('--max-pixels <n>', 'pixels of a picture at most; a reset to a larger one is refused', wholeNumber(1, 2 ** 28), maxPixels)
  command.option(
    '--hidden-seeds',
    'deal games of seeds from 2147483648 on too, which are kept for evaluation: for a server that no training uses',
  )
  command.option('--end-with-stdin', 'ends when its standard input does: a program that starts it leaves none behind, however it ends')
  withSeed(command, 'the games of resets without a seed of their own')
  withPlugins(command)
  withPictures(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym serve', 'at http://127.0.0.1:8765 for OpenEnv’s clients; Ctrl-C stops it; /docs shows every route'],
    ['vlm-gym serve --game swap --horizon 20', 'resets that name nothing play 20 replies of Swap'],
    [
      'vlm-gym serve --host 0.0.0.0 --key-file gym.key',
      'for other machines, which send the header Authorization: Bearer KEY; openssl rand -hex 32 > gym.key makes a key',
    ],
    ['vlm-gym serve --port 0 --json', 'on a free port, which the first line of output names'],
  ])
  // Who gives a file means the other server.
  command.allowExcessArguments(true)
  command.action((flags: ServeFlags) => serveCommand(flags, command.args))
}

async function serveCommand(flags: ServeFlags, words: readonly string[]): Promise<void> {
  const [file] = words
  if (file !== undefined)
    throw new ConfigError(
      `serve offers the games and takes no file such as ${file} (did you mean "serve-model"? It offers the model of a checkpoint)`,
    )
  const { game, horizon, host, port, allowKeyless, maxSessions, idle, rate, maxPixels, seed } = flags
  const server = await serveGym({
    ...{ host, port, key: await keyOf(flags), allowKeyless, maxSessions, idleTimeout: idle * 1000, rate, maxPixels, seed },
    horizon: horizon === 0 ? null : horizon,
    hiddenSeeds: flags.hiddenSeeds === true,
    ...(game !== undefined && { game }),
  })
  if (flags.json) printJson({ url: server.url, games: server.games })
  else printLines([`${server.games.join(', ')} at ${server.url} (OpenEnv: ${server.url.replace('http', 'ws')}/ws)`, 'Ctrl-C stops it'])
  if (flags.endWithStdin) stopWithInput()
  await serveUntilInterrupted(server, 'stopping; clients are told')
}
