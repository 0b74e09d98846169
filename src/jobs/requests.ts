/** What run folders and data sets keep of the changes to requests. */
import * as z from 'zod'
import type { KeptEdits } from '../policies/endpoints.ts'

/** No changes. */
export const NO_REQUEST: KeptEdits = { body: {}, headers: [], query: [] }

/** What changes of requests a run folder or data set keeps. */
export const keptRequest = z
  .object({
    body: z.record(z.string(), z.unknown()).readonly(),
    headers: z.array(z.string()).readonly(),
    query: z.array(z.string()).readonly(),
  })
  .default({ body: {}, headers: [], query: [] })
  .describe('changes to every request; of headers the names, of secrets nothing')
export type KeptRequest = z.output<typeof keptRequest>
