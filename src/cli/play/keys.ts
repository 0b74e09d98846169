/**
 * Keys of a terminal, one at a time. While it is open the terminal is in raw mode and shows its second screen without a cursor; whatever
 * ends the process, all of that is taken back.
 */
import { emitKeypressEvents, type Interface } from 'node:readline'

/** Where keys come from. */
export type KeyInput = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }

/** A key that was pressed. */
export interface PressedKey {
  /** 'up', 'return', 'escape', 'a', …; undefined for characters without a name. */
  readonly name: string | undefined
  /** The character, if it is one that can be printed. */
  readonly character: string | undefined
  readonly ctrl: boolean
}

/** What Node gives with a 'keypress'. */
interface Keypress {
  readonly name?: string
  readonly ctrl?: boolean
  readonly meta?: boolean
}

/** Milliseconds in which the rest of an escape sequence must come; a lone Esc is known after them. */
const ESCAPE_TIMEOUT = 50

const SECOND_SCREEN = '\u001b[?1049h\u001b[?25l'
const FIRST_SCREEN = '\u001b[?25h\u001b[?1049l'

/** Exit codes of a process that a signal ends: 128 and its number. */
const ENDING = { SIGTERM: 143, SIGHUP: 129 } as const

/** Reads keys until it is closed; `next` gives null at the end of the input. */
export class KeyReader {
  readonly #input: KeyInput
  readonly #output: NodeJS.WritableStream
  readonly #queue: PressedKey[] = []
  #wake: () => void = () => {}
  #ended = false
  #open = false

  constructor(input: KeyInput, output: NodeJS.WritableStream) {
    this.#input = input
    this.#output = output
  }

  /** Takes the terminal over. */
  open(): void {
    emitKeypressEvents(this.#input, { escapeCodeTimeout: ESCAPE_TIMEOUT } as unknown as Interface)
    this.#input.on('keypress', this.#pressed).on('end', this.#end).on('close', this.#end)
    process.on('exit', this.#restore).on('SIGCONT', this.#resume)
    for (const signal of Object.keys(ENDING) as (keyof typeof ENDING)[]) process.on(signal, this.#leave)
    this.#take()
  }

  /** Gives the terminal back. Idempotent. */
  close(): void {
    this.#restore()
    this.#input.off('keypress', this.#pressed).off('end', this.#end).off('close', this.#end)
    process.off('exit', this.#restore).off('SIGCONT', this.#resume)
    for (const signal of Object.keys(ENDING) as (keyof typeof ENDING)[]) process.off(signal, this.#leave)
    this.#input.pause()
    this.#end()
  }

  /** The next key; null at the end. */
  async next(): Promise<PressedKey | null> {
    while (this.#queue.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#queue.shift() ?? null
  }

  readonly #pressed = (text: string | undefined, { name, ctrl = false, meta = false }: Keypress): void => {
    if (ctrl && name === 'z' && process.platform !== 'win32') {
      this.#suspend()
      return
    }
    const character = !ctrl && !meta && text !== undefined && /^[^\p{C}]$/u.test(text) ? text : undefined
    this.#queue.push({ name, character, ctrl })
    this.#wake()
  }

  readonly #end = (): void => {
    this.#ended = true
    this.#wake()
  }

  #take(): void {
    this.#open = true
    this.#input.setRawMode?.(true)
    this.#input.resume()
    this.#output.write(SECOND_SCREEN)
  }

  readonly #restore = (): void => {
    if (!this.#open) return
    this.#open = false
    this.#input.setRawMode?.(false)
    this.#output.write(FIRST_SCREEN)
  }

  /** Ctrl-Z: the shell gets the terminal as it was. */
  #suspend(): void {
    this.#restore()
    process.kill(process.pid, 'SIGTSTP')
  }

  /** Back from the shell: an empty key, so that the screen is drawn anew. */
  readonly #resume = (): void => {
    if (this.#open || this.#ended) return
    this.#take()
    this.#queue.push({ name: undefined, character: undefined, ctrl: false })
    this.#wake()
  }

  readonly #leave = (signal: NodeJS.Signals): void => {
    process.exit(ENDING[signal as keyof typeof ENDING])
  }
}
