/** The gym behind HTTP and WebSockets, over loopback, against the same work in this process. The server has a process of its own. */
import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Env, envSpec, playGroup } from 'vlm-gym'
import { drawPng, encodeState } from 'vlm-gym/gym'
import { FRAMES_TYPE, unpackFrames } from 'vlm-gym/server'
import { WebSocket } from 'ws'
import { GAMES, groupsOf, inTurn } from './cases.mjs'
import { measure, row, share } from './measure.mjs'

/** Sessions of one request, sockets of the rate of single sessions, and groups of one request. */
const SESSIONS = 256
const SOCKETS = 64
const GROUPS = 256
/** Requests that are on their way at once, as of a trainer that prepares the next while one is answered. */
const IN_FLIGHT = 2
/** Sockets of the row of latencies, and for how long each waits between an answer and its next reply, ms. */
const MANY = 2000
const THINKING = 1000

export async function serveBench() {
  const [one] = GAMES
  const rows = await served((server) => steps(one, server.url))
  rows.push(...(await served((server) => groups(one, server.url))))
  rows.push(...(await served((server) => many(one, server))))
  return rows
}

/** What `work` gives with a server of its own. */
async function served(work) {
  const server = await start()
  try {
    return await work(server)
  } finally {
    server.child.kill('SIGKILL')
  }
}

