/** A person plays: by single keys on a terminal where the game declares keys or picked cells, else by typed lines. */
import { gridOf } from '../../games/shared/grid-perception.ts'
import { type EnvSnapshot, type EnvSpec, encodeState } from '../../gym/index.ts'
import { INTERRUPTED } from '../interrupt.ts'
import type { CellAt } from './board.ts'
import { type KeyInput, KeyReader, type PressedKey } from './keys.ts'
import { LineReader } from './line-reader.ts'
import { PlayScreen, type ScreenStream } from './screen.ts'
import { PlaySession } from './session.ts'
import { commandsOf, counted, endOf, keysDoAll, keysOf, legendOf, rulesOf, typingOf } from './words.ts'

/** Who plays what, and where. */
export interface PersonOptions {
  readonly spec: EnvSpec
  readonly start: EnvSnapshot
  /** Of the first game; new ones count on from it. */
  readonly seed: number
  /** What to type to go on from a token later. */
  readonly again: (token: string) => string
  /** Default: the process's own. */
  readonly input?: KeyInput
  readonly output?: ScreenStream
}

/** Plays until q, Ctrl-C, Ctrl-D or the end of the input, then tells the result and the way back. */
export async function playPerson(options: PersonOptions): Promise<void> {
  const { spec, input = process.stdin, output = process.stdout } = options
  const session = new PlaySession(spec, options.start, options.seed)
  const screen = new PlayScreen(spec, 'you play', output)
  const { keys, pick } = spec.game.play ?? {}
  const byKeys = input.isTTY && output.isTTY && process.env.TERM !== 'dumb' && (keys !== undefined || pick !== undefined)
  if (byKeys) await new KeyPlay(session, screen, input).run()
  else await playLines(session, screen, input)
  screen.print([...(byKeys ? [...screen.board(session.now), ''] : []), ...resultLines(session, options.again)])
}

/** Points, moves, and how to go on. */
function resultLines({ spec, now, over }: PlaySession, again: PersonOptions['again']): string[] {
  const result = `${counted(now.return, 'point')} in ${counted(now.steps, 'move')}`
  return over ? [`${result}; the game is over`] : [result, `go on later: ${again(encodeState(spec.game, now.state, now.last))}`]
}

/** The rules, and what the tiles are. */
function rulesPage({ spec, now }: PlaySession, screen: PlayScreen): string[] {
  const legend = legendOf(spec, now.state, screen.abilities)
  return [
    ...screen.bold(`${spec.game.title}: the rules`),
    ...rulesOf(spec)
      .split('\n')
      .flatMap((paragraph) => screen.note({ text: paragraph, tone: 'plain' })),
    '',
    ...screen.note({ text: legend === '' ? '' : `Tiles: ${legend}`, tone: 'plain' }),
  ]
}

async function playLines(session: PlaySession, screen: PlayScreen, input: KeyInput): Promise<void> {
  const { spec } = session
  const lines = new LineReader({ input, output: screen.output })
  let page: string[] | null = null
  for (;;) {
    const { over, now } = session
    const typing = typingOf(spec, now.state)
    const ending = over ? screen.bold(endOf(spec.game, now)) : []
    screen.show([...screen.board(now), '', ...(page ?? screen.note(session.note)), ...ending, ...screen.dim(over ? '' : typing)])
    const typed = (await lines.ask(`${over ? '' : 'move, or '}${commandsOf(spec, over)}: `))?.trim()
    if (!input.isTTY) screen.output.write('\n')
    page = null
    if (typed === undefined || typed === 'q') break
    if (typed === 'u') session.undo()
    else if (typed === 'n') session.fresh()
    else if (typed === 'h') session.hint()
    else if (typed === '?') page = rulesPage(session, screen)
    else if (typed !== '') session.answer(typed)
  }
  lines.close()
}

/** Play by keys: a cursor and picked cells where the game has them, and a line for typed answers. */
class KeyPlay {
  readonly #session: PlaySession
  readonly #screen: PlayScreen
  readonly #keys: KeyReader
  #cursor: CellAt = [0, 0]
  #picked: CellAt[] = []
  #typed = ''
  #rules = false

  constructor(session: PlaySession, screen: PlayScreen, input: KeyInput) {
    this.#session = session
    this.#screen = screen
    this.#keys = new KeyReader(input, screen.output)
  }

