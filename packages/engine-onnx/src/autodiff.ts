/**
 * Reverse-mode automatic differentiation that emits an ONNX graph: operations append forward nodes to a tape,
 * `gradients` appends the backward nodes. All shapes are static. Values are float32 unless they say otherwise.
 *
 * Only what the model needs is here. Contractions are FusedMatMul / Gemm (transposes for free), attention is one
 * operation with its own backward rule, because the softmax backward needs only rowsum(dO · O) (Dao et al., FlashAttention, eq. 4).
 */
import type { AttributeValue, ConstantDef, ElementType, GraphDef, NodeDef, ValueDef } from './onnx-format.ts'

/** A tensor of the graph; `shape` is static. */
export type Value = ValueDef

type Backward = (outputGradient: Value) => readonly (readonly [Value, Value])[]

const MICROSOFT = 'com.microsoft'
/** Elements of a tensor; an axis of any size counts as one. */
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * Math.abs(b), 1)
const last = (value: Value): number => value.shape[value.shape.length - 1] as number

/** Keys or values of a sequence so far, and the row of the token that is being decoded. */
export interface CachedRows {
  /** [B, S, d]. */
  readonly past: Value
  /** [B, 1, d]. */
  readonly own: Value
}

/** The end of an axis of any size, for slices. */
const END = 2 ** 31 - 1

/** A graph under construction. Methods append nodes and return the value they produce. */
export class Tape {
  readonly #nodes: NodeDef[] = []
  readonly #inputs: Value[] = []
  readonly #constants = new Map<string, ConstantDef>()
  readonly #backward: { output: Value; rule: Backward }[] = []
  /** Floating-point operations of contractions, by output name. */
  readonly #flops = new Map<string, number>()
  #count = 0

  /** A graph input. Inputs that nothing reads are pruned from the finished graph. */
  input(name: string, shape: readonly number[], type: ElementType = 'float32'): Value {
    const value = { name, shape, type }
    this.#inputs.push(value)
    return value
  }

  /** Any node with one output; not differentiated. */
  op(
    opType: string,
    inputs: readonly Value[],
    shape: readonly number[],
    attributes: Record<string, AttributeValue> = {},
    type: ElementType = 'float32',
    domain = '',
  ): Value {
    const value = { name: `v${this.#count++}`, shape, type }
    this.#nodes.push({ opType, domain, inputs: inputs.map(({ name }) => name), outputs: [value.name], attributes })
    return value
  }

