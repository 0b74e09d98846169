/** The embedded engine against the machine: training as a share of the plain matmul rate, and sampling. */
import { EmbeddedEngine, internals } from '@vlm-gym/engine-onnx'
import { loadGames } from 'vlm-gym/games'
import { lexiconOf, presetNamed } from 'vlm-gym/train'
import { measure, row } from './measure.mjs'

const { decodeGraph, floats, int32s, loadGraph, modelConfig, run, Tape, trainingGraph, vocabularyOf } = internals
const threads = 2
const runtime = { threads, spin: false }
const size = (shape) => shape.reduce((a, b) => a * b, 1)
const noise = (n) => Float32Array.from({ length: n }, (_, i) => ((i * 7919) % 1000) / 1e4)

/** A session with made-up inputs, ready to run. `sizes`: names to the shapes of inputs and outputs that the graph leaves open. */
async function ready({ inputs, outputs, ...rest }, sizes = {}) {
  const sized = (values) => values.map((value) => ({ ...value, shape: sizes[value.name.replace(/\d+$/, 'N')] ?? value.shape }))
  const graph = { inputs: sized(inputs), outputs: sized(outputs), ...rest }
  const session = await loadGraph(graph, runtime)
  const tensor = ({ type, shape }) => (type === 'int32' ? int32s(new Int32Array(size(shape)), shape) : floats(noise(size(shape)), shape))
  const feeds = Object.fromEntries(graph.inputs.map((value) => [value.name, tensor(value)]))
  const fetches = Object.fromEntries(graph.outputs.map((value) => [value.name, tensor(value)]))
  return { feeds, work: () => run(session, feeds, fetches), flops: graph.flops }
}

function matmul(m, k, n) {
  const tape = new Tape()
  return tape.finish({ y: tape.linear(tape.input('a', [m, k]), tape.input('b', [k, n])) })
}

export async function engineBench() {
  const { model } = presetNamed('laptop')
  const words = lexiconOf(await loadGames(presetNamed('laptop').games.map(({ id }) => id)))
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
  const sampled = (await engine.sampler().sample(request)).flat().reduce((sum, { tokens }) => sum + tokens.length, 0)
  const [rows256, capacity] = [256, 64]
  const cache = [rows256, capacity, config.headWidth]
  const row1 = [rows256, config.headWidth]
  const decode = await ready(decodeGraph(config, vocabulary), {
    ...{ tokens: [rows256], line: [rows256], word: [rows256], mask: [capacity + 1], same: [rows256, 1, capacity + 1] },
    ...{ 'past.k.N': cache, 'past.v.N': cache, 'k.N': row1, 'v.N': row1, probabilities: [rows256, words.length] },
  })
  rows.push(
    ...(await measure([
      { name: 'sampling, 32 pictures × 8 replies', unit: 'tokens/s', perCall: sampled, work: () => engine.sampler().sample(request) },
      { name: 'sampling, the decode graph alone', unit: 'tokens/s', perCall: 256, work: decode.work },
    ])),
  )
  return rows
}
