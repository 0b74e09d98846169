/** What the server sends, as schemas: the types below, /schema and the OpenAPI page come from here. */
import * as z from 'zod'

/** What the player sees. Never the state: that stands in the metadata, which is for the trainer. */
export const observationSchema = z.object({
  game: z.string().describe('id of the game'),
  text: z.string().describe('the prompt, which ends with the feedback on the last move where that is on'),
  prefix: z.string().nullable().describe('how the reply begins, if it has begun: a caption under a brief prompt'),
  feedback: z.string().describe('what the last move did; empty before the first'),
  image: z.string().nullable().describe('the picture: a PNG in Base64 or as a data URL; null when none is asked for'),
  image_mime: z.string().nullable().describe('image/png'),
  width: z.number().int().nullable().describe('of the picture, pixels'),
  height: z.number().int().nullable(),
  image_tokens: z.number().int().describe('tokens that Qwen3-VL makes of the picture; 0 without one'),
  text_tokens: z.number().int().describe('estimate: a token for every four characters'),
  legal_actions: z.array(z.string()).nullable().describe('canonical answers of the legal actions, when asked for; else null'),
})
/** What the player sees. */
export type WireObservation = z.output<typeof observationSchema>

/** A scored reply. */
export const scoreSchema = z.object({
  format: z.number().describe('1: the reply keeps to the layout'),
  perception_exact: z.number().describe('1: its perception is wholly true'),
  perception_cells: z.number().describe('0..1: how far its perception agrees with the truth'),
  think: z.number().describe('0..1: share of true statements in its thoughts'),
  outcome: z.enum(['played', 'illegal', 'unreadable']),
  action: z.string().nullable().describe('canonical text of the action; null when unreadable'),
  game_reward: z.number().describe('environment reward of the paper'),
  boundary: z.string().nullable().describe('where it stopped short of a legal move: parse or game; null if it was played'),
  problem: z.string().nullable().describe('why, in a sentence'),
})
/** A scored reply. */
export type WireScore = z.output<typeof scoreSchema>

/** A reward and what its parts add to it. */
export const rewardPartsSchema = z.object({
  total: z.number(),
  perception: z.number(),
  think: z.number(),
  answer: z.number().describe('the move, its legality and the format'),
})

/** What trainers want to know beside the observation. */
export const metadataSchema = z.object({
  episode_id: z.string(),
  seed: z.number().int().nullable().describe('of the first game; null for an episode that began at a state token'),
  steps: z.number().int().describe('replies played'),
  return: z.number().describe('environment rewards so far'),
  restarted: z.boolean().describe('a game ended with this step and a fresh one follows in the same episode'),
  score: scoreSchema.nullable().describe('of the reply; null after a reset, and for a reply after the end'),
  reward_parts: rewardPartsSchema.nullable(),
  state: z.string().nullable().describe('state token; null when tokens are off'),
  hash: z.string().nullable().describe('equal if and only if the states are; null when tokens are off'),
})

/** The answer to a reset and to a step. */
export const envelopeSchema = z.object({
  observation: observationSchema,
  reward: z.number().nullable().describe('training reward of the reply by the RewardSpec; null after a reset, 0 after the end'),
  done: z.boolean().describe('terminated or truncated'),
  terminated: z.boolean().describe('the episode ended with its game'),
  truncated: z.boolean().describe('the horizon cut the episode, which could have gone on'),
  metadata: metadataSchema,
})
/** The answer to a reset and to a step. */
export type Envelope = z.output<typeof envelopeSchema>

/** Where a session stands. */
export const stateSchema = z.object({
  episode_id: z.string().nullable(),
  step_count: z.number().int(),
  game: z.string().nullable(),
  seed: z.number().int().nullable(),
  return: z.number(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  state: z.string().nullable().describe('state token'),
  hash: z.string().nullable(),
  snapshot: z.record(z.string(), z.unknown()).nullable().describe('a reset with these fields goes on from here, in this server or another'),
})
/** Where a session stands. */
export type WireState = z.output<typeof stateSchema>

/** An action: the model's reply as it is. What cannot be read is scored, not refused. */
export const actionSchema = z.strictObject({
  text: z.string().describe('the whole reply of the model'),
  metadata: z.record(z.string(), z.unknown()).optional().describe('taken and not used'),
})
