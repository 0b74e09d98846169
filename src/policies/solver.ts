/** The experts: the best action by the game's own `solver` or `lookahead`. Deterministic; n replies are n times the same. */
import { ConfigError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { bestOf, type GameLookup, privilegedPolicy } from './privileged.ts'

function checkDepth(depth: number): void {
  if (!Number.isInteger(depth) || depth < 1) throw new ConfigError(`A look-ahead of ${depth} moves is not possible; give 1 or more.`)
}

/** The game's expert. depth: look-ahead in own moves, 1 or more; absent: the game's own default, named 'solver'. */
export function solverPolicy(depth?: number, lookup: GameLookup = {}): Policy {
  if (depth !== undefined) checkDepth(depth)
  const name = depth === undefined ? 'solver' : `solver-${depth}`
  return privilegedPolicy(name, lookup, (situation) => bestOf(situation.game.expert?.solver(situation.state, depth), name, situation))
}

/** Best expected points over `plies` own moves, 1 or more: 'greedy-1', 'greedy-2', … */
export function lookaheadPolicy(plies: number, lookup: GameLookup = {}): Policy {
  checkDepth(plies)
  const name = `greedy-${plies}`
  return privilegedPolicy(name, lookup, (situation) => bestOf(situation.game.expert?.lookahead?.(situation.state, plies), name, situation))
}
