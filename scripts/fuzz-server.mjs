/**
 * Fuzzes `vlm-gym serve`: every route of its OpenAPI document, every message of its sockets, MCP, and bytes that are no HTTP at all.
 *
 *     npm run fuzz -- --cases 10000 --seed 1
 *
 * Cases are decided by the seed: requests by the server's own schemas with some values put wrong, texts with characters changed, state tokens
 * that were forged, and random bytes. The server must answer each (status below 500, or 503 when it is full), keep running, write nothing to its
 * log, and tell neither a path of this machine nor its key. Exit code 1 and the case as JSON where it does not.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { Client as HttpClient } from 'undici'
import { loadGames } from 'vlm-gym'
import { encodeState } from 'vlm-gym/gym'
import { THEMES } from 'vlm-gym/render'
import { WebSocket } from 'ws'
import { positive, root, startServer } from './server-under-test.mjs'

const { values: flags } = parseArgs({ options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } } })
const cases = Math.ceil(positive('cases', flags.cases))
const seed = Math.floor(positive('seed', flags.seed))

/** Cases that are made at a time. */
const CHUNK = 512
/** Milliseconds for an answer. */
const PATIENCE = 30_000
const MAX_SESSIONS = 200

const games = await loadGames()

// ---- the server -----------------------------------------------------------------------------------------------------------------------

const server = await startServer('--max-sessions', String(MAX_SESSIONS), '--rate', '1000000', '--max-pixels', '300000')
const { url, key } = server
const { hostname, port } = new URL(url)
const { authorization } = server.headers

// ---- what must never be said ------------------------------------------------------------------------------------------------------------

const SECRETS = [root, homedir(), server.folder, 'node_modules', 'node:internal', '/dist/', 'at async ', '\n    at ']

/** A picture's base64 may spell a short path by chance, so it is not searched. */
const PICTURE = /[A-Za-z0-9+/=]{200,}/g

/** Why an answer must not be; null: it may. */
function wrongWith(status, text) {
  if (status >= 500 && !(status === 503 && /CAPACITY_REACHED|conversations are open/.test(text))) return `status ${status}`
  if (text.includes('EXECUTION_ERROR') && text.includes('its log has the reason')) return 'an error that was not foreseen'
  if (text.includes(key)) return 'it tells the key'
  const words = text.replaceAll(PICTURE, '')
  const told = SECRETS.find((one) => words.includes(one))
  return told === undefined ? null : `it tells ${JSON.stringify(told)}`
}

// ---- values -------------------------------------------------------------------------------------------------------------------------------

const IDS = ['a', 'b', 'c', 'd', '../e', 'ü%2F', '__proto__', 'x'.repeat(255)]
const REPLIES = [
  '<perception>\n0 0\n0 0\n</perception>\n<think>\nx\n</think>\n<answer>0</answer>',
  '<perception></perception><rationale></rationale><move>left</move>',
  '<answer>1 2 3 4</answer>',
  '<answer>',
  '</answer><answer>3</answer>',
]
const states = games.map((game) => ({ game, state: game.rules.init(game.config.parse({}), 1) }))
const tokens = states.map(({ game, state }) => encodeState(game, state))

const nastyText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '\0',
      '\ud800',
      '../../etc/passwd',
      '/proc/self/environ',
      'file:///etc/passwd',
      '%2e%2e%2f',
      '__proto__',
      'constructor',
      'toString',
    ],
    ...['{{x}}', '<script>', "' or 1=1 --", '\r\nX: y', '1e999', 'NaN', 'null', 'true', 'random-99999', 'vg1.', 'x'.repeat(5000)],
  ),
)
/** Stands for a value in many brackets, which only a text can have. */
const DEEP = '@deep'
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 0.5, 1e308, -1e308, 2 ** 53, -(2 ** 53), 1e-300, 4294967296))
const junk = fc.oneof(
  { weight: 3, arbitrary: nastyText },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { __proto__: null, toString: 1 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constant(DEEP) },
)

