/** Named ways to play a game: levels of difficulty, presets, how play under a preset is counted, and what others report of it. All plain data. */

/**
 * Levels of difficulty 0 (easiest) to 5 on the axes that a game knows of; six entries each, every one harder than the one before in what
 * test/difficulty.test.ts measures. `difficulty` of gym/difficulty.ts lays perception and reasoning over the config's defaults, in this order.
 */
export interface Levels<C> {
  /** Knobs of what there is to tell apart; the skin's levels (SKIN_LEVELS) come on top. */
  readonly perception: readonly Partial<C>[]
  /** Knobs of the rules and the board. */
  readonly reasoning: readonly Partial<C>[]
  /** Moves a game. */
  readonly horizon: readonly number[]
  /** Settles what two levels together would make invalid (more kinds than pairs). States which of the two gives way. */
  fit?(config: C): C
}

/** A result that others report, to stand beside one's own. */
export interface KnownResult {
  /** Who played: a model, or one of this project's policies by its name. */
  readonly player: string
  /** 'published': in the paper. 'measured': play of the paper's own code, run and counted by this project. */
  readonly source: 'published' | 'measured'
  /** Replies an episode. */
  readonly horizon: number
  /** Mean over episodes of what the protocol counts. */
  readonly mean: number
  /** Standard error of the mean; null where none is known. */
  readonly error: number | null
}

/** How whole games under a preset are played and counted, and what is known of play under it. Plain JSON. */
export interface Protocol {
  /** An ended game is followed by a fresh one, and the count goes on until the horizon. */
  readonly restart: boolean
  /** Result of an episode: the sum of its positive environment rewards, or the number of its legal moves. */
  readonly counts: 'points' | 'legal moves'
  /** What that is, for people: 'pairs removed'. */
  readonly unit: string
  /** Episodes behind a published mean. */
  readonly published: number
  /** Policies that play when none is named: chance in its variants. Name -> a few words on what it is. */
  readonly anchors: { readonly [policy: string]: string }
  readonly results: readonly KnownResult[]
}

/** A named way of playing: knobs over the defaults, and moves a game. */
export interface GamePreset<C> {
  readonly config: Partial<C>
  readonly horizon: number
  /** Absent: the preset says what is played, and leaves the counting open. */
  readonly protocol?: Protocol
}
