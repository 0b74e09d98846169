/** `vlm-gym mcp`: the games as tools for agents, over stdio or HTTP. */
import type { Command } from 'commander'
import { deriveSeed } from '../../rng.ts'
import { GYM_SERVER_DEFAULTS, type McpHost, mcpOverStdio, offerOf, serveMcp } from '../../server/index.ts'
import { withPictures, withPlugins } from '../extras-options.ts'
import { serveUntilInterrupted } from '../interrupt.ts'
import { keyOf, withKey } from '../key-options.ts'
import { wholeNumber, withExamples, withJson, withSeed } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'
import type { ServeFlags } from './serve.ts'

interface McpFlags extends ServeFlags {
  readonly http?: boolean
}

/** Options and action of `mcp`. */
export function defineMcp(command: Command): void {
  const { horizon, maxSessions, idleTimeout, rate } = GYM_SERVER_DEFAULTS
  command.option('--game <id>', 'game of new_game without a name (default: the first of `vlm-gym games`)')
  command.option('--horizon <moves>', 'moves a game at most; 0: no limit', wholeNumber(0), horizon)
  command.option('--http', 'listen at an address instead of speaking over standard input and output')
  command.option('--host <address>', 'address for --http; anything but loopback lets other machines in, and needs a key', '127.0.0.1')
  command.option('--port <n>', 'port for --http; 0 picks a free one', wholeNumber(0, 65_535), 8766)
  withKey(command)
  command.option('--max-sessions <n>', 'conversations that may be open at once, with --http', wholeNumber(1, 1_000_000), maxSessions)
  command.option(
    '--idle <seconds>',
    'a conversation without a request for so long ends, with --http',
    wholeNumber(1, 86_400),
    idleTimeout / 1000,
  )
  command.option('--rate <n>', 'requests a second of a connection, with --http; more wait', wholeNumber(1, 1_000_000), rate)
  withSeed(command, 'the games of new_game without a seed of their own')
  withPlugins(command)
  withPictures(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym mcp', 'for an agent that starts it: {"command": "vlm-gym", "args": ["mcp"]} in its list of MCP servers'],
    ['vlm-gym mcp --http', 'at http://127.0.0.1:8766/mcp; Ctrl-C stops it'],
    ['vlm-gym mcp --http --host 0.0.0.0 --key-file gym.key', 'for other machines, which send the header Authorization: Bearer KEY'],
  ])
  command.action(mcpCommand)
}

async function mcpCommand(flags: McpFlags): Promise<void> {
  const { game, horizon, host, port, seed, maxSessions, idle, rate } = flags
  const offer = await offerOf({ horizon: horizon === 0 ? null : horizon, ...(game !== undefined && { game }) })
  let games = 0
  const common: McpHost = { offer, nextSeed: () => deriveSeed(seed, 'mcp', games++) }
  if (!flags.http) return mcpOverStdio(common)
  const server = await serveMcp({ ...common, host, port, key: await keyOf(flags), rate, maxSessions, idleTimeout: idle * 1000 })
  if (flags.json) printJson({ url: server.url })
  else printLines([`MCP at ${server.url}`, 'Ctrl-C stops it'])
  await serveUntilInterrupted(server, 'stopping')
}