  #emit(output: Value, rule: Backward): Value {
    this.#backward.push({ output, rule })
    return output
  }

  floats(data: readonly number[] | Float32Array, shape: readonly number[]): Value {
    return this.#constant('float32', data instanceof Float32Array ? data : Float32Array.from(data), shape)
  }

  ints(data: readonly number[]): Value {
    return this.#constant('int64', BigInt64Array.from(data.map(BigInt)), [data.length])
  }

  int32s(data: readonly number[]): Value {
    return this.#constant('int32', Int32Array.from(data), [data.length])
  }

  scalar(value: number): Value {
    return this.floats([value], [])
  }

  #constant(type: ElementType, data: ConstantDef['data'], shape: readonly number[]): Value {
    const key = data.length <= 8 ? `${type}${shape}:${data.join()}` : `c${this.#count++}`
    const known = this.#constants.get(key)
    if (known) return known
    const value = { name: `k${this.#constants.size}`, type, shape, data }
    this.#constants.set(key, value)
    return value
  }

  #binary(opType: 'Add' | 'Sub' | 'Mul', a: Value, b: Value): Value {
    const wider = a.shape.length === b.shape.length ? product(a.shape) >= product(b.shape) : a.shape.length > b.shape.length
    return this.op(opType, [a, b], wider ? a.shape : b.shape)
  }

  /** FusedMatMul over the last two axes: alpha · op(a) op(b). */
  #contract(a: Value, b: Value, options: { transA?: boolean; transB?: boolean; alpha?: number } = {}): Value {
    const rows = options.transA ? last(a) : (a.shape.at(-2) as number)
    const columns = options.transB ? (b.shape.at(-2) as number) : last(b)
    const attributes = { transA: options.transA ? 1 : 0, transB: options.transB ? 1 : 0, alpha: { float: options.alpha ?? 1 } }
    const output = this.op('FusedMatMul', [a, b], [...a.shape.slice(0, -2), rows, columns], attributes, 'float32', MICROSOFT)
    return this.#counted(output, options.transA ? (a.shape.at(-2) as number) : last(a))
  }

  /** alpha · op(a) op(b) over the last two axes. Not differentiated. */
  product(a: Value, b: Value, options: { transA?: boolean; transB?: boolean; alpha?: number } = {}): Value {
    return this.#contract(a, b, options)
  }

  /** Counts 2 · inner operations per element of a contraction's output. */
  #counted(output: Value, inner: number): Value {
    this.#flops.set(output.name, 2 * inner * product(output.shape))
    return output
  }

  /** x[..., K] · w[K, N]. */
  linear(x: Value, w: Value): Value {
    const output = this.#counted(this.op('MatMul', [x, w], [...x.shape.slice(0, -1), last(w)]), last(x))
    return this.#emit(output, (g) => {
      const rows = product(x.shape) / last(x)
      const flatX = this.#reshape(x, [rows, last(x)])
      const flatG = this.#reshape(g, [rows, last(w)])
      return [
        [x, this.#contract(g, w, { transB: true })],
        [w, this.#counted(this.op('Gemm', [flatX, flatG], w.shape, { transA: 1 }), rows)],
      ]
    })
  }

  /** Sum; `b` may lack leading axes of `a` (its gradient is summed over them). */
  add(a: Value, b: Value): Value {
    return this.#emit(this.#binary('Add', a, b), (g) => [
      [a, g],
      [b, this.#sumTo(g, b.shape)],
    ])
  }

  #sumTo(g: Value, shape: readonly number[]): Value {
    const extra = g.shape.length - shape.length
    if (extra === 0 && product(g.shape) === product(shape)) return g
    const axes = Array.from({ length: extra }, (_, axis) => axis)
    return this.op('ReduceSum', [g, this.ints(axes)], shape, { keepdims: 0 })
  }

  #reshape(x: Value, shape: readonly number[]): Value {
    return this.op('Reshape', [x, this.ints(shape)], shape, {}, x.type)
  }

  reshape(x: Value, shape: readonly number[]): Value {
    return this.#emit(this.#reshape(x, shape), (g) => [[x, this.#reshape(g, x.shape)]])
  }

  /** [a; b] along `axis`. */
  concat(a: Value, b: Value, axis: number): Value {
    const cut = a.shape[axis] as number
    const total = cut + (b.shape[axis] as number)
    const shape = a.shape.map((n, i) => (i === axis ? total : n))
    return this.#emit(this.op('Concat', [a, b], shape, { axis }), (g) => [
      [a, this.#slice(g, axis, 0, cut)],
      [b, this.#slice(g, axis, cut, total)],
    ])
  }

  #slice(x: Value, axis: number, start: number, end: number): Value {
    const shape = x.shape.map((n, i) => (i === axis ? end - start : n))
    return this.op('Slice', [x, this.ints([start]), this.ints([end]), this.ints([axis])], shape)
  }

  /** x[..., start:end, ...] along `axis`. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    return this.#emit(this.#slice(x, axis, start, end), (g) => {
      const rank = x.shape.length
      const pads = new Array<number>(2 * rank).fill(0)
      pads[axis] = start
      pads[rank + axis] = (x.shape[axis] as number) - end
      return [[x, this.op('Pad', [g, this.ints(pads)], x.shape)]]
    })
  }

  /** table[indices]; table [N, D], indices int32 of any shape. The gradient is a product with the one-hot matrix. */
  gather(table: Value, indices: Value): Value {
    const [rows, width] = table.shape as [number, number]
    const output = this.op('Gather', [table, indices], [...indices.shape, width], { axis: 0 })
    return this.#emit(output, (g) => {
      const count = product(indices.shape)
      const oneHot = this.#reshape(this.oneHot(indices, rows), [count, rows])
      return [[table, this.op('Gemm', [oneHot, this.#reshape(g, [count, width])], table.shape, { transA: 1 })]]
    })
  }

  /** float32 [..., depth]. */
  oneHot(indices: Value, depth: number): Value {
    const values = this.floats([0, 1], [2])
    return this.op('OneHot', [indices, this.int32s([depth]), values], [...indices.shape, depth], { axis: -1 })
  }

  /** x / sqrt(mean(x²) + 1e-6) over the last axis, no gain (Zhang & Sennrich 2019). */
  rmsNorm(x: Value): Value {
    const column = [...x.shape.slice(0, -1), 1]
    const sum = this.op('ReduceSumSquare', [x, this.ints([-1])], column, { keepdims: 1 })
    const meanSquare = this.op('Mul', [sum, this.scalar(1 / last(x))], column)
    const root = this.op('Sqrt', [this.op('Add', [meanSquare, this.scalar(1e-6)], column)], column)
    const inverse = this.op('Reciprocal', [root], column)
    const y = this.op('Mul', [x, inverse], x.shape)
    return this.#emit(y, (g) => {
      const dot = this.op('ReduceMean', [this.op('Mul', [g, y], x.shape), this.ints([-1])], column, { keepdims: 1 })
      const centred = this.op('Sub', [g, this.op('Mul', [y, dot], x.shape)], x.shape)
      return [[x, this.op('Mul', [centred, inverse], x.shape)]]
    })
  }

  /** ½ max(x, 0)² · w: squared ReLU (So et al. 2021, Primer) and the product after it. The half makes the derivative max(x, 0) itself. */
  reluSquaredLinear(x: Value, w: Value): Value {
    const r = this.op('Relu', [x], x.shape)
    const square = this.op('Mul', [r, r], x.shape)
    return this.#emit(this.#contract(square, w, { alpha: 0.5 }), (g) => {
      const rows = product(x.shape) / last(x)
      const flatSquare = this.#reshape(square, [rows, last(x)])
      const flatG = this.#reshape(g, [rows, last(w)])
      return [
        [x, this.op('Mul', [r, this.#contract(g, w, { transB: true })], x.shape)],
        [w, this.#counted(this.op('Gemm', [flatSquare, flatG], w.shape, { transA: 1, alpha: { float: 0.5 } }), rows)],
      ]
    })
  }

  /** flags [B, Q, S] times a weight a head, weights [1, H] -> [B, Q·H, S]. The flags are constants of the gradient. */
  headBias(flags: Value, weights: Value): Value {
    const [batch, queries, rows] = flags.shape as [number, number, number]
    const heads = last(weights)
    const wide = this.#reshape(flags, [batch, queries, 1, rows])
    const scaled = this.op('Mul', [wide, this.#reshape(weights, [1, 1, heads, 1])], [batch, queries, heads, rows])
    return this.#emit(this.#reshape(scaled, [batch, queries * heads, rows]), (g) => {
      const byHead = this.op('Mul', [this.#reshape(g, [batch, queries, heads, rows]), wide], [batch, queries, heads, rows])
      const sum = this.op('ReduceSum', [byHead, this.ints([0, 1, 3])], [heads], { keepdims: 0 })
      return [[weights, this.#reshape(sum, weights.shape)]]
    })
  }

  /** softmax(scale · q kᵀ + mask + bias) v. q [B, R, d], k and v [B, S, d], mask [R, S] (constant), bias [B, R, S] or none -> [B, R, d]. */
  attention(q: Value, k: Value, v: Value, mask: Value, scale: number, bias: Value | null = null): Value {
    const scores = this.#contract(q, k, { transB: true, alpha: scale })
    const unbiased = this.op('Add', [scores, mask], scores.shape)
    const masked = bias ? this.op('Add', [unbiased, bias], scores.shape) : unbiased
    const weights = this.op('Softmax', [masked], scores.shape, { axis: -1 })
    const output = this.#contract(weights, v)
    return this.#emit(output, (g) => {
      const column = [...output.shape.slice(0, -1), 1]
      const rowSum = this.op('ReduceSum', [this.op('Mul', [g, output], output.shape), this.ints([-1])], column, { keepdims: 1 })
      const weightsGradient = this.#contract(g, v, { transB: true })
      const centred = this.op('Sub', [weightsGradient, rowSum], scores.shape)
      const scoresGradient = this.op('Mul', [weights, centred], scores.shape)
      return [
        ...(bias ? [[bias, scoresGradient] as const] : []),
        [q, this.#contract(scoresGradient, k, { alpha: scale })],
        [k, this.#contract(scoresGradient, q, { transA: true, alpha: scale })],
        [v, this.#contract(weights, g, { transA: true })],
      ]
    })
  }

  /**
   * Attention of one new row over a cache and itself: softmax(scale · q [past; own]ᵀ + mask + bias) [past; own]. q [B, H, d], past [B, S, d],
   * own [B, 1, d], mask [S + 1], bias [B, H, S + 1] or none -> [B, H, d]. B and S may be any. Not differentiated. The two parts are kept apart, so that the cache is never copied.
   */
  cachedAttention(q: Value, k: CachedRows, v: CachedRows, mask: Value, scale: number, bias: Value | null): Value {
    const [batch, heads] = q.shape as [number, number]
    const shape = [batch, heads, last(mask)]
    const parts = [k.past, k.own].map((keys) => this.#contract(q, keys, { transB: true, alpha: scale }))
    const unbiased = this.op('Add', [this.op('Concat', parts, shape, { axis: 2 }), mask], shape)
    const masked = bias ? this.op('Add', [unbiased, bias], shape) : unbiased
    const weights = this.op('Softmax', [masked], shape, { axis: -1 })
    const [ofPast, ofOwn] = [this.#slice(weights, 2, 0, -1), this.#slice(weights, 2, -1, END)]
    return this.#binary('Add', this.#contract(ofPast, v.past), this.op('Mul', [ofOwn, v.own], q.shape))
  }

  /** Gradients of `wanted` when `output` has the gradient `seed`: one backward sweep over the tape. */
  gradients(output: Value, seed: Value, wanted: readonly Value[]): Value[] {
    const found = new Map<string, Value>([[output.name, seed]])
    for (const { output: y, rule } of this.#backward.splice(0).reverse()) {
      const g = found.get(y.name)
      if (!g) continue
      for (const [input, gradient] of rule(g)) {
        const known = found.get(input.name)
        found.set(input.name, known ? this.#binary('Add', known, gradient) : gradient)
      }
    }
    return wanted.map((value) => {
      const g = found.get(value.name)
      if (!g) throw new Error(`no gradient reaches ${value.name}`)
      return g
    })
  }

  /** The finished graph; `outputs` are renamed as given; nodes and inputs that lead nowhere are pruned. */
  finish(outputs: { readonly [name: string]: Value }, metadata?: GraphDef['metadata']): GraphDef {
    const named = Object.entries(outputs).map(([name, value]) => {
      if (name !== value.name) this.#nodes.push({ opType: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} })
      return { ...value, name }
    })
    const needed = new Set(named.map((value) => value.name))
    const kept: NodeDef[] = []
    for (const node of this.#nodes.reverse()) {
      if (!node.outputs.some((name) => needed.has(name))) continue
      for (const name of node.inputs) needed.add(name)
      kept.push(node)
    }
    return {
      nodes: kept.reverse(),
      inputs: this.#inputs.filter((value) => needed.has(value.name)),
      outputs: named,
      constants: [...this.#constants.values()].filter((value) => needed.has(value.name)),
      flops: kept.reduce((sum, { outputs: [name] }) => sum + (this.#flops.get(name as string) ?? 0), 0),
      ...(metadata ? { metadata } : {}),
    }
  }
}
