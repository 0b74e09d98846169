/**
 * node scripts/measure-tinker.mjs [--most 1024] [--json]: what one step of GRPO costs between the client of the Tinker API and a server: requests,
 * bytes, seconds and memory, by states × replies × side of the picture. The server is `vlm-gym serve-engine`'s in a process of its own, with a null
 * model: it answers at once, so that all that is measured is the API. A step: sample, log-probs of the start's weights, one pass, one optimiser step.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { envSpec, loadGame, seededRng } from 'vlm-gym'
import { observationOf, startSnapshot } from 'vlm-gym/gym'
import { serveEngine } from 'vlm-gym/server'
import { mockEngine } from 'vlm-gym/testing'
import { createTinkerEngine, PROFILES } from 'vlm-gym/tinker'
import { lexiconOf } from 'vlm-gym/train'

const REPLIES = 8
/** Tokens of a reply, as the laptop preset's are. */
const LENGTH = 64

const game = await loadGame('2048')
const words = lexiconOf([game])
const chat = { words }

/** An engine that computes nothing: fixed tokens, log-probs of zero. */
function nullEngine(folder) {
  const engine = mockEngine({ chat, folder })
  const tokens = Array.from({ length: LENGTH }, (_, i) => i % words.length)
  const logprobs = tokens.map(() => 0)
  const length = ({ chunks }) =>
    chunks.reduce((sum, chunk) => sum + (chunk.type === 'image' ? (chunk.expectedTokens ?? 4) : chunk.tokens.length), 0)
  const sampler = {
    sample: async ({ prompts, n }) => prompts.map(() => Array.from({ length: n }, () => ({ tokens, logprobs, stopReason: 'length' }))),
    logprobs: async (inputs) => inputs.map((input) => new Float32Array(length(input))),
  }
  return {
    ...{ info: engine.info, chat: engine.chat, sampler: () => sampler },
    forwardBackward: async ({ data }) => ({
      logprobs: data.map(({ lossInputs }) => new Float32Array(lossInputs.targetTokens.length)),
      metrics: { loss: 0, tokens: 0 },
    }),
    optimStep: async () => ({ gradNorm: 0 }),
    save: (name, kind) => engine.save(name, kind),
    load: (ref, options) => engine.load(ref, options),
    discard: (ref) => engine.discard(ref),
    close: () => engine.close(),
  }
}

async function measure() {
  const { values } = parseArgs({ options: { most: { type: 'string', default: '1024' }, json: { type: 'boolean', default: false } } })
  const child = fork(process.argv[1])
  const [{ url }] = await once(child, 'message')
  const rows = []
  try {
    for (const [tile, layout] of [
      [16, 'board'],
      [64, 'board'],
      [128, 'board'],
    ])
      for (const states of [32, 128, 512, 1024].filter((one) => one <= Number(values.most))) {
        rows.push(await oneStep(url, child, { states, tile, layout }))
        if (!values.json) console.log(lineOf(rows.at(-1)))
      }
  } finally {
    child.disconnect()
  }
  if (values.json) console.log(JSON.stringify(rows, null, 2))
}

const lineOf = ({ states, side, requests, sent, received, seconds, server, client }) =>
  `${String(states).padStart(5)} × ${REPLIES}  ${String(side).padStart(4)} px  ${String(requests).padStart(6)} requests  ${mib(sent).padStart(8)} MiB sent  ${mib(received).padStart(8)} MiB received  ${seconds.toFixed(2).padStart(7)} s  ${mib(server).padStart(6)} MiB server  ${mib(client).padStart(6)} MiB client`
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1)

/** A proxy on loopback that counts what passes. */
async function counting(to) {
  const counts = { sent: 0, received: 0, requests: 0 }
  const { hostname, port } = new URL(to)
  const proxy = createServer((socket) => {
    const upstream = connect(Number(port), hostname)
    socket.on('data', (data) => {
      counts.sent += data.length
      // Each request of HTTP/1.1 begins with its method at the start of a piece: the client writes heads by themselves.
      if (/^(POST|GET) /.test(data.subarray(0, 5).toString('latin1'))) counts.requests++
    })
    upstream.on('data', (data) => {
      counts.received += data.length
    })
    socket.pipe(upstream).pipe(socket)
    for (const one of [socket, upstream]) one.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return { counts, url: `http://127.0.0.1:${proxy.address().port}`, close: () => proxy.close() }
}

async function oneStep(url, child, { states, tile, layout }) {
  const proxy = await counting(url)
  const { info, chat: format } = mockEngine({ chat })
  const engine = await createTinkerEngine({ url: proxy.url, baseModel: 'embedded', profile: PROFILES.embedded, chat: format, info })
  const spec = envSpec({ game, skin: { theme: 'classic', tile, layout }, promptStyle: 'brief' })
  const prompts = Array.from({ length: states }, (_, i) => format.prompt(observationOf(spec, startSnapshot(spec, i))))
  const before = { ...proxy.counts }
  const start = performance.now()
  const reference = await engine.save('start', 'weights')
  const replies = await engine.sampler().sample({ prompts, n: REPLIES, params: { maxTokens: LENGTH, temperature: 1, seed: 1 } })
  const whole = replies.flatMap((group, i) =>
    group.map(({ tokens }) => ({ chunks: [...prompts[i].chunks, { type: 'encoded_text', tokens }] })),
  )
  await engine.sampler(reference).logprobs(whole)
  const rng = seededRng(0, 'advantages')
  const data = whole.map((modelInput, i) => {
    const targets = modelInput.chunks.flatMap((chunk) => (chunk.type === 'image' ? Array(chunk.expectedTokens).fill(0) : [...chunk.tokens]))
    const weight = rng.real() - 0.5
    const advantages = targets.map((_, at) => (at < targets.length - LENGTH ? 0 : weight))
    return { modelInput, lossInputs: { targetTokens: targets, logprobs: targets.map(() => -1 - (i % 7)), advantages } }
  })
  await Promise.all([engine.forwardBackward({ data, loss: 'ppo' }), engine.optimStep({ learningRate: 1e-4 })])
  const seconds = (performance.now() - start) / 1000
  const memory = once(child, 'message')
  child.send('memory')
  const [{ memory: server }] = await memory
  const after = proxy.counts
  const row = {
    ...{ states, replies: REPLIES, side: prompts[0].chunks[0].frame.width },
    ...{ requests: after.requests - before.requests, sent: after.sent - before.sent, received: after.received - before.received },
    ...{ seconds, server, client: process.memoryUsage().rss },
  }
  await engine.close()
  proxy.close()
  return row
}

if (process.send) {
  const folder = mkdtempSync(join(tmpdir(), 'null-engine-'))
  const server = await serveEngine({ open: async (saves) => nullEngine(saves), folder, port: 0, model: {}, maxBody: 1024 ** 3 })
  process.on('message', () => process.send({ memory: process.memoryUsage().rss }))
  process.once('disconnect', async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
    process.exit()
  })
  process.send({ url: server.url })
} else await measure()
