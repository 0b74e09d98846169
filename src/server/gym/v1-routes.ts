/** What the server does beyond OpenEnv: many sessions in one request, fork, snapshot and restore, and scoring of groups without sessions. */
import type { Context, Hono } from 'hono'
import * as z from 'zod'
import { jsonBody } from '../json-body.ts'
import { FRAMES_TYPE, packFrames } from './frames.ts'
import { groupsRequest, groupsResponse, scoreGroups } from './groups.ts'
import { checked, MAX_ID, readReset, resetRequest } from './reset-request.ts'
import type { RouteDoc } from './route-doc.ts'
import type { RawEnvelope, Session } from './session.ts'
import { shown } from './session.ts'
import { checkAnswer, type Sessions } from './sessions.ts'
import { TextTable, textsField, toldEnvelope, withText } from './text-table.ts'
import { envelopeSchema } from './wire.ts'

/** Sessions of one request at most. */
const MOST = 65_536

const resetsRequest = z.strictObject({
  resets: z.array(z.unknown()).min(1).max(MOST).describe('a reset for each session, as POST /reset takes it'),
  texts: textsField,
})
const stepsRequest = z.strictObject({
  steps: z
    .array(
      z.strictObject({ id: z.string().max(MAX_ID).describe('episode_id of the session'), text: z.string().describe('the whole reply') }),
    )
    .min(1)
    .max(MOST),
  texts: textsField,
})
const forkRequest = z.strictObject({
  count: z.number().int().min(1).max(MOST).default(1).describe('sessions that go on from this moment, each by itself'),
  texts: textsField,
})
const results = z.object({
  results: z.array(toldEnvelope).describe('in the order of the request'),
  texts: z.array(z.string()).optional().describe('where texts are shared: those of all observations, each once'),
})
const snapshotResponse = z.object({ snapshot: z.record(z.string(), z.unknown()).describe('a reset that goes on from here') })

/** The routes, for the document. */
export const V1_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/v1/groups',
    summary: 'scores replies from state tokens; keeps nothing',
    request: groupsRequest,
    response: groupsResponse,
  },
  {
    method: 'post',
    path: '/v1/sessions',
    summary: `starts many sessions; in one binary body with Accept: ${FRAMES_TYPE}`,
    request: resetsRequest,
    response: results,
  },
  {
    method: 'post',
    path: '/v1/step',
    summary: `a step of many sessions; in one binary body with Accept: ${FRAMES_TYPE}`,
    request: stepsRequest,
    response: results,
  },
  {
    method: 'post',
    path: '/v1/sessions/{id}/fork',
    summary: 'more sessions from the moment of one',
    request: forkRequest,
    response: results,
  },
  { method: 'get', path: '/v1/sessions/{id}/snapshot', summary: 'the moment of a session as plain JSON', response: snapshotResponse },
  {
    method: 'post',
    path: '/v1/sessions/{id}/restore',
    summary: 'a session goes on from a snapshot, its own or another’s',
    request: resetRequest,
    response: envelopeSchema,
  },
  { method: 'delete', path: '/v1/sessions/{id}', summary: 'ends a session' },
]

/** Adds the routes. */
export function v1Routes(app: Hono, sessions: Sessions): void {
  app.post('/v1/groups', async (c) => {
    const request = checked(groupsRequest, await jsonBody(c.req.raw))
    const scored = scoreGroups(sessions.offer, request)
    sessions.metrics.groups.inc(request.groups.length)
    sessions.metrics.groupReplies.inc(request.groups.reduce((sum, { replies }) => sum + replies.length, 0))
    return c.json(scored)
  })
  app.post('/v1/sessions', async (c) => {
    const { resets, texts } = checked(resetsRequest, await jsonBody(c.req.raw))
    const requests = resets.map((one, at) => readReset(one, `resets[${at}]`))
    return answered(
      c,
      sessions.beginAll(requests).map((session) => [session, session.rawBegin()]),
      texts,
    )
  })
  app.post('/v1/step', async (c) => {
    const { steps, texts } = checked(stepsRequest, await jsonBody(c.req.raw))
    // Every session is found before any is moved, so that a refused request has changed nothing.
    const found = steps.map(({ id }, at) => sessions.get(id, `steps[${at}].id`))
    checkAnswer(found)
    sessions.metrics.steps.inc(found.length)
    return answered(
      c,
      found.map((session, at) => [session, session.rawStep(steps[at]?.text as string)]),
      texts,
    )
  })
  app.post('/v1/sessions/:id/fork', async (c) => {
    const { count, texts } = checked(forkRequest, await jsonBody(c.req.raw))
    return answered(
      c,
      sessions.fork(c.req.param('id'), count).map((session) => [session, session.rawBegin()]),
      texts,
    )
  })
  app.get('/v1/sessions/:id/snapshot', (c) => c.json({ snapshot: sessions.get(c.req.param('id'), 'id').state().snapshot }))
  app.post('/v1/sessions/:id/restore', async (c) => {
    const id = c.req.param('id')
    sessions.get(id, 'id')
    return c.json(sessions.begin({ ...readReset(await jsonBody(c.req.raw)), episode_id: id }).begin())
  })
  app.delete('/v1/sessions/:id', (c) => {
    sessions.close(c.req.param('id'))
    return c.json({ closed: c.req.param('id') })
  })
}

/** The answers of many sessions, in the form that is asked for. */
function answered(c: Context, answers: readonly (readonly [Session, RawEnvelope])[], texts: 'each' | 'shared'): Response {
  const table = texts === 'shared' ? new TextTable() : null
  if (c.req.header('accept')?.includes(FRAMES_TYPE)) {
    const raws = answers.map(([, raw]) => raw)
    return new Response(packFrames(raws, table), { headers: { 'content-type': FRAMES_TYPE } })
  }
  const results = answers.map(([session, raw]) => withText(shown(raw, session.view), table))
  return c.json({ ...(table !== null && { texts: table.texts }), results })
}
