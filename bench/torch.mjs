/** The embedded engine against the same model in PyTorch (torch_model.py): training steps of the main job, and sampling, by turns. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EmbeddedEngine, encodeSafetensors, internals } from '@vlm-gym/engine-onnx'
import { loadGames } from 'vlm-gym/games'
import { lexiconOf, mixOf, parseTrainConfig, presetNamed, supervisedBatch } from 'vlm-gym/train'
import { measure, share } from './measure.mjs'

const { batchesOf, datumRow, writePatches } = internals
/** The Python of the TRL tests has torch, too. */
const python = process.env.VLM_GYM_PYTHON_TRL ?? process.env.VLM_GYM_PYTHON ?? 'python3'
const script = fileURLToPath(new URL('torch_model.py', import.meta.url))

/** Most that a number of PyTorch's may differ from the engine's, as a part of the largest one of its kind. */
export const TOLERANCES = { logprobs: 1e-4, gradient: 1e-4, adam: 1e-3, muon: 1e-3, greedy: 1e-4 }

/** Why PyTorch cannot be measured here, in one sentence; null if it can. */
export function torchMissing() {
  const { error, status, stderr } = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8' })
  if (status === 0) return null
  const reason = error ? `it cannot be run (${error.code})` : (stderr.trim().split('\n').at(-1) ?? `it ended with ${status}`)
  return `the suite torch needs a Python that has torch, and ${python} is none: ${reason}; install torch there, or name another Python in VLM_GYM_PYTHON_TRL, which is looked at first, or in VLM_GYM_PYTHON`
}