/** A state token with something wrong inside, though its checksum is right; or with characters changed. */
const forged = fc.oneof(
  fc.tuple(fc.constantFrom(...states), fc.nat(20), junk, fc.boolean()).map(([{ game, state }, at, value, within]) => {
    const names = Object.keys(state)
    const name = names[at % names.length]
    const old = state[name]
    const put = within && Array.isArray(old) ? old.map((one, i) => (i === at % old.length ? value : one)) : value
    try {
      return encodeState(game, { ...state, [name]: put })
    } catch {
      return ''
    }
  }),
  fc.tuple(fc.constantFrom(...tokens), fc.nat(500), fc.string({ minLength: 1, maxLength: 2 })).map(([token, at, text]) => {
    const place = at % token.length
    return token.slice(0, place) + text + token.slice(place + 1)
  }),
)

/** Texts that mean something in a field of that name. */
const KNOWN = {
  game: fc.constantFrom(...games.map(({ id }) => id)),
  theme: fc.oneof(
    fc.constantFrom(...Object.keys(THEMES)),
    fc.nat(20).map((at) => `random-${at}`),
  ),
  tile: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 8, max: 32 }) }, { weight: 1, arbitrary: fc.integer({ min: 8, max: 256 }) }),
  preset: fc.constantFrom('paper', 'easy', 'hard', 'laptop'),
  state: fc.oneof(fc.constantFrom(...tokens), forged),
  injected_state: fc.oneof(fc.constantFrom(...tokens), forged),
  episode_id: fc.constantFrom(...IDS),
  id: fc.constantFrom(...IDS),
  text: fc.oneof(fc.constantFrom(...REPLIES), nastyText),
  replies: fc.oneof(fc.constantFrom(...REPLIES), nastyText),
  answer: fc.oneof(fc.constantFrom('0', '1', 'left', '1 1 2 2'), nastyText),
}
const CONFIGS = fc.record(
  {
    ...{ size: fc.integer({ min: 2, max: 7 }), rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) },
    ...{
      kinds: fc.integer({ min: 0, max: 40 }),
      clearable: fc.boolean(),
      pictures: fc.oneof(fc.constant('bundled'), nastyText),
      split: nastyText,
    },
  },
  { requiredKeys: [] },
)

/** Values of a JSON Schema; now and then one that it does not allow. `name`: of the field. */
function valuesOf(schema, name = '') {
  const right = rightValues(schema, name)
  return fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: junk })
}

function rightValues(schema, name) {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => valuesOf(one, name)))
  if (name === 'config') return CONFIGS
  if (name === 'resets') return fc.array(RESET, { minLength: 1, maxLength: 3 })
  if (schema.type === 'object') {
    const { properties = {}, required = [] } = schema
    const names = Object.keys(properties)
    if (names.length === 0) return fc.dictionary(nastyText, junk, { maxKeys: 3 })
    const fields = fc.record(Object.fromEntries(names.map((one) => [one, valuesOf(properties[one], one)])), { requiredKeys: required })
    // Most requests name a few fields; one in ten has a field that nobody knows.
    const few = fc.tuple(fields, fc.nat(2 ** names.length < 2 ** 30 ? 2 ** names.length - 1 : 2 ** 30), fc.nat(9), nastyText, junk)
    return few.map(([all, mask, more, extra, value]) => {
      const kept = names.filter(
        (one, at) => one in all && (required.includes(one) || ((mask >> (at % 30)) & (mask >> ((at + 7) % 30)) & 1) === 1),
      )
      const object = Object.fromEntries(kept.map((one) => [one, all[one]]))
      return more === 0 ? { ...object, [extra]: value } : object
    })
  }
  if (schema.type === 'array') return fc.array(valuesOf(schema.items ?? {}, name), { maxLength: 3 })
  if (schema.type === 'string') return KNOWN[name] ?? nastyText
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'null') return fc.constant(null)
  if (schema.type === 'integer' && KNOWN[name] !== undefined) return KNOWN[name]
  if (schema.type === 'integer')
    return fc.integer({ min: bound(schema.minimum, 0), max: Math.max(bound(schema.minimum, 0), bound(schema.maximum, 300)) })
  if (schema.type === 'number') return fc.double({ min: bound(schema.minimum, 0), max: bound(schema.maximum, 10), noNaN: true })
  return junk
}
const bound = (value, plain) => (value === undefined || Math.abs(value) > 1e6 ? plain : value)

