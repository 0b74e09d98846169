/** The embedded engine against the machine: training as a share of the plain matmul rate, sampling with either attention kernel. */
import { EmbeddedEngine, internals } from '@vlm-gym/engine-onnx'
import { gameList } from 'vlm-gym'
import { lexiconOf, presetNamed } from 'vlm-gym/train'
import { measure, row } from './measure.mjs'

const { decodeGraph, floats, int32s, loadGraph, modelConfig, run, Tape, trainingGraph, vocabularyOf } = internals
const threads = 2
const runtime = { threads, spin: false }
const size = (shape) => shape.reduce((a, b) => a * b, 1)
const noise = (n) => Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 1000) / 1e4)

/** A session with made-up inputs, ready to run. */
async function ready(graph, aliases = (name) => name) {
  const session = await loadGraph(graph, runtime)
  const tensor = ({ type, shape }) => (type === 'int32' ? int32s(new Int32Array(size(shape)), shape) : floats(noise(size(shape)), shape))
  const feeds = Object.fromEntries(graph.inputs.map((value) => [value.name, tensor(value)]))
  const fetches = Object.fromEntries(graph.outputs.map((value) => [value.name, feeds[aliases(value.name)] ?? tensor(value)]))
  return { feeds, work: () => run(session, feeds, fetches), flops: graph.flops }
}

function matmul(m, k, n) {
  const tape = new Tape()
  return tape.finish({ y: tape.linear(tape.input('a', [m, k]), tape.input('b', [k, n])) })
}

/** One token's attention of all heads over a cache of `rows`: ONNX Runtime's fused kernel, or plain operators. */
function attention(kind, batch, heads, width, rows) {
  const tape = new Tape()
  const q = tape.input('q', [batch, heads, width])
  const cache = [batch, 1, rows, width]
  if (kind === 'plain') {
    const flat = [batch, rows, width]
    const y = tape.attention(q, tape.input('k', flat), tape.input('v', flat), tape.input('mask', [heads, rows]), width ** -0.5)
    return tape.finish({ y })
  }
  const flatQ = tape.reshape(q, [batch, 1, heads * width])
  const inputs = [
    flatQ,
    tape.input('k', [batch, 1, width]),
    tape.input('v', [batch, 1, width]),
    tape.input('past.k', cache),
    tape.input('past.v', cache),
  ]
  inputs.push(tape.input('seen', [batch], 'int32'), tape.input('total', [1], 'int32'))
  const outputs = [{ shape: [batch, 1, heads * width] }, { shape: cache, name: 'present.k' }, { shape: cache, name: 'present.v' }]
  const [y, k, v] = tape.ops('GroupQueryAttention', inputs, outputs, { num_heads: heads, kv_num_heads: 1 }, 'com.microsoft')
  return tape.finish({ y, 'present.k': k, 'present.v': v })
}

const past = (name) => name.replace('present', 'past')

export async function engineBench() {
  const { model } = presetNamed('laptop')
  const words = lexiconOf(gameList())
  const config = modelConfig.parse(model)
  const vocabulary = vocabularyOf(words, config)
  const batch = 64
  const text = 40
  const graph = trainingGraph(config, vocabulary, { batch, rows: 4, columns: 4, text })
  const training = await ready(graph)
  const plain = await ready(matmul(1024, 1024, 1024))
  const own = await ready(matmul(batch * 56, 128, 512))
  const [g, p, o] = await measure(
    [
      { name: 'training, all operators', unit: 'GFLOPS', perCall: training.flops / 1e9, work: training.work },
      { name: 'plain matmul, 1024 × 1024 × 1024', unit: 'GFLOPS', perCall: plain.flops / 1e9, work: plain.work },
      { name: 'plain matmul, the model’s widest (3584 × 128 × 512)', unit: 'GFLOPS', perCall: own.flops / 1e9, work: own.work },
    ],
    { rounds: 9, milliseconds: 400 },
  )
  const shares = g.rounds.map((value, i) => (100 * value) / p.rounds[i])
  const rows = [g, p, o, row('training, share of the plain matmul rate', '%', shares, 80)]
  const tokensPerFlop = (batch * text) / (training.flops / 1e9)
  rows.push(
    row(
      'training, text tokens',
      'tokens/s',
      g.rounds.map((value) => value * tokensPerFlop),
    ),
  )

  const engine = new EmbeddedEngine({ model, words, threads })
  const frame = { width: 64, height: 64, pixels: new Uint8Array(4096), palette: new Uint8Array(3) }
  const prompt = {
    chunks: [
      { type: 'image', frame, expectedTokens: 16 },
      { type: 'encoded_text', tokens: [1, 2, 3] },
    ],
  }
  const request = { prompts: new Array(32).fill(prompt), n: 8, params: { maxTokens: 36, temperature: 1, seed: 1 } }
  const sampled = (await engine.sample(request)).flat().reduce((sum, { tokens }) => sum + tokens.length, 0)
  const decode = await ready(decodeGraph(config, vocabulary, 256, 56), past)
  decode.feeds.seen.data.fill(36)
  decode.feeds.total.data[0] = 37
  const kernels = await Promise.all(['fused', 'plain'].map((kind) => ready(attention(kind, 256, 4, 32, 56), past)))
  kernels[0].feeds.seen.data.fill(36)
  kernels[0].feeds.total.data[0] = 37
  rows.push(
    ...(await measure([
      { name: 'sampling, 32 pictures × 8 replies', unit: 'tokens/s', perCall: sampled, work: () => engine.sample(request) },
      { name: 'sampling, the decode graph alone', unit: 'tokens/s', perCall: 256, work: decode.work },
      { name: 'decode attention, shared-cache kernel', unit: 'tokens/s', perCall: 256, work: kernels[0].work },
      { name: 'decode attention, plain operators', unit: 'tokens/s', perCall: 256, work: kernels[1].work },
    ])),
  )
  return rows
}
