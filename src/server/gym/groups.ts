/**
 * Scoring of groups without sessions: state tokens and replies go in, scores, rewards and the tokens after each reply come out. Any server gives the
 * same answer, so that reward workers scale out behind a load balancer.
 */
import * as z from 'zod'
import { StateError } from '../../errors.ts'
import type { AnyGame, StepResult } from '../../game.ts'
import {
  decodeState,
  type EnvSnapshot,
  type ExpertScores,
  encodeAndHash,
  type LifeSpec,
  momentAfter,
  playGroup,
  rewardConfig,
  rewardOf,
  rewardScores,
  specFields,
  stateHash,
} from '../../gym/index.ts'
import { ApiError } from '../api-error.ts'
import { columnsOf, columnsSchema } from './columns.ts'
import { nodeDigest } from './digest.ts'
import type { Offer } from './plan.ts'
import { wireScore } from './session.ts'
import { rewardPartsSchema, scoreSchema } from './wire.ts'

/** Groups of a request, and replies of a group, at most. */
const MOST = 65_536

const groupSchema = z.strictObject({
  state: z.string().describe('state token that every reply is played from'),
  replies: z.array(z.string()).max(MOST).describe('whole replies of the model; what cannot be read is scored, not refused'),
  steps: z.number().int().min(0).default(0).describe('replies played before; counts for the horizon'),
  seed: z.number().int().optional().describe('of the chance of each reply; with chance independent'),
})

/** Body of POST /v1/groups. */
export const groupsRequest = z.strictObject({
  groups: z.array(groupSchema).min(1).max(MOST),
  chance: z
    .enum(['shared', 'independent'])
    .default('shared')
    .describe('shared: equal actions have equal results. independent: a chance for each reply'),
  reward: rewardConfig.prefault({}),
  horizon: specFields.horizon.nullable().default(null),
  restart: specFields.restart.default(false),
  tokens: z.boolean().default(true).describe('state token and hash after each reply'),
  expert: z.boolean().default(false).describe('with each group, what the expert of the reward thinks of every legal action'),
  columns: z
    .boolean()
    .default(false)
    .describe('each field of the answer as one list over all replies, those of the first group first: shorter, and ready for arrays'),
})
type GroupsRequest = z.output<typeof groupsRequest>

const groupReplySchema = z.object({
  score: scoreSchema,
  reward: z.number().describe('training reward by the RewardSpec'),
  reward_parts: rewardPartsSchema,
  terminated: z.boolean(),
  truncated: z.boolean(),
  restarted: z.boolean(),
  state: z.string().nullable().describe('state token after the reply, with what feedback needs; null when tokens are off'),
  hash: z.string().nullable(),
})
/** What one reply of a group came to. */
type GroupReply = z.output<typeof groupReplySchema>

const groupFields = {
  game: z.string(),
  hash: z.string().nullable().describe('of the state that the replies were played from; null when tokens are off'),
  expert: z
    .record(z.string(), z.number())
    .nullable()
    .optional()
    .describe('points by canonical text of the action; null where there is no such expert or no legal action; absent when not asked for'),
} as const
interface Group {
  readonly game: string
  readonly hash: string | null
  readonly expert?: Readonly<Record<string, number>> | null
  readonly replies: readonly GroupReply[]
}

const groupColumns = z.object({
  groups: z.object({
    game: z.array(groupFields.game),
    hash: z.array(groupFields.hash),
    expert: z.array(groupFields.expert.unwrap()).optional(),
    replies: z.array(z.number().int()).describe('how many replies each has'),
  }),
  replies: columnsSchema(groupReplySchema),
})

/** The answer without columns. */
export const rowsResponse = z.object({ groups: z.array(z.object({ ...groupFields, replies: z.array(groupReplySchema) })) })
export type RowsResponse = z.output<typeof rowsResponse>

/** Answer of POST /v1/groups: in the order of the request. */
export const groupsResponse = z.union([rowsResponse, groupColumns.describe('with columns')])

/** Scores every group. Throws ApiError that names the group at fault; then nothing is lost, since nothing is kept. */
export function scoreGroups({ games }: Offer, request: GroupsRequest): z.output<typeof groupsResponse> {
  const groups = request.groups.map(({ state: token, replies, steps, seed }, at) => {
    const { game, state, last } = decoded(token, games, `groups[${at}].state`)
    if (request.chance === 'independent' && seed === undefined)
      throw new ApiError(
        422,
        `groups[${at}].seed is missing (independent chance needs a whole number)`,
        `groups[${at}].seed`,
        'VALIDATION_ERROR',
      )
    const { reward } = request
    const scores = request.expert || reward.signal !== 'paper' ? rewardScores(reward, game, state) : null
    const played = scoredReplies(request, game, { state, last, steps, return: 0 }, scores, replies, seed)
    const hash = request.tokens ? stateHash(game, state, nodeDigest) : null
    return { game: game.id, hash, ...(request.expert && { expert: scores && Object.fromEntries(scores) }), replies: played }
  })
  return request.columns ? inColumns(groups) : { groups }
}

function inColumns(groups: readonly Group[]): z.output<typeof groupColumns> {
  return {
    groups: {
      game: groups.map(({ game }) => game),
      hash: groups.map(({ hash }) => hash),
      ...(groups[0]?.expert !== undefined && { expert: groups.map(({ expert = null }) => expert) }),
      replies: groups.map(({ replies }) => replies.length),
    },
    replies: columnsOf(
      groupReplySchema,
      groups.flatMap(({ replies }) => replies),
    ) as z.output<typeof groupColumns>['replies'],
  }
}

function decoded(token: string, games: Offer['games'], at: string): ReturnType<typeof decodeState> {
  try {
    return decodeState(token, games, nodeDigest)
  } catch (error) {
    if (error instanceof StateError) throw new ApiError(422, `${at}: ${error.message}`, at, 'VALIDATION_ERROR')
    throw error
  }
}

function scoredReplies(
  { chance, tokens, reward: how, horizon, restart }: GroupsRequest,
  game: AnyGame,
  now: EnvSnapshot,
  scores: ExpertScores,
  replies: readonly string[],
  seed: number | undefined,
): GroupReply[] {
  const life = { game, config: game.rules.configOf(now.state), horizon, restart }
  // With shared chance, equal actions have one result: it is followed and encoded once.
  const followed = new Map<string | null, Followed>()
  return playGroup(game, now.state, replies, { chance, ...(seed !== undefined && { seed }) }).map(({ score, result }) => {
    const next = (chance === 'shared' && followed.get(score.action)) || follow(life, now, result, tokens)
    followed.set(score.action, next)
    const parts = rewardOf(how, score, scores)
    const { terminated, truncated, restarted, state, hash } = next
    return { score: wireScore(score), reward: parts.total, reward_parts: parts, terminated, truncated, restarted, state, hash }
  })
}

type Followed = Pick<GroupReply, 'terminated' | 'truncated' | 'restarted' | 'state' | 'hash'>

function follow(life: LifeSpec, now: EnvSnapshot, result: StepResult<unknown>, tokens: boolean): Followed {
  const { snapshot, ending, restarted } = momentAfter(life, now, result)
  const { token = null, hash = null } = tokens ? encodeAndHash(life.game, snapshot.state, snapshot.last, nodeDigest) : {}
  return { terminated: ending === 'terminated', truncated: ending === 'truncated', restarted, state: token, hash }
}
