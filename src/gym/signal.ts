/** What a move was worth: regret against an expert's scores, whether it was a best move, and the game signal of the reward. */
import type { AnyGame } from '../game.ts'
import type { ReplyScore } from './score.ts'

/** Which expert: 'lookahead' = expected points over two own moves; 'solver' = the game's solver. */
export type Expert = (typeof EXPERTS)[number]
export const EXPERTS = ['lookahead', 'solver'] as const

/** What a move itself earns: 'paper' = the game's ±1; 'regret' = by the points it loses against the expert's best move. */
export type GameSignal = (typeof GAME_SIGNALS)[number]
export const GAME_SIGNALS = ['paper', 'regret'] as const

/** Expert's scores of one state by canonical action text; null if the game has no such expert or no move is legal. */
export type ExpertScores = ReadonlyMap<string, number> | null

export function expertScores(game: AnyGame, state: unknown, expert: Expert): ExpertScores {
  const scored = expert === 'lookahead' && game.expert?.lookahead ? game.expert?.lookahead(state, 2) : game.expert?.solver(state)
  if (!scored || scored.length === 0) return null
  return new Map(scored.map(({ action, score }) => [game.answer.format(state, action), score]))
}

/** Points lost against the expert's best move, 0 or more; null for a reply without a legal move or a state without an expert. */
export function regretOf(score: ReplyScore, scores: ExpertScores): number | null {
  if (!scores || score.outcome !== 'played' || score.action === null) return null
  const chosen = scores.get(score.action)
  return chosen === undefined ? null : Math.max(...scores.values()) - chosen
}

/** True if no legal move is better by more than rounding. A reply without a legal move is never good. */
export function isGoodMove(score: ReplyScore, scores: ExpertScores): boolean {
  const regret = regretOf(score, scores)
  return regret !== null && regret < 1e-6
}

/** 'paper': the game's ±1. 'regret': max(-1, 1 - regret / scale), and -1 without a legal move. */
export function gameSignal(score: ReplyScore, scores: ExpertScores, kind: GameSignal, scale: number): number {
  if (kind === 'paper') return score.trainingReward
  const regret = regretOf(score, scores)
  return regret === null ? -1 : Math.max(-1, 1 - regret / scale)
}
