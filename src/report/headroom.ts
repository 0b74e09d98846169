/** What is left to win in a game beyond seeing the board and keeping to the rules, by the anchors of the run itself. */
import type { ResultRow } from '../runs/index.ts'
import { type GameResults, pointsText } from './results.ts'

type Known = ResultRow & { readonly mean: number; readonly low: number; readonly high: number }

function anchor(results: GameResults, policy: string): Known | null {
  const row = results.cell(policy, 'scripted', 'return')
  return row === null || row.mean === null || row.low === null || row.high === null ? null : (row as Known)
}

/** Random legal moves that reach this share of the solver's mean leave a game little but seeing and legality. */
const LITTLE = 0.95

/**
 * 'only': the intervals of random legal moves and of the solver overlap, so the game measures seeing and legality and nothing else. 'little':
 * they lie apart, and random legal moves reach 95 % of the solver's mean. 'room': choosing among legal moves pays. null: an anchor is missing.
 */
export function headroom(results: GameResults): 'only' | 'little' | 'room' | null {
  const [random, solver] = [anchor(results, 'random'), anchor(results, 'solver')]
  if (random === null || solver === null) return null
  if (random.high >= solver.low) return 'only'
  return random.mean >= LITTLE * solver.mean ? 'little' : 'room'
}

/** The same as a sentence, with the means of both anchors; null where one is missing. */
export function headroomText(results: GameResults): string | null {
  const room = headroom(results)
  if (room === null) return null
  const [random, solver] = (['random', 'solver'] as const).map((policy) => pointsText(anchor(results, policy)?.mean as number))
  const means = `random legal moves reach ${random} of the solver’s ${solver}`
  if (room === 'only') return `This game measures seeing and legality only here: ${means}, and their intervals overlap.`
  if (room === 'little') return `This game measures little but seeing and legality here: ${means}.`
  return `Choosing among legal moves pays here: ${means}.`
}
