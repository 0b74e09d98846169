/** What the OpenAPI document tells of a route. */
import type * as z from 'zod'

/** Method, path and schemas. A part of the path in braces is a parameter. */
export interface RouteDoc {
  readonly method: 'get' | 'post' | 'delete'
  readonly path: string
  readonly summary: string
  readonly request?: z.ZodType
  readonly response?: z.ZodType
}