  async run(): Promise<void> {
    const redraw = (): void => this.#draw()
    this.#keys.open()
    this.#screen.output.on('resize', redraw)
    try {
      for (;;) {
        this.#draw()
        const key = await this.#keys.next()
        if (key?.ctrl && key.name === 'c') process.exitCode = INTERRUPTED
        if (key === null || (key.ctrl && (key.name === 'c' || key.name === 'd'))) return
        if (this.#rules) this.#rules = false
        else if (this.#typed === '' && key.character === 'q') return
        else this.#press(key)
      }
    } finally {
      this.#screen.output.off('resize', redraw)
      this.#keys.close()
    }
  }

  /** What a key does while the board is shown. */
  #press(key: PressedKey): void {
    if (this.#typed === '' && (this.#command(key) || this.#move(key) || this.#pick(key))) return
    if (key.name === 'return' || key.name === 'enter') this.#submit()
    else if (key.name === 'escape' || (key.ctrl && key.name === 'u')) this.#typed = ''
    else if (key.name === 'backspace') this.#typed = this.#typed.slice(0, -1)
    else if (key.character !== undefined) this.#type(key.character)
  }

  #command({ character }: PressedKey): boolean {
    const session = this.#session
    if (character === 'u') session.undo()
    else if (character === 'n') session.fresh()
    else if (character === 'h') session.hint()
    else if (character === '?') this.#rules = true
    else return false
    this.#picked = []
    return true
  }

  /** An action that has a key. */
  #move({ name, character }: PressedKey): boolean {
    const keys = this.#session.spec.game.play?.keys ?? []
    const key = keys.find((one) => one.keys.some((label) => (label.length > 1 ? label === name : label === character)))
    if (key === undefined) return false
    if (this.#session.over) this.#session.answer(key.name)
    else this.#session.play(key.action)
    return true
  }

  /** The cursor, and the cells that it picks. */
  #pick({ name, character }: PressedKey): boolean {
    const { game } = this.#session.spec
    const pick = game.play?.pick
    const grid = gridOf(game, this.#session.now.state)
    if (pick === undefined || grid === null) return false
    const { rows, columns } = grid
    const [row, column] = this.#cursor
    if (name === 'up') this.#cursor = [Math.max(0, row - 1), column]
    else if (name === 'down') this.#cursor = [Math.min(rows - 1, row + 1), column]
    else if (name === 'left') this.#cursor = [row, Math.max(0, column - 1)]
    else if (name === 'right') this.#cursor = [row, Math.min(columns - 1, column + 1)]
    else if (name === 'escape') this.#picked = []
    else if (name === 'return' || name === 'enter' || character === ' ')
      this.#take(pick.cells, (cells) => pick.answer(cells, this.#session.now.state))
    else return false
    return true
  }

  /** Picks the cell under the cursor, or lets go of it if it was picked; the last cell plays. */
  #take(count: number, answer: (cells: readonly CellAt[]) => string): void {
    const [row, column] = this.#cursor
    const others = this.#picked.filter((one) => one[0] !== row || one[1] !== column)
    const again = others.length < this.#picked.length
    this.#picked = again ? others : [...others, this.#cursor]
    if (this.#picked.length < count) return
    const cells = this.#picked
    this.#picked = []
    this.#session.answer(answer(cells))
  }

  #type(character: string): void {
    const { game } = this.#session.spec
    if (game.play?.pick === undefined && keysDoAll(game, this.#session.now.state))
      this.#session.note = { text: `${character} is not a key of this game`, tone: 'bad' }
    else this.#typed += character
  }

  #submit(): void {
    if (this.#typed.trim() !== '') this.#session.answer(this.#typed.trim())
    this.#typed = ''
    this.#picked = []
  }

  #draw(): void {
    this.#screen.redraw(this.#rules ? this.#rulesLines() : this.#boardLines())
  }

  #rulesLines(): string[] {
    const screen = this.#screen
    const { spec, over } = this.#session
    return [
      ...rulesPage(this.#session, screen),
      ...screen.note({ text: `Moves: ${keysOf(spec, screen.abilities.unicode)}`, tone: 'plain' }),
      ...screen.note({ text: `Also: ${commandsOf(spec, over)}`, tone: 'plain' }),
      '',
      ...screen.dim('any key goes back to the game'),
    ]
  }

  #boardLines(): string[] {
    const { spec, now, over, note } = this.#session
    const screen = this.#screen
    const pick = spec.game.play?.pick !== undefined
    return [
      ...screen.board(now, pick && !over ? { cursor: this.#cursor, picked: this.#picked } : {}),
      '',
      ...(this.#typed === '' ? screen.note(note) : [`> ${this.#typed}`, ...screen.dim('Enter plays it, Esc drops it')]),
      ...(over ? screen.bold(endOf(spec.game, now)) : []),
      ...screen.dim(over || this.#typed !== '' ? '' : keysOf(spec, screen.abilities.unicode, this.#picked.length)),
      ...screen.dim(commandsOf(spec, over)),
    ]
  }
}
