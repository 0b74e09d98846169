/** What the MCP server needs of the program that runs it. */
import type { GymMetrics } from '../gym/gym-metrics.ts'
import type { Offer } from '../gym/plan.ts'

/** The games, and their seeds. */
export interface McpHost {
  readonly offer: Offer
  /** Seed of a game that is asked for without one. */
  readonly nextSeed: () => number
  /** Counts games, moves and refusals; absent: nobody does. */
  readonly metrics?: GymMetrics
}
