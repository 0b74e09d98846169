/** The OpenAPI document of the server, from the schemas that check requests and type answers; and a page that shows it. */
import * as z from 'zod'
import { packageVersion } from '../../version.ts'
import { stepRequest } from './openenv-routes.ts'
import { resetRequest } from './reset-request.ts'
import type { RouteDoc } from './route-doc.ts'
import { V1_ROUTES } from './v1-routes.ts'
import { envelopeSchema, stateSchema } from './wire.ts'

/** OpenEnv's routes. */
const ROUTES: readonly RouteDoc[] = [
  { method: 'get', path: '/health', summary: 'whether it runs, its version, and how many sessions are open; asks for no key' },
  { method: 'get', path: '/metadata', summary: 'name, version and games' },
  { method: 'get', path: '/schema', summary: 'JSON Schemas of action, observation, state and reset' },
  { method: 'get', path: '/state', summary: 'where the episode of ?episode_id= stands, with a snapshot', response: stateSchema },
  {
    method: 'post',
    path: '/reset',
    summary: 'starts an episode that requests name by episode_id',
    request: resetRequest,
    response: envelopeSchema,
  },
  { method: 'post', path: '/step', summary: 'plays a reply', request: stepRequest, response: envelopeSchema },
  { method: 'post', path: '/mcp', summary: 'MCP over streamable HTTP: the tools new_game, look and act' },
  { method: 'get', path: '/metrics', summary: 'what the server counts, as Prometheus reads it' },
  { method: 'get', path: '/openapi.json', summary: 'this document' },
  { method: 'get', path: '/docs', summary: 'this document as a page' },
]

/** Every route of the server. */
export const routeDocs = (): readonly RouteDoc[] => [...ROUTES, ...V1_ROUTES]

type Json = { readonly [key: string]: unknown }

/** The document. The WebSocket at /ws is described in its text: OpenAPI has no place for it. */
export function openApi(): Json {
  const paths: { [path: string]: { [method: string]: Json } } = {}
  for (const route of routeDocs()) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'vlm-gym',
      version: packageVersion(),
      description:
        'Visual games for vision-language models. WebSocket /ws speaks OpenEnv: {"type":"reset","data":{…}}, {"type":"step","data":{"text":"…"}}, {"type":"state"}, {"type":"close"}.',
    },
    paths,
  }
}

function operation({ path, summary, request, response }: RouteDoc): Json {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(request && { requestBody: { required: true, content: content(request, 'input') } }),
    responses: {
      200: { description: 'done', ...(response && { content: content(response, 'output') }) },
      ...(parameters.length > 0 && { 404: { description: 'there is no such session' } }),
      ...(request && { 422: { description: 'a field is wrong; detail names it, the reason and the remedy' } }),
    },
  }
}

function content(schema: z.ZodType, io: 'input' | 'output'): Json {
  return { 'application/json': { schema: z.toJSONSchema(schema, { io, unrepresentable: 'any' }) } }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A page without scripts: every route with its schemas. */
export function openApiPage(): string {
  const sections = routeDocs().map((route) => {
    const part = (title: string, schema: z.ZodType | undefined): string =>
      schema === undefined ? '' : `<details><summary>${title}</summary><pre>${escaped(schemaText(schema))}</pre></details>`
    const head = `<h2><code>${route.method.toUpperCase()} ${route.path}</code></h2><p>${escaped(route.summary)}</p>`
    return `${head}${part('request', route.request)}${part('answer', route.response)}`
  })
  const style =
    'body{font:16px/1.5 system-ui;max-width:52rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto;background:#f4f4f4;padding:1rem}'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>vlm-gym</title><style>${style}</style><h1>vlm-gym</h1><p>As JSON: <a href="/openapi.json">openapi.json</a>. WebSocket: <code>/ws</code>.</p>${sections.join('\n')}</html>`
}

function schemaText(schema: z.ZodType): string {
  const { $schema: _, ...text } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return JSON.stringify(text, null, 2)
}
