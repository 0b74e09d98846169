/**
 * Muon (Jordan et al. 2024): the momentum of a matrix is replaced by the nearest matrix with orthogonal rows or columns before it is applied,
 * so that every direction of it learns at one pace. Found by five steps of a quintic Newton–Schulz iteration,
 * X = a X + (b A + c A²) X with A = X Xᵀ, run as one ONNX graph for all matrices. Scaled by 0.2 √(longer side), the size of an Adam step
 * (Liu et al. 2025), so learning rates of Adam serve both. For matrices inside the blocks; embeddings and heads stay with Adam.
 */
import { Tape } from './autodiff.ts'
import type { GraphDef } from './onnx-format.ts'
import type { ParameterSlot } from './parameters.ts'
import { type Feeds, floats, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'

const [A, B, C] = [3.4445, -4.775, 2.0315]
const ITERATIONS = 5
const MOMENTUM = 0.95
const SCALE = 0.2

/** Whether Muon steps this parameter: the matrices of the blocks, which are named `<layer>.<role>`. */
export const isHidden = ({ name, shape }: Pick<ParameterSlot, 'name' | 'shape'>): boolean => /^\d+\./.test(name) && shape[0] > 1

/** `m.<name>` -> `o.<name>`, for each slot. */
export function orthogonalGraph(slots: readonly ParameterSlot[]): GraphDef {
  const tape = new Tape()
  const outputs = slots.map(({ name, shape: [rows, columns] }) => {
    const shape = [rows, columns]
    const given = tape.input(`m.${name}`, shape)
    const wide = rows <= columns
    const norm = tape.op('Sqrt', [tape.op('ReduceSumSquare', [given], [], { keepdims: 0 })], [])
    let x = tape.op('Div', [given, tape.op('Add', [norm, tape.scalar(1e-7)], [])], shape)
    for (let i = 0; i < ITERATIONS; i++) {
      const square = wide ? tape.product(x, x, { transB: true }) : tape.product(x, x, { transA: true })
      const mixed = tape.op(
        'Add',
        [tape.op('Mul', [square, tape.scalar(B)], square.shape), tape.product(square, square, { alpha: C })],
        square.shape,
      )
      const turned = wide ? tape.product(mixed, x) : tape.product(x, mixed)
      x = tape.op('Add', [tape.op('Mul', [x, tape.scalar(A)], shape), turned], shape)
    }
    return [`o.${name}`, tape.op('Mul', [x, tape.scalar(SCALE * Math.sqrt(Math.max(rows, columns)))], shape)] as const
  })
  return tape.finish(Object.fromEntries(outputs))
}

/** The orthogonalisation of one model's matrices, with buffers of its own. */
export class Muon {
  readonly #slots: readonly ParameterSlot[]
  readonly #runtime: RuntimeOptions
  #session: Promise<Session> | undefined
  readonly #given: Float32Array
  readonly #found: Float32Array
  readonly #feeds: Feeds
  readonly #fetches: Feeds

  /** slots: all of the model. `size`: floats of the flat buffers. */
  constructor(slots: readonly ParameterSlot[], size: number, runtime: RuntimeOptions) {
    this.#slots = slots.filter(isHidden)
    this.#runtime = runtime
    this.#given = new Float32Array(size)
    this.#found = new Float32Array(size)
    const views = (prefix: string, flat: Float32Array): Feeds =>
      Object.fromEntries(
        this.#slots.map(({ name, shape, offset, length }) => [`${prefix}.${name}`, floats(flat.subarray(offset, offset + length), shape)]),
      )
    this.#feeds = views('m', this.#given)
    this.#fetches = views('o', this.#found)
  }

  /** Steps the matrices in place: `momentum` takes the gradient, its orthogonalised Nesterov look-ahead goes to the weights. */
  async step(weights: Float32Array, gradient: Float32Array, momentum: Float32Array, learningRate: number, scale: number): Promise<void> {
    this.#session ??= loadGraph(orthogonalGraph(this.#slots), this.#runtime)
    const session = await this.#session
    const [given, found] = [this.#given, this.#found]
    // Plain loops: a call for each number would take three times as long.
    for (const { offset, length } of this.#slots) {
      for (let i = offset; i < offset + length; i++) {
        const g = (gradient[i] as number) * scale
        const m = MOMENTUM * (momentum[i] as number) + g
        momentum[i] = m
        given[i] = g + MOMENTUM * m
      }
    }
    await run(session, this.#feeds, this.#fetches)
    for (const { offset, length } of this.#slots) {
      for (let i = offset; i < offset + length; i++) weights[i] = (weights[i] as number) - learningRate * (found[i] as number)
      gradient.fill(0, offset, offset + length)
    }
  }
}
