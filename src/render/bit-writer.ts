/** Bits into bytes, low bit first, as deflate wants them; into one buffer that is used again. */
export class BitWriter {
  bytes: Uint8Array = new Uint8Array(65536)
  /** Whole bytes written. */
  at = 0
  #held = 0
  #count = 0

  /** Starts anew behind `head`, with room for at least `room` bytes more. */
  start(head: Uint8Array, room: number): void {
    if (this.bytes.length < head.length + room) this.bytes = new Uint8Array(head.length + room)
    this.bytes.set(head)
    this.at = head.length
    this.#held = 0
    this.#count = 0
  }

  /** Writes the low `count` bits, 0..24 of them; the others must be 0. */
  put(bits: number, count: number): void {
    let held = this.#held | (bits << this.#count)
    let filled = this.#count + count
    while (filled >= 8) {
      this.bytes[this.at++] = held
      held >>>= 8
      filled -= 8
    }
    this.#held = held
    this.#count = filled
  }

  /** Writes `count` bits that are stored 16 a word from `words[from]` on. */
  putWords(words: Uint16Array, from: number, count: number): void {
    let held = this.#held
    const filled = this.#count
    const { bytes } = this
    let { at } = this
    let left = count
    let word = from
    for (; left >= 16; left -= 16) {
      held |= words[word++]! << filled
      bytes[at] = held
      bytes[at + 1] = held >>> 8
      at += 2
      held >>>= 16
    }
    this.at = at
    this.#held = held
    if (left > 0) this.put(words[word]!, left)
  }

  /** Fills the last byte up with zeros. */
  align(): void {
    if (this.#count > 0) this.bytes[this.at++] = this.#held
    this.#held = 0
    this.#count = 0
  }
}
