import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { expect, it } from 'vitest'
import { JsonTransport } from './json-transport.ts'

const post = (body: object, session?: string): Request =>
  new Request('http://127.0.0.1/mcp', {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...(session !== undefined && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-06-18' }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  })

it('forgets requests that are answered, and keeps those that are open', async () => {
  const transport = new JsonTransport({ sessionIdGenerator: () => 'one' })
  const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } })
  await server.connect(transport)
  const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  const begun = await transport.handleRequest(post({ id: 0, method: 'initialize', params: client }))
  expect(begun.status).toBe(200)
  expect(transport.kept).toBe(0)

  // A request that the server answers later than the ones behind it.
  let answer: () => void = () => {}
  const waits = new Promise<void>((resolve) => {
    answer = resolve
  })
  server.fallbackRequestHandler = async ({ method }) => {
    if (method === 'slow') await waits
    return { method }
  }
  const slow = transport.handleRequest(post({ id: 1, method: 'slow' }, 'one'))
  for (let id = 2; id < 20; id++) {
    const quick = await transport.handleRequest(post({ id, method: 'quick' }, 'one'))
    expect(await quick.json()).toMatchObject({ id, result: { method: 'quick' } })
  }
  expect(transport.kept).toBe(1)
  answer()
  expect(await (await slow).json()).toMatchObject({ id: 1, result: { method: 'slow' } })
  expect(transport.kept).toBe(0)
  await server.close()
})
