/** What a person sees of a game: the head, the board, what happened, what to do. */
import type { EnvSnapshot, EnvSpec } from '../../gym/index.ts'
import { coloursOf, hasColours, hasUnicode, styled, widthOf, wrapped } from '../terminal.ts'
import { type BoardOptions, boardLines } from './board.ts'
import type { Abilities } from './looks.ts'
import type { PlayNote } from './words.ts'

/** The stream that a screen is written to. */
export type ScreenStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }

/** Lines that are kept free around the board on a terminal: the head, what happened, and what to do, with gaps. */
const AROUND = 8

/** Composes and writes screens of one game. */
export class PlayScreen {
  readonly output: ScreenStream
  readonly #spec: EnvSpec
  readonly #title: string

  constructor(spec: EnvSpec, title: string, output: ScreenStream = process.stdout) {
    this.#spec = spec
    this.#title = title
    this.output = output
  }

  /** What the terminal can show. */
  get abilities(): Abilities {
    return { colours: hasColours(this.output as NodeJS.WriteStream), unicode: hasUnicode() }
  }

  /** Columns for texts. */
  get width(): number {
    return widthOf(this.output)
  }

  get #colours(): ReturnType<typeof coloursOf> {
    return coloursOf(this.output as NodeJS.WriteStream)
  }

  /** Head and board. */
  board(now: EnvSnapshot, options: Pick<BoardOptions, 'cursor' | 'picked'> = {}): string[] {
    const { game, skin } = this.#spec
    const { bold, dim } = this.#colours
    const dot = this.abilities.unicode ? '·' : '-'
    const head = `${bold(game.title)}  ${dim(`${this.#title} ${dot} move ${now.steps} ${dot} points ${now.return}`)}`
    const height = this.output.isTTY ? (this.output.rows ?? 24) - AROUND : 0
    return [head, '', ...boardLines(game, now.state, skin.theme, { ...this.abilities, width: this.width, height, ...options })]
  }

  /** What there is to say, wrapped and in its colour. */
  note({ text, tone }: PlayNote): string[] {
    const { green, red } = this.#colours
    const colour = tone === 'good' ? green : tone === 'bad' ? red : (line: string): string => line
    return this.#texts(text).map(colour)
  }

  /** Lines for people, less bright. */
  dim(text: string): string[] {
    return this.#texts(text).map(this.#colours.dim)
  }

  /** A line or a paragraph that stands out. */
  bold(text: string): string[] {
    return this.#texts(text).map(this.#colours.bold)
  }

  #texts(text: string): string[] {
    return text === '' ? [] : wrapped(text, this.width)
  }

  /** Writes lines one after the other. */
  print(lines: readonly string[]): void {
    this.output.write(`${lines.map((line) => styled(line, this.output as NodeJS.WriteStream)).join('\n')}\n`)
  }

  /** Writes lines over what the terminal showed before, without a flicker. */
  redraw(lines: readonly string[]): void {
    this.output.write(`\u001b[H${lines.map((line) => `${styled(line, this.output as NodeJS.WriteStream)}\u001b[K`).join('\r\n')}\u001b[J`)
  }

  /** Writes lines on a screen cleared where that can be done, else below what is there. */
  show(lines: readonly string[]): void {
    if (this.output.isTTY && process.env.TERM !== 'dumb') this.output.write('\u001b[2J\u001b[H')
    this.print(lines)
  }
}