/** A value as JSON; one in ten with characters changed, one in a hundred no JSON at all. */
const textOf = (values) =>
  fc.tuple(values, fc.nat(99), fc.nat(), nastyText).map(([value, kind, at, text]) => {
    const depth = at % 12_000
    const json = (JSON.stringify(value) ?? '').replaceAll(`"${DEEP}"`, () =>
      kind % 2 === 0 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    )
    if (kind === 0) return text
    if (kind === 1) return '['.repeat(at % 50_000)
    if (kind === 2) return `${'{"a":'.repeat(at % 20_000)}1${'}'.repeat(at % 20_000)}`
    if (kind < 10) return json.slice(0, at % (json.length + 1)) + text + json.slice((at % (json.length + 1)) + (kind % 3))
    return json
  })

// ---- cases ----------------------------------------------------------------------------------------------------------------------------------

const http = new HttpClient(url, { pipelining: 1, headersTimeout: PATIENCE, bodyTimeout: PATIENCE })
const asked = async (path, method = 'GET', body = undefined, headers = {}) => {
  const {
    statusCode,
    headers: got,
    body: answer,
  } = await http.request({
    ...{ path, method, headers: { authorization, 'content-type': 'application/json', ...headers } },
    ...(body !== undefined && { body }),
  })
  return { status: statusCode, text: Buffer.from(await answer.arrayBuffer()).toString('latin1'), headers: got }
}
const [document, schemas] = await Promise.all(['/openapi.json', '/schema'].map(async (path) => JSON.parse((await asked(path)).text)))
const RESET = valuesOf(schemas.reset)

const ACCEPT = fc.constantFrom(
  undefined,
  'application/json',
  'application/vnd.vlm-gym.frames',
  '*/*',
  'application/json, text/event-stream',
  'x',
)
const TYPE = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/json; charset=x', 'multipart/form-data; boundary=x', '') },
)
const KEYS = fc.oneof(
  { weight: 30, arbitrary: fc.constant(authorization) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, 'Bearer ', `Bearer ${'x'.repeat(32)}`, 'Basic eDp4', 'Basic =', 'Digest x') },
)
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody }]) => {
    const schema = requestBody?.content?.['application/json']?.schema
    return fc.record({
      kind: fc.constant('http'),
      method: fc.constant(method.toUpperCase()),
      path: fc
        .tuple(
          KNOWN.id,
          fc.oneof(
            fc.constant(''),
            KNOWN.id.map((id) => `?episode_id=${encodeURIComponent(id)}`),
          ),
        )
        .map(([id, query]) => path.replace('{id}', encodeURIComponent(id)) + query),
      body: schema === undefined ? fc.constant(method === 'post' ? '{}' : undefined) : textOf(valuesOf(schema)),
      ...{ accept: ACCEPT, type: TYPE, key: KEYS },
    })
  }),
)
const strays = fc.record({
  kind: fc.constant('http'),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
  path: fc.oneof(nastyText, fc.constantFrom(...Object.keys(document.paths), '/ws')).map(
    (text) =>
      `/${encodeURI(text.toWellFormed())
        .replace(/^\//, '')
        .replace(/[^!-~]/g, '')}`,
  ),
  body: fc.constant(undefined),
  ...{ accept: ACCEPT, type: TYPE, key: KEYS },
})

const messages = fc.oneof(
  { weight: 8, arbitrary: textOf(fc.record({ type: fc.constant('reset'), data: RESET })) },
  { weight: 8, arbitrary: textOf(fc.record({ type: fc.constant('step'), data: valuesOf(schemas.action) })) },
  {
    weight: 2,
    arbitrary: textOf(fc.record({ type: fc.constantFrom('state', 'mcp', 'close', 'ping', ''), data: junk }, { requiredKeys: ['type'] })),
  },
  { weight: 2, arbitrary: textOf(junk) },
)
const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((list) => Buffer.from(list).toString('base64'))
const sockets = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('socket'), text: messages }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('socket'), binary: bytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('socket'), frame: bytes }) },
)

