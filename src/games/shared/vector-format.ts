/** The contract between a game's `vectors.ts`, which its entry in the registry loads, and src/games/vectors.ts, which checks files. */

/** One field of one vector on which the game and the record disagree. */
export interface VectorDifference {
  readonly field: string
  readonly expected: unknown
  readonly actual: unknown
}

/** How the vectors of one game are known and checked. */
export interface VectorFormat {
  /** The game's id. */
  readonly game: string
  /** Whether a parsed line looks like this game's. */
  matches(row: object): boolean
  /** Differences of one row, none if it agrees. Throws when the row is malformed. */
  check(row: unknown): VectorDifference[]
}
