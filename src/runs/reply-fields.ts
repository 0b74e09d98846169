/** Fields of a reply that is kept in a JSON-lines file, as evaluations and data sets write them. */
import * as z from 'zod'
import type { Reply } from '../policy.ts'

const usage = z.object({
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  cost: z.number().nullable(),
  seconds: z.number(),
  requests: z.number().int().nonnegative(),
})

/** Why a reply stopped; see Finish of the policy contract. */
export const finish = z.enum(['stop', 'length', 'filtered', 'refused', 'tool-call', 'error', 'other'])
/** How a reply was put together; see Assembly of the policy contract. */
export const assembly = z.enum(['joined', 'from-reasoning', 'perception-dropped', 'thoughts-removed'])

/** To put into the schema of a line. `raw`: what the server sent; its `content` is absent where it is the text itself. */
export const replyFields = {
  text: z.string(),
  finish: finish.optional(),
  assembly: assembly.optional(),
  raw: z.object({ content: z.string().nullable().optional(), reasoning: z.string().nullable(), finish: z.string().nullable() }).optional(),
  usage: usage.optional(),
} as const

const keptReply = z.object(replyFields)
/** A reply as it stands in a file. */
export type KeptReply = z.output<typeof keptReply>

/** The reply of a line. */
export function replyOf({ text, usage, finish, assembly, raw }: KeptReply): Reply {
  return {
    text,
    ...(finish && { finish }),
    ...(assembly && { assembly }),
    ...(raw && { raw: { ...raw, content: raw.content === undefined ? text : raw.content } }),
    ...(usage && { usage }),
  }
}

/** The fields of a reply that are kept: a content that is the text is written once. */
export function keptFields({ text, finish, assembly, raw, usage }: Reply): object {
  const { content, ...rest } = raw ?? {}
  return {
    text,
    ...(finish && { finish }),
    ...(assembly && { assembly }),
    ...(raw && { raw: content === text ? rest : raw }),
    ...(usage && { usage }),
  }
}
