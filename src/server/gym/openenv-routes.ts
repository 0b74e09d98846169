/** OpenEnv over HTTP: health, metadata, schema, state, reset and step. Episodes are named by `episode_id`; OpenEnv's own clients play over /ws. */
import type { Hono } from 'hono'
import * as z from 'zod'
import { packageVersion } from '../../version.ts'
import { jsonBody } from '../json-body.ts'
import { EMPTY_STATE } from './openenv-socket.ts'
import { checked, MAX_ID, readReset, resetRequest } from './reset-request.ts'
import type { Sessions } from './sessions.ts'
import { actionSchema, observationSchema, stateSchema } from './wire.ts'

/** Body of POST /step. */
export const stepRequest = z.strictObject({
  episode_id: z.string().max(MAX_ID).describe('as POST /reset was given it or answered it, in metadata.episode_id'),
  action: actionSchema,
  timeout_s: z.number().nullish().describe('taken and not used'),
  request_id: z.string().nullish().describe('taken and not used'),
})

/** Adds the routes. */
export function openEnvRoutes(app: Hono, sessions: Sessions): void {
  const games = sessions.offer.games.map(({ title }) => title)
  app.get('/health', (c) =>
    c.json({ status: 'healthy', version: packageVersion(), sessions: sessions.open, max_sessions: sessions.limits.maxSessions }),
  )
  app.get('/metadata', (c) =>
    c.json({
      name: 'vlm-gym',
      description: `Visual games for vision-language models, chosen at reset: ${games.join(', ')}.`,
      version: packageVersion(),
    }),
  )
  let schemas: object | undefined
  app.get('/schema', (c) => {
    schemas ??= {
      ...{ action: schemaOf(actionSchema, 'GameAction'), observation: schemaOf(observationSchema, 'GameObservation') },
      ...{ state: schemaOf(stateSchema, 'GameState'), reset: schemaOf(resetRequest, 'GameReset') },
    }
    return c.json(schemas)
  })
  app.get('/state', (c) => {
    const id = c.req.query('episode_id')
    return c.json(id === undefined ? EMPTY_STATE : sessions.get(id, 'episode_id').state())
  })
  app.post('/reset', async (c) => c.json(sessions.begin(readReset(await jsonBody(c.req.raw))).begin()))
  app.post('/step', async (c) => {
    const { episode_id, action } = checked(stepRequest, await jsonBody(c.req.raw))
    const session = sessions.get(episode_id, 'episode_id')
    sessions.metrics.steps.inc()
    return c.json(session.step(action.text))
  })
}

/** A schema as JSON Schema, under a title. */
export function schemaOf(schema: z.ZodType, title: string): { readonly [key: string]: unknown } {
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), title }
}
