/**
 * Soaks `vlm-gym serve`: clients that play episodes, among others that vanish, stall, flood, send garbage, reconnect and have no key.
 *
 *     npm run soak -- --minutes 30 --clients 200 --seed 1
 *
 * Every answer to a playing client must be that of the same episode played in this process: text, picture, reward, state, step for step, over
 * sockets, HTTP, batched steps and groups. Memory must not grow: the last fifth of the time is held against the second fifth. At the end no session
 * may be left. Exit code 1 and the reason where it is otherwise.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Agent, request } from 'undici'
import { createPolicy, deriveSeed, Env, envSpec, loadGames, promptOf } from 'vlm-gym'
import { drawPng, encodeState, rewardOf, stateHash } from 'vlm-gym/gym'
import { WebSocket } from 'ws'
import { positive, startServer } from './server-under-test.mjs'

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    clients: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const milliseconds = positive('minutes', flags.minutes) * 60_000
const clients = positive('clients', flags.clients)
const seed = Number(flags.seed)

/** Seconds after which the server ends what is idle. */
const IDLE = 30
/** Misbehaving clients at a time. */
const TROUBLE = 24
/**
 * How far memory may grow from the second fifth of the time to the last: a share, and bytes. In use: the least of the samples, which is what is left
 * after a collection. Resident: their median, which moves with what the collector holds ready.
 */
const GROWTH = { 'memory in use': [1.15, 32 * 2 ** 20], 'resident memory': [1.25, 96 * 2 ** 20] }
/** Episodes that are played, again and again. */
const SCRIPTS = 60
const HORIZON = 10
const SKIN = { theme: 'classic', tile: 32, layout: 'full' }

// ---- episodes as this process plays them ----------------------------------------------------------------------------------------------------

const games = await loadGames()
const solver = createPolicy('solver')

async function scriptOf(at) {
  const game = games[at % games.length]
  const spec = envSpec({ game, horizon: HORIZON, skin: SKIN })
  const env = new Env(spec, at)
  const seen = (reward) => {
    const { state, last, steps, return: earned } = env.snapshot()
    const image = digest(Buffer.from(drawPng(game, state, SKIN)).toString('base64'))
    return {
      text: promptOf(env.observe()),
      image,
      reward,
      steps,
      return: earned,
      state: encodeState(game, state, last),
      hash: stateHash(game, state),
    }
  }
  const [replies, expected] = [[], [seen(null)]]
  for (let turn = 0; turn < HORIZON; turn++) {
    const { state } = env.snapshot()
    const [[reply]] = await solver.reply([env.observe()], { n: 1, seed: turn, privileged: { states: [state] } })
    const text = deriveSeed(at, 'rubbish', turn) % 4 === 0 ? `rubbish ${turn}` : reply.text
    const { score, terminated, truncated } = env.step(text)
    replies.push(text)
    expected.push(seen(rewardOf(spec.reward, score, null).total))
    if (terminated || truncated) break
  }
  return { reset: { game: game.id, seed: at, horizon: HORIZON, skin: SKIN }, replies, expected: expected.map((one) => JSON.stringify(one)) }
}

const digest = (text) => createHash('sha256').update(text).digest('base64')
const told = ({ observation: { text, image }, reward, metadata: { steps, return: earned, state, hash } }) =>
  JSON.stringify({ text, image: digest(image), reward, steps, return: earned, state, hash })

const scripts = await Promise.all(Array.from({ length: SCRIPTS }, (_, at) => scriptOf(at)))

// ---- the server -------------------------------------------------------------------------------------------------------------------------------

const server = await startServer('--idle', String(IDLE), '--max-sessions', String(4 * clients + 600), '--rate', '200')
const { url, headers } = server
const ws = `${url.replace('http', 'ws')}/ws`
const agent = new Agent({ connections: 64, keepAliveTimeout: 4000 })
let over = false
const failures = []
const counts = {}
const count = (what, by = 1) => {
  counts[what] = (counts[what] ?? 0) + by
}
const fail = (what) => {
  if (over) return
  failures.push(what)
  over = true
}