function start() {
  return new Promise((resolve, reject) => {
    const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
    const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (data) => {
      out += data
      if (out.endsWith('}\n')) resolve({ child, url: JSON.parse(out).url })
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
}

async function post(url, body, accept = 'application/json') {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return accept === FRAMES_TYPE ? unpackFrames(new Uint8Array(await response.arrayBuffer())) : response.json()
}

/** Work of which IN_FLIGHT calls are always under way; a call waits for the oldest. */
function inFlight(work) {
  const open = []
  return () => {
    while (open.length < IN_FLIGHT) {
      const one = work()
      // Those that nobody waits for any more end with the server.
      one.catch(() => {})
      open.push(one)
    }
    return open.shift()
  }
}

/** Steps of many episodes that never end, with replies as models give them. */
async function steps({ id, game, skin }, url) {
  const spec = envSpec({ game, skin, restart: true })
  const replies = groupsOf({ game, spec }, 200).flatMap((group) => group.replies)
  const reset = { game: id, skin, restart: true, horizon: null, tokens: false }
  const local = Array.from({ length: SESSIONS }, (_, seed) => new Env(spec, seed))
  const next = inTurn(replies)
  const batch = async (image, texts) => {
    const fleets = Array.from({ length: IN_FLIGHT }, (_, fleet) => Array.from({ length: SESSIONS }, (_, at) => `${image}-${fleet}-${at}`))
    for (const ids of fleets)
      await post(`${url}/v1/sessions`, { resets: ids.map((episode_id, seed) => ({ ...reset, image, episode_id, seed })) })
    const fleet = inTurn(fleets)
    return inFlight(() => post(`${url}/v1/step`, { steps: fleet().map((one) => ({ id: one, text: next() })), texts }, FRAMES_TYPE))
  }
  const sockets = async (image) => {
    const lines = await Promise.all(Array.from({ length: SOCKETS }, (_, seed) => connect(url, { ...reset, image, seed })))
    return () => Promise.all(lines.map(({ ask }) => ask({ type: 'step', data: { text: next() } })))
  }
  const inProcess = (drawn) => () => {
    for (const env of local) {
      env.step(next())
      if (drawn) drawPng(game, env.snapshot().state, skin)
    }
  }
  const kinds = [
    { what: 'step + PNG', image: 'base64', target: 1500 },
    { what: 'step alone', image: 'none', target: 5000 },
  ]
  const cases = []
  for (const { what, image, target } of kinds)
    cases.push(
      { name: `${id}: ${what} in this process`, perCall: SESSIONS, work: inProcess(image !== 'none') },
      { name: `${id}: ${what}, ${SOCKETS} sockets`, perCall: SOCKETS, work: await sockets(image), target },
      { name: `${id}: ${what}, ${SESSIONS} sessions in a request`, perCall: SESSIONS, work: await batch(image, 'each') },
      {
        name: `${id}: ${what}, ${SESSIONS} sessions in a request, texts shared`,
        ...{ perCall: SESSIONS, work: await batch(image, 'shared'), target: 3 * target },
      },
    )
  const rows = await measure(
    cases.map((one) => ({ unit: '/s', ...one })),
    { milliseconds: 400 },
  )
  return [
    ...rows,
    ...kinds.flatMap(({ what }, at) => {
      const [local, sockets, , shared] = rows.slice(4 * at, 4 * at + 4)
      return [
        row(
          `${id}: ${what}, a request of many with texts shared, against sockets`,
          '×',
          shared.rounds.map((value, i) => value / sockets.rounds[i]),
          3,
        ),
        share(`${id}: ${what}, a request of many with texts shared, share of this process`, shared, local),
      ]
    }),
  ]
}

/** A connection with its episode begun; `ask` sends a message and waits for the answer. */
async function connect(url, reset) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const ask = (message) =>
    new Promise((resolve) => {
      socket.once('message', (data) => resolve(JSON.parse(data.toString())))
      socket.send(JSON.stringify(message))
    })
  await ask({ type: 'reset', data: reset })
  return { ask, close: () => socket.terminate() }
}

/** Groups of five replies, scored by many in a request and in this process. */
async function groups({ id, game, spec }, url) {
  const all = groupsOf({ game, spec }, 5 * GROUPS)
  const tokens = all.map(({ state, replies }) => ({ state: encodeState(game, state), replies }))
  const local = inTurn(all)
  const some = (next) => Array.from({ length: GROUPS }, () => next())
  const remote = (extra) => {
    const next = inTurn(tokens)
    return inFlight(() => post(`${url}/v1/groups`, { groups: some(next), ...extra }))
  }
  const cases = [
    {
      name: `${id}: groups of 5 replies in this process`,
      work: () => {
        for (const { state, replies } of some(local)) playGroup(game, state, replies, { chance: 'shared' })
      },
    },
    { name: `${id}: groups of 5 replies, ${GROUPS} in a request, no tokens`, work: remote({ tokens: false }) },
    { name: `${id}: groups of 5 replies, ${GROUPS} in a request, no tokens, columns`, work: remote({ tokens: false, columns: true }) },
    { name: `${id}: groups of 5 replies, ${GROUPS} in a request, with tokens, columns`, work: remote({ columns: true }) },
  ]
  const rows = await measure(
    cases.map((one) => ({ unit: '/s', perCall: GROUPS, ...one })),
    { milliseconds: 400 },
  )
  return [
    ...rows,
    share(`${id}: groups in a request without tokens, in columns, share of this process`, rows[2], rows[0], 50),
    share(`${id}: groups in a request with tokens, in columns, share of this process`, rows[3], rows[0], 50),
  ]
}

/** Many sockets, each with a model that thinks: how long an answer takes, and what a session holds of the server's memory. */
async function many({ id }, { url, child }) {
  const replies = groupsOf(GAMES[0], 200).flatMap((group) => group.replies)
  const next = inTurn(replies)
  const reset = { game: id, restart: true, horizon: null, tokens: false }
  const before = memoryOf(child)
  const lines = []
  for (let seed = 0; seed < MANY; seed++) lines.push(await connect(url, { ...reset, seed }))
  const opened = memoryOf(child)
  const waits = []
  const counted = performance.now() + 2 * THINKING
  const end = counted + 6 * THINKING
  await Promise.all(
    lines.map(async ({ ask, close }, at) => {
      await passed((THINKING * at) / MANY)
      for (;;) {
        const sent = performance.now()
        if (sent > end) return close()
        await ask({ type: 'step', data: { text: next() } })
        if (sent > counted) waits.push(performance.now() - sent)
        await passed(THINKING)
      }
    }),
  )
  waits.sort((a, b) => a - b)
  const of = `${id}: ${MANY} sockets, ${THINKING / 1000} s between answer and reply`
  return [
    row(`${of}: steps with PNG`, '/s', [waits.length / ((end - counted) / 1000)]),
    row(`${of}: median wait for an answer`, 'ms', [waits[Math.floor(waits.length / 2)]]),
    row(`${of}: 99 % of answers within`, 'ms', [waits[Math.floor(0.99 * waits.length)]], 250, true),
    row(`${id}: memory of the server per session, ${MANY} open`, 'KB', [(opened - before) / MANY]),
    row(`${id}: memory of the server per session, after its steps`, 'KB', [(memoryOf(child) - before) / MANY]),
  ]
}

const passed = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Resident memory of a process, KB. */
const memoryOf = ({ pid }) => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
