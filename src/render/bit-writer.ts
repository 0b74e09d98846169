/** Bits into 16-bit words, low bit first, as deflate wants them; into one buffer that is used again. Little-endian machines only, as all are. */
export class BitWriter {
  #words: Uint16Array = new Uint16Array(32768)
  #at = 0
  #held = 0
  #count = 0

  /** Starts anew, with room for `room` bytes. */
  start(room: number): void {
    if (2 * this.#words.length < room) this.#words = new Uint16Array(Math.ceil(room / 2))
    this.#at = 0
    this.#held = 0
    this.#count = 0
  }

  /** Writes the low `count` bits, 0..32 of them; the others must be 0. */
  put(bits: number, count: number): void {
    if (count > 16) {
      this.put(bits & 0xffff, 16)
      this.put(bits >>> 16, count - 16)
      return
    }
    const held = this.#held | (bits << this.#count)
    const filled = this.#count + count
    if (filled < 16) {
      this.#held = held
      this.#count = filled
    } else {
      this.#words[this.#at++] = held
      this.#held = held >>> 16
      this.#count = filled - 16
    }
  }

  /** Writes `count` bits that are stored 16 a word from `words[from]` on. */
  putWords(words: Uint16Array, from: number, count: number): void {
    const out = this.#words
    const shift = this.#count
    let held = this.#held
    let at = this.#at
    let word = from
    let left = count
    for (; left >= 16; left -= 16) {
      held |= words[word++]! << shift
      out[at++] = held
      held >>>= 16
    }
    this.#at = at
    this.#held = held
    if (left > 0) this.put(words[word]!, left)
  }

  /** Bits written since `start`. */
  get count(): number {
    return 16 * this.#at + this.#count
  }

  /** The bytes written, the last one filled up with zeros; valid until the next `start`. */
  bytes(): Uint8Array {
    const { count } = this
    this.#words[this.#at] = this.#held
    return new Uint8Array(this.#words.buffer, 0, Math.ceil(count / 8))
  }

  /** A copy of the words written, the last one filled up with zeros. */
  words(): Uint16Array {
    this.#words[this.#at] = this.#held
    return this.#words.slice(0, Math.ceil(this.count / 16))
  }
}
