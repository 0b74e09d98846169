/** ONNX Runtime sessions: one per static graph, made on first use, weights fed as views of a flat buffer (no copies). */
import * as ort from 'onnxruntime-node'
import { encodeOnnx, type GraphDef } from './onnx-format.ts'

export interface RuntimeOptions {
  /** Threads inside an operator. */
  readonly threads: number
  /** Whether idle threads spin: faster on an idle machine, much slower on a shared one. */
  readonly spin: boolean
}

/** A loaded graph. ONNX Runtime's own types want a browser's, so that they stay out of what this package declares. */
export interface Session {
  readonly inputNames: readonly string[]
}

/** A tensor of ONNX Runtime. */
export interface FeedTensor {
  readonly dims: readonly number[]
}

export type Feeds = Record<string, FeedTensor>

export async function loadGraph(graph: GraphDef, { threads, spin }: RuntimeOptions): Promise<Session> {
  return ort.InferenceSession.create(encodeOnnx(graph), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spin ? '1' : '0' } } },
  })
}

export const floats = (data: Float32Array, shape: readonly number[]): FeedTensor => new ort.Tensor('float32', data, shape)
export const int32s = (data: Int32Array, shape: readonly number[]): FeedTensor => new ort.Tensor('int32', data, shape)

const inputNames = new WeakMap<Session, ReadonlySet<string>>()

/** Runs a session into `fetches`, whose tensors it fills in place. Feeds that the graph does not name are left out. */
export async function run(session: Session, feeds: Feeds, fetches: Feeds): Promise<void> {
  const wanted = inputNames.get(session) ?? new Set(session.inputNames)
  inputNames.set(session, wanted)
  const used: Record<string, ort.Tensor> = {}
  for (const name in feeds) if (wanted.has(name)) used[name] = feeds[name] as ort.Tensor
  await (session as ort.InferenceSession).run(used, fetches as Record<string, ort.Tensor>)
}

/** The smallest listed batch size that holds `count`, or the largest. */
export const fitting = (count: number, sizes: readonly number[]): number => sizes.find((size) => size >= count) ?? (sizes.at(-1) as number)
