/** The gym as MCP tools: new_game, look, act. A server is one conversation and holds one episode; pictures are image content. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod'
import { VlmGymError } from '../../errors.ts'
import { formatReply } from '../../gym/index.ts'
import { packageVersion } from '../../version.ts'
import { ApiError } from '../api-error.ts'
import { base64Of } from '../gym/picture.ts'
import { planOf } from '../gym/plan.ts'
import { readReset } from '../gym/reset-request.ts'
import { type RawEnvelope, Session } from '../gym/session.ts'
import type { McpHost } from './mcp-host.ts'

const level = z.number().int().min(0).max(5).optional()

/** Where an episode stands, for programs: what the picture shows is left out. */
const standing = {
  game: z.string(),
  reward: z.number().nullable().describe('environment reward of the move; null before the first'),
  return: z.number().describe('environment rewards so far'),
  steps: z.number().int(),
  outcome: z.enum(['played', 'illegal', 'unreadable']).nullable(),
  perception: z.number().nullable().describe('0..1: how far the perception that was given agrees with the board; null if none was'),
  terminated: z.boolean().describe('the game is over'),
  truncated: z.boolean().describe('the limit of moves is reached'),
} as const

/** A server with the tools, not yet connected. */
export function mcpGame({ offer, nextSeed, metrics }: McpHost): McpServer {
  const server = new McpServer({ name: 'vlm-gym', title: 'VLM-Gym', version: packageVersion() })
  const games = offer.games.map(({ id }) => id)
  let session: Session | undefined
  const playing = (): Session => {
    if (session !== undefined) return session
    throw new ApiError(422, 'no game has begun; call new_game first')
  }
  const newGame = {
    title: 'New game',
    description: `Starts a visual game and shows its first picture. Games: ${games.join(', ')}. A game that is being played is given up.`,
    inputSchema: {
      game: z
        .string()
        .optional()
        .describe(`one of ${games.join(', ')}; absent: ${offer.game.id}`),
      seed: z.number().int().min(0).optional().describe('decides the board; absent: a new one'),
      perception: level.describe('how hard it is to see: 0, easy, to 5'),
      reasoning: level.describe('how hard it is to play: 0, easy, to 5'),
    },
    outputSchema: standing,
  }
  server.registerTool('new_game', newGame, (asked) =>
    told(() => {
      const seed = asked.seed ?? nextSeed()
      const request = readReset({ ...asked, seed, tokens: false })
      session = new Session('mcp', planOf(offer, request, seed), request, seed)
      metrics?.resets.inc()
      return result(session, session.rawBegin(), rulesOf(session))
    }),
  )
  const look = {
    title: 'Look',
    description: 'Shows the board of the game that is being played, and its rules. Changes nothing.',
    outputSchema: standing,
  }
  server.registerTool('look', { ...look, annotations: { readOnlyHint: true } }, () =>
    told(() => result(playing(), playing().rawBegin(), rulesOf(playing()))),
  )
  const act = {
    title: 'Act',
    description: 'Plays one move and shows the board after it. What cannot be read as a move is counted as such, and the board stays.',
    inputSchema: {
      answer: z.string().describe('the move, as the rules of new_game and look say'),
      perception: z.string().optional().describe('the board as you see it, as the rules say; is scored'),
    },
    outputSchema: standing,
  }
  server.registerTool('act', act, ({ answer, perception }) =>
    told(() => {
      const played = playing().rawStep(formatReply({ perception: perception ?? '', think: '', answer }))
      metrics?.steps.inc()
      return result(playing(), played, played.envelope.observation.feedback, perception !== undefined)
    }),
  )
  return server
}

/** The rules of a game, and how a move is written. */
function rulesOf({ spec }: Session): string {
  const { game, config, skin } = spec
  const seen = game.perception.layout(config)
  const said = game.answer.layout(config)
  return `${game.text.rules(config, skin)}\n\nTo move, call act. In answer, ${said.how}. In perception, which may be left out, ${seen.how}.`
}

function result({ spec }: Session, { envelope, picture }: RawEnvelope, text: string, seen: boolean = false): CallToolResult {
  const { metadata, terminated, truncated } = envelope
  const { score, steps } = metadata
  const structured = {
    ...{ game: spec.game.id, reward: score === null ? null : score.game_reward, return: metadata.return, steps },
    ...{
      outcome: score === null ? null : score.outcome,
      perception: seen && score !== null ? score.perception_cells : null,
      terminated,
      truncated,
    },
  }
  const problem = score?.problem ?? ''
  const end = terminated ? 'The game is over.' : truncated ? 'The limit of moves is reached.' : ''
  const words = [text, score?.outcome === 'unreadable' ? problem : '', `Moves: ${steps}. Points: ${metadata.return}.`, end]
  const image = picture === null ? [] : [{ type: 'image' as const, data: base64Of(picture.png), mimeType: 'image/png' }]
  return { content: [...image, { type: 'text', text: words.filter((one) => one !== '').join('\n\n') }], structuredContent: structured }
}

/** What a tool says; a refusal is told to the model. */
function told(work: () => CallToolResult): CallToolResult {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof VlmGymError)) throw error
    return { content: [{ type: 'text', text: error.message }], isError: true }
  }
}