async function ask(path, body, method = 'POST') {
  const answer = await request(url + path, {
    ...{ method, dispatcher: agent, headers: { ...headers, 'content-type': 'application/json' } },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${path}: status ${answer.statusCode}: ${text.slice(0, 300)}`)
  return path === '/metrics' ? text : JSON.parse(text)
}

// ---- clients that play ------------------------------------------------------------------------------------------------------------------------

/** Chance of a client, from the seed: whole numbers below `below`. */
const chanceOf = (name) => {
  let at = 0
  return (below) => deriveSeed(seed, name, at++) % below
}

/** How a script is played: each gives what a reset and a step are answered with. */
const DOORS = {
  async socket() {
    const socket = new WebSocket(ws, { headers })
    await once(socket, 'open')
    const say = async (message) => {
      const answer = once(socket, 'message')
      socket.send(JSON.stringify(message))
      const { type, data } = JSON.parse((await answer)[0].toString())
      if (type === 'error') throw new Error(data.message)
      return data
    }
    return {
      reset: (data) => say({ type: 'reset', data }),
      step: (text) => say({ type: 'step', data: { text } }),
      close: () => socket.close(),
    }
  },
  async http(name) {
    return {
      reset: (data) => ask('/reset', { ...data, episode_id: name }),
      step: (text) => ask('/step', { episode_id: name, action: { text } }),
      close: () => ask(`/v1/sessions/${name}`, undefined, 'DELETE'),
    }
  },
  async batch(name) {
    const ids = [name, `${name}-twin`]
    const both = ({ results: [one, two] }) => {
      if (told(one) !== told(two)) throw new Error('two sessions of one request differ')
      return one
    }
    return {
      reset: async (data) => both(await ask('/v1/sessions', { resets: ids.map((episode_id) => ({ ...data, episode_id })) })),
      step: async (text) => both(await ask('/v1/step', { steps: ids.map((id) => ({ id, text })) })),
      close: async () => {
        for (const id of ids) await ask(`/v1/sessions/${id}`, undefined, 'DELETE')
      },
    }
  },
}

async function playing(number) {
  const chance = chanceOf(`player ${number}`)
  while (!over) {
    const which = ['socket', 'socket', 'http', 'batch'][chance(4)]
    const at = chance(SCRIPTS)
    const { reset, replies, expected } = scripts[at]
    try {
      const door = await DOORS[which](`player-${number}`)
      let now = await door.reset(reset)
      for (let turn = 0; !over; turn++) {
        if (told(now) !== expected[turn]) return fail(`episode ${at} by ${which}, step ${turn}: ${told(now)} instead of ${expected[turn]}`)
        if (turn === replies.length) break
        // A model thinks.
        await sleep(300 + chance(900))
        if (chance(8) === 0) await group(now.metadata.state, replies[turn], JSON.parse(expected[turn + 1]))
        now = await door.step(replies[turn])
        count('steps compared')
      }
      await door.close()
      count(`episodes by ${which}`)
    } catch (error) {
      return fail(`a client that plays by ${which} was let down: ${error.message}`)
    }
  }
}

async function group(state, reply, { reward, hash }) {
  const { groups } = await ask('/v1/groups', { groups: [{ state, replies: [reply, 'x', reply] }] })
  const [first, , last] = groups[0].replies
  if (first.reward !== reward || first.hash !== hash || last.hash !== hash) throw new Error('a group was scored otherwise than the episode')
  count('groups compared')
}

// ---- clients that are trouble -----------------------------------------------------------------------------------------------------------------

const opened = async (options = {}) => {
  const socket = new WebSocket(ws, { headers, ...options })
  socket.on('error', () => {})
  await Promise.race([once(socket, 'open'), once(socket, 'close')])
  return socket
}
const plain = (text) => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname, () => socket.write(text))
  return socket.on('error', () => {}).resume()
}
const RESET = JSON.stringify({ type: 'reset', data: { game: 'swap', skin: { tile: 64 } } })
const bytesOf = (chance, length) => Buffer.from(Array.from({ length }, () => chance(256)))

const TROUBLES = {
  /** In the middle of an episode, without a word. */
  async vanish() {
    const socket = await opened()
    socket.send(RESET)
    await sleep(50)
    socket._socket?.destroy()
  },
  /** Sessions over HTTP that nobody closes. */
  async abandon(chance) {
    await ask('/reset', { seed: chance(1000), image: 'none' })
  },
  /** A socket that does not answer pings. */
  async mute() {
    const socket = await opened({ autoPong: false })
    socket.send(RESET)
    await Promise.race([once(socket, 'close'), sleep(3 * IDLE * 1000)])
    socket.terminate()
  },
  /** Asks for much and reads nothing. */
  async deaf() {
    const socket = await opened()
    socket._socket?.pause()
    for (let at = 0; at < 300; at++) socket.send(RESET)
    await sleep(5000)
    socket.terminate()
  },
  async flood() {
    const socket = await opened()
    socket.send(RESET)
    for (let at = 0; at < 3000; at++) socket.send('{"type":"step","data":{"text":"<answer>1</answer>"}}')
    await sleep(3000)
    socket.terminate()
  },
  async garbage(chance) {
    const socket = await opened()
    for (let at = 0; at < 20; at++) {
      socket.send(bytesOf(chance, 200).toString('latin1'))
      socket.send(bytesOf(chance, 200))
      socket.send(JSON.stringify({ type: 'reset', data: { [`x${chance(100)}`]: chance(100) } }))
    }
    await sleep(200)
    socket._socket?.write(bytesOf(chance, 400))
    await sleep(200)
    socket.terminate()
  },
  async reconnect() {
    for (let at = 0; at < 20; at++) (await opened()).close()
  },
  /** Half a request, then nothing. */
  async stall(chance) {
    const starts = [
      '',
      'POST /reset HTTP/1.1\r\nHost: x\r\n',
      `POST /reset HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    ]
    const socket = plain(starts[chance(3)])
    await sleep(5000 + chance(20_000))
    socket.destroy()
  },
  async noKey() {
    const socket = await opened({ headers: {} })
    socket.terminate()
    plain('GET /state HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  },
  async tooLarge() {
    const socket = await opened()
    socket.send('x'.repeat(3 * 2 ** 20))
    await Promise.race([once(socket, 'close'), sleep(5000)])
    socket.terminate()
  },
  /** Skins that nobody else wears: what is kept of each must go again. */
  async fashion(chance) {
    const skin = { theme: `random-${chance(10_000)}`, tile: 8 + chance(248), layout: 'full' }
    const { metadata } = await ask('/reset', { game: games[chance(games.length)].id, skin, perception: undefined })
    await ask(`/v1/sessions/${metadata.episode_id}`, undefined, 'DELETE')
  },
}

async function trouble(number) {
  const chance = chanceOf(`trouble ${number}`)
  const names = Object.keys(TROUBLES)
  while (!over) {
    const name = names[chance(names.length)]
    try {
      await TROUBLES[name](chance)
      count(name)
    } catch (error) {
      // The server's word is for those that play; here only that it goes on counts.
      count(`${name}: ${error.code ?? error.message.slice(0, 60)}`)
    }
    await sleep(chance(400))
  }
}

// ---- watching -----------------------------------------------------------------------------------------------------------------------------------

let began = performance.now()
const samples = []
const numberOf = (text, name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])

async function watch() {
  while (!over) {
    const text = await ask('/metrics', undefined, 'GET').catch((error) => fail(`/metrics: ${error.message}`))
    if (text === undefined) return
    const sample = {
      at: (performance.now() - began) / milliseconds,
      rss: numberOf(text, 'process_resident_memory_bytes'),
      used: numberOf(text, 'nodejs_heap_size_used_bytes') + numberOf(text, 'nodejs_external_memory_bytes'),
      sessions: numberOf(text, 'vlm_gym_sessions'),
    }
    samples.push(sample)
    if (process.stdout.isTTY || samples.length % 12 === 1)
      console.log(
        `${(sample.at * 100).toFixed(0)} %: ${mib(sample.rss)} resident, ${mib(sample.used)} in use, ${sample.sessions} sessions, ${counts['steps compared'] ?? 0} steps compared`,
      )
    if (!server.runs()) return fail(`the server ended: ${server.log()}`)
    if (sample.at >= 1) return
    await sleep(Math.min(5000, milliseconds / 60))
  }
}
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const within = (from, to) => samples.filter(({ at }) => at >= from && at < to)

// What the server keeps of skins is full before the time begins, so that it cannot pass for growth.
for (let at = 0; at < 12; at++)
  for (const { id: game } of games) {
    await ask('/reset', { game, episode_id: 'warm', skin: { theme: `random-${at}`, tile: 100 + at, layout: 'full' } })
    await ask('/v1/sessions/warm', undefined, 'DELETE')
  }

began = performance.now()
const all = [
  ...Array.from({ length: clients }, (_, at) => sleep((at * 2000) / clients).then(() => playing(at))),
  ...Array.from({ length: TROUBLE }, (_, at) => trouble(at)),
]
await watch()
over = true
await Promise.race([Promise.all(all), sleep(3 * IDLE * 1000 + 5000)])

// Those that vanished are found by pings or as idle.
let left = Number.NaN
for (let wait = 0; wait < 3 * IDLE && server.runs(); wait++) {
  left = (await ask('/health', undefined, 'GET')).sessions
  if (left === 0) break
  await sleep(1000)
}
if (server.runs()) {
  if (left !== 0) failures.push(`${left} sessions are left at the end`)
  const [before, after] = [within(0.2, 0.4), within(0.8, 2)]
  for (const [name, of] of [
    ['memory in use', (list) => Math.min(...list.map(({ used }) => used))],
    ['resident memory', (list) => median(list.map(({ rss }) => rss))],
  ]) {
    const [first, last] = [of(before), of(after)]
    const [share, bytes] = GROWTH[name]
    console.log(`${name}: ${mib(first)} in the second fifth of the time, ${mib(last)} in the last`)
    if (!(last <= first * share + bytes)) failures.push(`${name} grew from ${mib(first)} to ${mib(last)}`)
  }
  console.log(
    `sessions: ${median(before.map(({ sessions }) => sessions))}, then ${median(after.map(({ sessions }) => sessions))}; ${left} at the end`,
  )
}
await agent.close()
const { code, log } = await server.stop()
if (code !== 130) failures.push(`the server ended with code ${code}`)
if (log !== '') failures.push(`the log has: ${log.slice(0, 2000)}`)
console.log(
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what}: ${times}`)
    .join(', '),
)
for (const one of failures) console.error(`FOUND ${one}`)
process.exit(failures.length === 0 ? 0 : 1)