const TOOLS = ['new_game', 'look', 'act']
const rpc = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ jsonrpc: fc.constant('2.0'), id: fc.nat(1000), method: fc.constant('tools/call') },
      params: fc.record({
        name: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...TOOLS) }, { weight: 1, arbitrary: nastyText }),
        arguments: fc.oneof(
          {
            weight: 9,
            arbitrary: fc.record(
              {
                game: KNOWN.game,
                seed: fc.nat(),
                perception: fc.nat(6),
                reasoning: fc.nat(6),
                answer: KNOWN.answer,
                perception_: nastyText,
              },
              { requiredKeys: [] },
            ),
          },
          { weight: 1, arbitrary: junk },
        ),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: junk,
        method: fc.oneof(
          nastyText,
          fc.constantFrom('tools/list', 'ping', 'initialize', 'resources/list', 'notifications/initialized', 'logging/setLevel'),
        ),
        params: junk,
      },
      { requiredKeys: ['jsonrpc', 'method'] },
    ),
  },
  { weight: 1, arbitrary: junk },
)
const mcp = fc.record({
  ...{ kind: fc.constant('mcp'), text: textOf(rpc) },
  session: fc.oneof({ weight: 20, arbitrary: fc.constant('own') }, { weight: 1, arbitrary: fc.constantFrom('none', 'gone', '__proto__') }),
})

const HEADS = [
  'GET / HTTP/1.1\r\n',
  'POST /reset HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
  `POST /v1/step HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n`,
  '',
]
const raw = fc.record({ kind: fc.constant('raw'), head: fc.nat(HEADS.length - 1), bytes })

const anyCase = fc.oneof(
  { weight: 40, arbitrary: fc.oneof(...operations) },
  { weight: 3, arbitrary: strays },
  { weight: 40, arbitrary: sockets },
  { weight: 14, arbitrary: mcp },
  { weight: 3, arbitrary: raw },
)

// ---- carrying them out ----------------------------------------------------------------------------------------------------------------------

/** Ends what a case has started under names of the server's own, so that there is always room. */
async function tidy(text) {
  const names = [...text.matchAll(/"episode_id":"([0-9a-f]{8}-[0-9a-f-]{27})"/g)].map(([, name]) => name)
  for (const name of new Set(names)) await asked(`/v1/sessions/${name}`, 'DELETE')
}

const refusals = new Map()
const count = (what) => refusals.set(what, (refusals.get(what) ?? 0) + 1)

async function httpCase({ method, path, body, accept, type, key: shown }) {
  const { status, text } = await asked(path, method, body, { accept, 'content-type': type, authorization: shown })
  count(`http ${status}`)
  const open = /^\/health(\?|$)/.test(path)
  if (shown !== authorization && !open && status !== 401) return `status ${status} without the key`
  if (status === 200 && /^\/(reset|v1)/.test(path)) await tidy(text)
  return wrongWith(status, text)
}

let line
/** A connection to /ws, a fresh one where the last was closed. */
async function lineNow() {
  if (line?.readyState === WebSocket.OPEN) return line
  line = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { authorization } })
  line.on('error', () => {})
  await once(line, 'open')
  return line
}

async function socketCase({ text, binary, frame }) {
  const socket = await lineNow()
  const answer = new Promise((resolve) => {
    const done = (what) => {
      socket.off('message', said).off('close', closed)
      resolve(what)
    }
    const said = (data) => done(data.toString())
    const closed = (code) => done(`closed ${code}`)
    socket.on('message', said).on('close', closed)
  })
  if (text !== undefined) socket.send(text)
  else if (binary !== undefined) socket.send(Buffer.from(binary, 'base64'))
  else {
    // No frame at all, then the end: what begins one would wait for the rest.
    socket._socket.end(Buffer.from(frame, 'base64'))
  }
  const said = await answer
  count(`socket ${said.startsWith('closed') ? said : JSON.parse(said).type}`)
  return wrongWith(0, said)
}

