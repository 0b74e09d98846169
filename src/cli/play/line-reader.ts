/** Lines of a terminal or a pipe, one at a time. Node's readline is loaded on first use, so importing this needs no Node. */
import type { Interface } from 'node:readline'

export interface LineStreams {
  /** Default: the process's own. */
  readonly input?: NodeJS.ReadableStream
  readonly output?: NodeJS.WritableStream
}

/** Reads ahead into a queue, so lines of a pipe are not lost; pauses the input between questions, so a waiting one holds no process. */
export class LineReader {
  readonly #streams: LineStreams
  readonly #queue: string[] = []
  #lines: Interface | undefined
  #ended = false
  #wake: () => void = () => {}

  constructor(streams: LineStreams) {
    this.#streams = streams
  }

  /** Prints the question and waits for a line; null at the end of the input. Rejects with the signal's reason on abort. */
  async ask(question: string, signal?: AbortSignal): Promise<string | null> {
    const lines = await this.#open()
    const output = this.#streams.output ?? process.stdout
    output.write(question)
    lines.resume()
    const wake = (): void => this.#wake()
    signal?.addEventListener('abort', wake)
    try {
      while (this.#queue.length === 0 && !this.#ended) {
        signal?.throwIfAborted()
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      return this.#queue.shift() ?? null
    } finally {
      signal?.removeEventListener('abort', wake)
      if (!this.#ended) lines.pause()
    }
  }

  close(): void {
    this.#lines?.close()
  }

  async #open(): Promise<Interface> {
    if (this.#lines !== undefined) return this.#lines
    const { createInterface } = await import('node:readline')
    const lines = createInterface({ input: this.#streams.input ?? process.stdin, terminal: false })
    lines.on('line', (line) => {
      this.#queue.push(line)
      this.#wake()
    })
    lines.on('close', () => {
      this.#ended = true
      this.#wake()
    })
    this.#lines = lines
    return lines
  }
}
