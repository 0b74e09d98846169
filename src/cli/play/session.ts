/** A person's game: the moments so far and what there is to say. Knows no terminal. A move that is refused or cannot be read costs nothing. */
import { advance, type EnvSnapshot, type EnvSpec, startSnapshot } from '../../gym/index.ts'
import { actionName, answerOf, moveNote, type PlayNote } from './words.ts'

/** A game that is being played, from `start`; new games count `seed` up. */
export class PlaySession {
  readonly spec: EnvSpec
  note: PlayNote = { text: '', tone: 'plain' }
  #history: EnvSnapshot[]
  #seed: number
  #moves: string[] = []
  #takenBack = false

  constructor(spec: EnvSpec, start: EnvSnapshot, seed: number) {
    this.spec = spec
    this.#history = [start]
    this.#seed = seed
  }

  get now(): EnvSnapshot {
    return this.#history.at(-1)!
  }

  /** Of the game as it was dealt. */
  get seed(): number {
    return this.#seed
  }

  /** Every moment so far, the first and the present one included. */
  get moments(): readonly EnvSnapshot[] {
    return this.#history
  }

  /** The moves of the game as they are typed, refused ones included, from its start. Those that were taken back stay among them: see `takenBack`. */
  get moves(): readonly string[] {
    return this.#moves
  }

  /** Whether a move of the game was taken back. */
  get takenBack(): boolean {
    return this.#takenBack
  }

  get over(): boolean {
    return this.spec.game.rules.terminated(this.now.state)
  }

  /** Plays an answer as it was typed. Whether it was legal. */
  answer(typed: string): boolean {
    const { game } = this.spec
    const { state } = this.now
    if (this.over) return this.#say('no move can be made any more', 'bad')
    const parsed = game.answer.parse(answerOf(game, state, typed), state)
    if ('reason' in parsed) return this.#say(parsed.reason, 'bad')
    return this.play(parsed.action)
  }

  /** Plays an action. Whether it was legal. */
  play(action: unknown): boolean {
    const { game } = this.spec
    const { state } = this.now
    const result = game.rules.step(state, action)
    this.#moves.push(game.answer.format(state, action))
    this.note = moveNote(game, state, action, result)
    if (result.legal) this.#history.push(advance(this.now, result))
    return result.legal
  }

  /** Takes the last move back. */
  undo(): void {
    if (this.#history.length > 1) {
      this.#history.pop()
      this.#takenBack = true
      this.#say('taken back')
    } else this.#say('there is nothing to take back')
  }

  /** Begins a new game with the next seed. */
  fresh(): void {
    this.#seed += 1
    this.#history = [startSnapshot(this.spec, this.#seed)]
    this.#moves = []
    this.#takenBack = false
    this.#say(`a new game, seed ${this.#seed}`)
  }

  /** Says what the solver would play. */
  hint(): void {
    const { game } = this.spec
    const { state } = this.now
    const best = this.over ? undefined : game.expert?.solver(state)[0]
    this.#say(best === undefined ? 'there is no hint for this' : `the solver would play ${actionName(game, state, best.action)}`)
  }

  #say(text: string, tone: PlayNote['tone'] = 'plain'): false {
    this.note = { text, tone }
    return false
  }
}
