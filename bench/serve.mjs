/** The gym behind HTTP and WebSockets, over loopback, against the same work in this process. The server has a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Env, envSpec, playGroup } from 'vlm-gym'
import { drawPng, encodeState } from 'vlm-gym/gym'
import { FRAMES_TYPE, unpackFrames } from 'vlm-gym/server'
import { WebSocket } from 'ws'
import { GAMES, groupsOf, inTurn } from './cases.mjs'
import { measure, row, share } from './measure.mjs'

const SESSIONS = 256
const SOCKETS = 64
const GROUPS = 64

export async function serveBench() {
  const [one] = GAMES
  const server = await start()
  try {
    return [...(await steps(one, server.url)), ...(await groups(one, server.url))]
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

/** Steps of many episodes that never end, with replies as models give them. */
async function steps({ id, game, skin }, url) {
  const spec = envSpec({ game, skin, restart: true })
  const replies = groupsOf({ game, spec }, 200).flatMap((group) => group.replies)
  const reset = { game: id, skin, restart: true, horizon: null, tokens: false }
  const local = Array.from({ length: SESSIONS }, (_, seed) => new Env(spec, seed))
  const next = inTurn(replies)
  const batch = async (image) => {
    const ids = Array.from({ length: SESSIONS }, (_, at) => `${image}-${at}`)
    await post(`${url}/v1/sessions`, { resets: ids.map((episode_id, seed) => ({ ...reset, image, episode_id, seed })) })
    return () => post(`${url}/v1/step`, { steps: ids.map((one) => ({ id: one, text: next() })) }, FRAMES_TYPE)
  }
  const sockets = async (image) => {
    const lines = await Promise.all(Array.from({ length: SOCKETS }, (_, seed) => connect(url, { ...reset, image, seed })))
    return () => Promise.all(lines.map((line) => line({ type: 'step', data: { text: next() } })))
  }
  const inProcess = (drawn) => () => {
    for (const env of local) {
      env.step(next())
      if (drawn) drawPng(game, env.snapshot().state, skin)
    }
  }
  const cases = [
    { name: `${id}: step + PNG in this process`, perCall: SESSIONS, work: inProcess(true) },
    { name: `${id}: step + PNG, ${SESSIONS} sessions in a request`, perCall: SESSIONS, work: await batch('base64') },
    { name: `${id}: step + PNG, ${SOCKETS} sockets`, perCall: SOCKETS, work: await sockets('base64'), target: 1500 },
    { name: `${id}: step alone in this process`, perCall: SESSIONS, work: inProcess(false) },
    { name: `${id}: step alone, ${SESSIONS} sessions in a request`, perCall: SESSIONS, work: await batch('none') },
    { name: `${id}: step alone, ${SOCKETS} sockets`, perCall: SOCKETS, work: await sockets('none'), target: 5000 },
  ]
  const rows = await measure(
    cases.map((one) => ({ unit: '/s', ...one })),
    { milliseconds: 400 },
  )
  const [local1, batch1, socket1, local2, batch2, socket2] = rows
  const times = (name, of, by) =>
    row(
      name,
      '×',
      of.rounds.map((value, i) => value / by.rounds[i]),
      3,
    )
  return [
    ...rows,
    times(`${id}: step + PNG, a request of many against sockets`, batch1, socket1),
    times(`${id}: step alone, a request of many against sockets`, batch2, socket2),
    share(`${id}: step + PNG, a request of many, share of this process`, batch1, local1),
    share(`${id}: step alone, a request of many, share of this process`, batch2, local2),
  ]
}

/** A connection with its episode begun; gives a function that sends a message and waits for the answer. */
async function connect(url, reset) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const ask = (message) =>
    new Promise((resolve) => {
      socket.once('message', (data) => resolve(JSON.parse(data.toString())))
      socket.send(JSON.stringify(message))
    })
  await ask({ type: 'reset', data: reset })
  return ask
}

/** Groups of five replies, scored by many in a request and in this process. */
async function groups({ id, game, spec }, url) {
  const all = groupsOf({ game, spec }, 20 * GROUPS)
  const tokens = all.map(({ state, replies }) => ({ state: encodeState(game, state), replies }))
  const [local, remote, bare] = [inTurn(all), inTurn(tokens), inTurn(tokens)]
  const some = (next) => Array.from({ length: GROUPS }, () => next())
  const work = () => {
    for (const { state, replies } of some(local)) playGroup(game, state, replies, { chance: 'shared' })
  }
  const cases = [
    { name: `${id}: groups of 5 replies in this process`, work },
    {
      name: `${id}: groups of 5 replies, ${GROUPS} in a request, no tokens`,
      work: () => post(`${url}/v1/groups`, { groups: some(bare), tokens: false }),
    },
    {
      name: `${id}: groups of 5 replies, ${GROUPS} in a request, with tokens`,
      work: () => post(`${url}/v1/groups`, { groups: some(remote) }),
    },
  ]
  const rows = await measure(
    cases.map((one) => ({ unit: '/s', perCall: GROUPS, ...one })),
    { milliseconds: 400 },
  )
  return [
    ...rows,
    share(`${id}: groups in a request without tokens, share of this process`, rows[1], rows[0]),
    share(`${id}: groups in a request with tokens, share of this process`, rows[2], rows[0]),
  ]
}
