/**
 * The renderer's inner loops: a WebAssembly module (kernel.as.ts) with memory of its own, one for each thread. What it works on is copied
 * into blocks of that memory. Integers only, so results are equal on every platform. Little-endian, as WebAssembly is everywhere.
 */
import { KERNEL, SHARED_KERNEL } from './kernel-data.ts'

/** Addresses are bytes in `memory`; see kernel.as.ts. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer | SharedArrayBuffer }
  allocate(size: number): number
  release(block: number): void
  draw(count: number, sprites: number, drawn: number, boxes: number, stamps: number, canvas: number, stride: number, channels: number): void
  encode(
    catalogue: number,
    items: number,
    sprites: number,
    nearby: number,
    boxes: number,
    bands: number,
    bandsEnd: number,
    height: number,
    plain: number,
    weighted: number,
    to: number,
  ): number
}

/** The part of the global WebAssembly that is used here; TypeScript knows it only beside a browser's other globals. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown }
  readonly Memory: new (pages: { initial: number; maximum: number; shared: boolean }) => object
}

const { Module, Instance, Memory } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly

function start(binary: string, imports?: object): Kernel {
  const bytes = Uint8Array.from(atob(binary), (char) => char.charCodeAt(0))
  return new Instance(new Module(bytes), imports).exports as Kernel
}

/** The kernel of this thread. */
export let kernel: Kernel = start(KERNEL)

let used = false

/** Gives this thread a kernel whose memory other threads can read, as `shareFrame` of a renderer needs. Call it before anything is drawn. */
export function shareKernelMemory(): void {
  if (used) throw new Error('The kernel of this thread is in use; share its memory before anything is drawn.')
  kernel = start(SHARED_KERNEL, { env: { memory: new Memory({ initial: 1, maximum: 65536, shared: true }) } })
}

const garbage = new FinalizationRegistry((at: number) => kernel.release(at))

/** A block of the kernel's memory, given back once this object is garbage. */
export class Block {
  /** Its address. */
  readonly at: number
  readonly size: number
  /** A block whose addresses stand in this one, and which therefore lives as long. */
  readonly refersTo: Block | undefined

  /** A block of `size` bytes, whatever they hold. */
  constructor(size: number, refersTo?: Block) {
    used = true
    this.size = size
    this.refersTo = refersTo
    this.at = kernel.allocate(size)
    garbage.register(this, this.at)
  }

  /** Its bytes; unless the memory is shared, valid until it grows, that is until the next block is made. */
  bytes(): Uint8Array {
    return new Uint8Array(kernel.memory.buffer, this.at, this.size)
  }
}

/** A block that is used again for what is needed at the moment. */
export class Scratch {
  #block: Block | undefined

  /** Room for `size` bytes; what was there is lost. */
  room(size: number): Block {
    const known = this.#block
    if (known !== undefined && known.size >= size) return known
    this.#block = new Block(Math.max(size, 2 * (known?.size ?? 2048)))
    return this.#block
  }
}

/** Copies arrays into one block, each at an address that is a multiple of 8; gives their addresses, too. */
export function blockOf(
  arrays: readonly (Uint8Array | Uint16Array | Int32Array | BigUint64Array)[],
  refersTo?: Block,
): { readonly block: Block; readonly at: readonly number[] } {
  let size = 0
  const places = arrays.map(({ byteLength }) => {
    const place = size
    size += (byteLength + 7) & ~7
    return place
  })
  // The kernel may read a few bytes beyond an array's end.
  const block = new Block(size + 8, refersTo)
  const bytes = block.bytes()
  for (const [i, { buffer, byteOffset, byteLength }] of arrays.entries())
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), places[i])
  return { block, at: places.map((place) => block.at + place) }
}

const input = new Scratch()

/** Copies lists of whole numbers into the kernel's memory, one after the other; gives their addresses and the end. Valid until called again. */
export function inputs(...lists: readonly ArrayLike<number>[]): number[] {
  let size = 0
  for (const { length } of lists) size += length
  const block = input.room(4 * size)
  const numbers = new Int32Array(kernel.memory.buffer, block.at, size)
  const places = [block.at]
  let at = 0
  for (const list of lists) {
    numbers.set(list, at)
    at += list.length
    places.push(block.at + 4 * at)
  }
  return places
}