let conversation
async function mcpCase({ text, session }) {
  if (conversation === undefined) {
    const hello = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'fuzz', version: '1' } },
    }
    conversation = (await asked('/mcp', 'POST', JSON.stringify(hello), { accept: BOTH })).headers['mcp-session-id']
  }
  const id = session === 'own' ? conversation : session === 'none' ? undefined : session
  const {
    status,
    text: said,
    headers,
  } = await asked('/mcp', 'POST', text, { accept: BOTH, ...(id !== undefined && { 'mcp-session-id': id }) })
  count(`mcp ${status}`)
  const fresh = headers['mcp-session-id']
  if (fresh !== undefined && fresh !== conversation) await asked('/mcp', 'DELETE', undefined, { 'mcp-session-id': fresh })
  return wrongWith(status, said)
}
const BOTH = 'application/json, text/event-stream'

async function rawCase({ head, bytes: base64 }) {
  const socket = connect(Number(port), hostname)
  let said = ''
  socket.on('data', (data) => {
    said += data.toString('latin1')
  })
  socket.on('error', () => {})
  socket.end(Buffer.concat([Buffer.from(HEADS[head]), Buffer.from(base64, 'base64')]))
  await once(socket, 'close')
  count(`raw ${said.slice(9, 12) || 'closed'}`)
  return wrongWith(Number(said.slice(9, 12)) || 0, said)
}

const RUN = { http: httpCase, socket: socketCase, mcp: mcpCase, raw: rawCase }
const failures = []

/** Carries out cases of a kind one after another. */
async function carryOut(list) {
  for (const one of list) {
    const late = Symbol('late')
    let timer
    const wrong = await Promise.race([
      RUN[one.kind](one).catch((error) => `no answer (${error.code ?? ''} ${error.message})`),
      new Promise((resolve) => {
        timer = setTimeout(resolve, PATIENCE, late)
      }),
    ])
    clearTimeout(timer)
    if (wrong !== null) failures.push({ wrong: wrong === late ? 'no answer in time' : wrong, ...one })
    if (failures.length > 0 || !server.runs()) return
  }
}

const began = performance.now()
let done = 0
for (let chunk = 0; done < cases && failures.length === 0 && server.runs(); chunk++) {
  const list = fc.sample(anyCase, { seed: seed * 1_000_003 + chunk, numRuns: Math.min(CHUNK, cases - done) })
  await Promise.all(Object.keys(RUN).map((kind) => carryOut(list.filter((one) => one.kind === kind))))
  done += list.length
  if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${cases} cases`)
}
if (process.stdout.isTTY) process.stdout.write('\n')

// ---- what is left ---------------------------------------------------------------------------------------------------------------------------

line?.terminate()
if (server.runs() && failures.length === 0) {
  // The ends of the last sockets may still be on their way.
  let sessions = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 50 && sessions > IDS.length; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    sessions = JSON.parse((await asked('/health')).text).sessions
  }
  if (sessions > IDS.length) failures.push({ wrong: `${sessions} sessions are left of ${IDS.length} that have names` })
}
if (!server.runs()) failures.push({ wrong: 'the server ended' })
await http.destroy()
const { code, log } = await server.stop()
if (code === null) failures.push({ wrong: 'the server did not end when interrupted' })
if (log !== '') failures.push({ wrong: `the log has: ${log.slice(0, 2000)}` })

const seconds = (performance.now() - began) / 1000
const tally = [...refusals].sort().map(([what, times]) => `${what}: ${times}`)
console.log(`${done} cases of seed ${seed} in ${seconds.toFixed(0)} s (${Math.round(done / seconds)} a second). ${tally.join(', ')}`)
for (const one of failures) console.error(`FOUND ${JSON.stringify(one).slice(0, 4000)}`)
process.exit(failures.length === 0 ? 0 : 1)
