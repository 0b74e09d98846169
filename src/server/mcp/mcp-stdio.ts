/** MCP over standard input and output, for an agent that starts the program. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { mcpGame } from './mcp-game.ts'
import type { McpHost } from './mcp-host.ts'

/** Speaks until the other end closes standard input. Nothing else may be printed. */
export async function mcpOverStdio(host: McpHost): Promise<void> {
  const server = mcpGame(host)
  const ended = new Promise<void>((resolve) => process.stdin.once('end', resolve).once('close', resolve))
  await server.connect(new StdioServerTransport())
  await ended
  await server.close()
}
