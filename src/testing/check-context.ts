/** What the parts of `checkGame` share. */
import type { AnyGame } from '../game.ts'
import type { Skin, Theme } from '../scene.ts'

/** Everything a check of one state needs. */
export interface CheckContext {
  readonly game: AnyGame
  readonly config: unknown
  readonly words: readonly string[]
  readonly skins: readonly Skin[]
  readonly theme: Theme
  readonly actions: number
  /** Where the check stands, for messages. */
  readonly where: string
}