/** A process of torch_model.py. `ask` sends one request and resolves to its answer; `processor` is its processor time in milliseconds. */
function startTorch({ threads, checkpoint, load }) {
  const child = spawn(python, ['-W', 'ignore', script, '--threads', threads, '--checkpoint', checkpoint, '--load', load].map(String))
  let last = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    last = `${last}${text}`.slice(-2000)
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let processor = 0
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`PyTorch ended: ${last.trim().split('\n').at(-1)}`)
      const { error, ...answer } = JSON.parse(value)
      if (error) throw new Error(error)
      processor = answer.processor
      return answer
    },
    processor: () => processor,
    async close() {
      child.stdin.end()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** What both are given: the batch of one step of the cold start of `config`, and `pictures` prompts of one size. */
function loadOf(engine, config, pictures) {
  const context = { engine, mix: mixOf(config), settings: config.coldStart, corpus: { kind: 'teacher', habits: config.teacher }, seed: 1 }
  const { data } = supervisedBatch(context, 0)
  const asked = data.map(({ modelInput: { chunks }, lossInputs: { weights } }) => {
    const [image, text] = chunks
    const prompt = text.tokens.slice(0, weights.findIndex((weight) => weight > 0) - image.expectedTokens + 1)
    return { chunks: [image, { ...text, tokens: prompt }] }
  })
  const sizeOf = ({ chunks: [{ frame }, { tokens }] }) => `${frame.width}x${frame.height}:${tokens.length}`
  const alike = asked.filter((input) => sizeOf(input) === sizeOf(asked[0]))
  return { data, prompts: Array.from({ length: pictures }, (_, i) => alike[i % alike.length]) }
}

/** The load as the tensors that torch_model.py reads, and the places of the data in its batches. */
function tensorsOf({ data, prompts }, config, words) {
  const tensors = new Map()
  const put = (name, rows, shape, list) =>
    tensors.set(name, { shape: [rows.length, ...shape], data: Float32Array.from(rows.flatMap((row) => list(row))) })
  const picturesOf = (rows) => {
    const floats = rows[0].rows * rows[0].columns * config.patch ** 2 * 3
    const pixels = new Float32Array(rows.length * floats)
    for (const [i, { frame }] of rows.entries()) writePatches(frame, config.patch, pixels, i * floats)
    return { shape: [rows.length, rows[0].rows * rows[0].columns, config.patch ** 2 * 3], data: pixels }
  }
  const rows = data.map((datum) => datumRow(datum, config, words.length))
  const batches = batchesOf(rows, config)
  for (const [i, { bucket, indices }] of batches.entries()) {
    const part = indices.map((index) => rows[index])
    const padded = (list) => Array.from({ length: bucket.text }, (_, t) => list[t] ?? 0)
    tensors.set(`${i}.pixels`, picturesOf(part))
    for (const kind of ['tokens', 'target', 'weight']) put(`${i}.${kind}`, part, [bucket.text], (row) => padded(row[kind]))
  }
  const asked = prompts.map(({ chunks: [image, { tokens }] }) => ({ ...image, tokens, ...gridOf(image.frame, config) }))
  tensors.set('prompts.pixels', picturesOf(asked))
  put('prompts.tokens', asked, [asked[0].tokens.length], ({ tokens }) => tokens)
  const sizes = {
    batches: batches.map(({ bucket: { rows, columns } }) => ({ rows, columns })),
    prompts: { rows: asked[0].rows, columns: asked[0].columns },
  }
  return { file: { metadata: { sizes: JSON.stringify(sizes) }, tensors }, batches }
}

const gridOf = ({ width, height }, { patch }) => ({ rows: height / patch, columns: width / patch })

/** Adds to `tensors` what the engine finds: log-probs, gradient, the weights after a first step of either optimiser, greedy replies. */
async function expectations(engine, { data, prompts }, batches, start, settings, greedy) {
  const tensors = new Map()
  const put = (prefix, flat) => {
    for (const { name, shape, offset, length } of engine.inspect().slots)
      tensors.set(`${prefix}.${name}`, { shape, data: flat.slice(offset, offset + length) })
  }
  for (const optimizer of ['adam', 'muon']) {
    await engine.load(start, { optimizer: true })
    const { logprobs } = await engine.forwardBackward({ data, loss: 'cross_entropy' })
    for (const [i, { bucket, indices }] of batches.entries()) {
      const own = (index) => Float32Array.from({ length: bucket.text }, (_, t) => logprobs[index][bucket.rows * bucket.columns + t] ?? 0)
      tensors.set(`${i}.logprobs`, {
        shape: [indices.length, bucket.text],
        data: Float32Array.from(indices.flatMap((index) => [...own(index)])),
      })
    }
    put('gradient', engine.inspect().gradient)
    await engine.optimStep({ ...settings, optimizer })
    put(optimizer, engine.inspect().weights)
  }
  await engine.load(start, { optimizer: true })
  const params = { maxTokens: greedy.maxTokens, temperature: 0, seed: 1 }
  const replies = await engine.sampler().sample({ prompts: prompts.slice(0, greedy.prompts), n: 1, params })
  for (const [i, [{ tokens, logprobs }]] of replies.entries()) {
    tensors.set(`greedy.${i}.tokens`, { shape: [tokens.length], data: Float32Array.from(tokens) })
    tensors.set(`greedy.${i}.logprobs`, { shape: [tokens.length], data: Float32Array.from(logprobs) })
  }
  return { metadata: {}, tensors }
}

/** Replies that are compared token for token. */
const GREEDY = 8
/** Replies to a prompt in the sampling load. */
const REPLIES = 8

/**
 * An engine with fresh weights for a preset's model and the load of its cold start; its checkpoint, the load and what the engine finds are
 * files in `folder`. `open(threads)` starts PyTorch on them and resolves when it has been found to be the same model, with `differences`, the
 * largest ones by kind. Throws if it is another.
 */
export async function compareWithTorch(preset, folder, pictures = 32) {
  const config = parseTrainConfig(presetNamed(preset))
  const words = lexiconOf(await loadGames(presetNamed('laptop').games.map(({ id }) => id)))
  const options = { model: config.model, words, seed: 1, folder }
  const engine = new EmbeddedEngine({ ...options, threads: 1 })
  const load = loadOf(engine, config, pictures)
  const { file, batches } = tensorsOf(load, engine.config, words)
  const { learningRate, maxGradNorm } = config.coldStart
  const start = await engine.save('start', 'state')
  const greedy = { prompts: GREEDY, maxTokens: config.maxTokens }
  const expected = await expectations(engine, load, batches, start, { learningRate, maxGradNorm }, greedy)
  const files = { checkpoint: join(folder, 'start.safetensors'), load: join(folder, 'load'), expected: join(folder, 'expected') }
  writeFileSync(files.load, encodeSafetensors(file))
  writeFileSync(files.expected, encodeSafetensors(expected))
  const [stop] = engine.chat.stop
  await engine.close()
  const open = async (threads) => {
    const torch = startTorch({ threads, ...files })
    try {
      const question = {
        expected: files.expected,
        rate: learningRate,
        most: maxGradNorm,
        replies_to: GREEDY,
        max_tokens: config.maxTokens,
        stop,
      }
      const { processor: _, greedyEqual, ...differences } = await torch.ask({ call: 'check', ...question })
      const wrong = Object.entries(differences).filter(([name, value]) => !(value <= TOLERANCES[name]))
      if (!greedyEqual) wrong.push(['greedy tokens', 1])
      const list = wrong.map(([name, value]) => `${name} by ${value.toPrecision(2)}`).join(', ')
      if (list)
        throw new Error(
          `PyTorch runs another model than the engine, so nothing was measured: they differ in ${list}; see bench/torch_model.py`,
        )
      return { torch, differences }
    } catch (error) {
      await torch.close()
      throw error
    }
  }
  return { load, config, options, stop, open }
}

/** Rows of ours, of torch eager and, where there is a compiler, of torch.compile, with one thread and with two. */
export async function torchBench() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-torch-'))
  try {
    const compared = await compareWithTorch('laptop', folder)
    return [...(await rowsOf(compared, 1)), ...(await rowsOf(compared, 2))]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function rowsOf({ load, config, options, stop, open }, threads) {
  const { torch } = await open(threads)
  const engine = new EmbeddedEngine({ ...options, threads })
  try {
    const loads = [...trainingLoads(engine, load, config), await samplingLoad(engine, torch, load, config, stop)]
    const compiled = await torch.ask({ call: 'train', ...loads[0].request, mode: 'compile' }).then(
      () => true,
      (error) => console.error(`no rows of torch.compile: ${error.message.split('\n')[0]}`),
    )
    const cases = loads.flatMap(({ name, unit, perCall, request, ours, modes }) => {
      const of = (who) => `${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${who}`
      const { processor } = torch
      const theirs = modes.filter((mode) => mode === 'eager' || compiled)
      return [
        { name: of('ours'), unit, perCall: perCall.ours, work: ours },
        ...theirs.map((mode) => ({
          name: of(`torch ${mode}`),
          unit,
          perCall: perCall.theirs,
          processor,
          work: () => torch.ask({ ...request, mode }),
        })),
      ]
    })
    const rows = await measure(cases, { rounds: 5, milliseconds: 1000 })
    let own = rows[0]
    return rows.flatMap((row) => {
      if (row.name.endsWith(': ours')) {
        own = row
        return [row]
      }
      return [row, share(row.name.replace(': torch', ': ours, share of torch'), own, row)]
    })
  } finally {
    await engine.close()
    await torch.close()
  }
}

/** One step of the cold start. The learning rate is 0: the weights, and with them the load, stay as they are. */
function trainingLoads(engine, { data }, { coldStart: { maxGradNorm } }) {
  return ['adam', 'muon'].map((optimizer) => ({
    ...{ name: `training, ${optimizer}`, unit: 'steps/s', perCall: { ours: 1, theirs: 1 }, modes: ['eager', 'compile'] },
    request: { call: 'train', optimizer, rate: 0, most: maxGradNorm },
    ours: () => {
      const pass = engine.forwardBackward({ data, loss: 'cross_entropy' })
      return Promise.all([pass, engine.optimStep({ learningRate: 0, maxGradNorm, optimizer })])
    },
  }))
}

/** Each draws its own replies, the same ones in every call. */
async function samplingLoad(engine, torch, { prompts }, { maxTokens }, stop) {
  const params = { maxTokens, temperature: 1, seed: 1 }
  const ours = () => engine.sampler().sample({ prompts, n: REPLIES, params })
  const request = { call: 'sample', replies: REPLIES, max_tokens: maxTokens, temperature: 1, seed: 1, stop }
  const written = (await ours()).flat().reduce((sum, { tokens }) => sum + tokens.length, 0)
  const { tokens: theirs } = await torch.ask(request)
  const name = `sampling, ${prompts.length} pictures × ${REPLIES} replies`
  return { name, unit: 'tokens/s', perCall: { ours: written, theirs }, modes: ['eager'], request, ours }
}
