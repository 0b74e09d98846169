/** What the parts of `checkGame` share. */
import type { AnyGame } from '../game.ts'
import type { Skin, Theme } from '../scene.ts'
import type { SeenPictures } from './check-pictures.ts'

/** Everything a check of one state needs. */
export interface CheckContext {
  readonly game: AnyGame
  readonly config: unknown
  /** Of the lexicon; null: the game has no texts for the embedded engine. */
  readonly words: readonly string[] | null
  /** Splits a text into words of the lexicon (`splitGreedily`); null without a lexicon. */
  readonly split: ((text: string) => readonly string[] | number) | null
  readonly pictures: SeenPictures
  readonly skins: readonly Skin[]
  readonly theme: Theme
  readonly actions: number
  /** Where the check stands, for messages. */
  readonly where: string
}
