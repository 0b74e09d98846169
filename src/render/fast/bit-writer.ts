/** Bits into bytes, low bit first, as deflate wants them. */
export class BitWriter {
  readonly #bytes: number[] = []
  #held = 0
  #count = 0

  /** Writes the low `count` bits, 0..16 of them; the others must be 0. */
  put(bits: number, count: number): void {
    this.#held |= bits << this.#count
    this.#count += count
    for (; this.#count >= 8; this.#count -= 8, this.#held >>>= 8) this.#bytes.push(this.#held & 255)
  }

  /** Bits written. */
  get count(): number {
    return 8 * this.#bytes.length + this.#count
  }

  /** The bytes written, the last one filled up with zeros. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#count > 0 ? [...this.#bytes, this.#held] : this.#bytes)
  }
}
