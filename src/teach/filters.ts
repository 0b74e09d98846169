/** What becomes of a reply: kept as an example, or dropped for one counted reason. */
import type { AnyGame } from '../game.ts'
import { expertScores, formatReply, parseReply, type ReplyScore, regretOf } from '../gym/index.ts'
import type { TeachConfig } from './config.ts'

/** Reasons in the order they are looked at; the first that holds counts. */
export const REASONS = {
  failed: 'the request failed',
  format: 'not in the reply format',
  perception: 'its perception is not the board it was told',
  illegal: 'no legal move',
  reward: 'a move that earns less than the reward asked for',
  regret: 'a move that loses more than the regret allowed',
  duplicate: 'a state, or a picture with its prompt, that is there already',
} as const
export type Reason = keyof typeof REASONS

/** What a reply was worth to the filters. */
export type Verdict =
  | { readonly keep: true; readonly reply: string; readonly regret: number | null }
  | { readonly keep: false; readonly reason: Reason }

/**
 * Judges a scored reply. A kept one is written anew: the true perception in front of the teacher's own thoughts and move, in the canonical
 * format and the tags of the data set.
 */
export function judge(
  game: AnyGame,
  state: unknown,
  text: string,
  score: ReplyScore,
  { minReward, maxRegret, tags }: Pick<TeachConfig, 'minReward' | 'maxRegret' | 'tags'>,
): Verdict {
  const drop = (reason: Reason): Verdict => ({ keep: false, reason })
  if (score.boundary === 'endpoint' || score.boundary === 'engine') return drop('failed')
  if (score.format === 0) return drop('format')
  if (score.perceptionExact === 0) return drop('perception')
  if (score.outcome !== 'played') return drop('illegal')
  if (score.gameReward < minReward) return drop('reward')
  const regret = maxRegret === null ? null : regretOf(score, expertScores(game, state, 'solver'))
  if (maxRegret !== null && (regret === null || regret > maxRegret)) return drop('regret')
  const perception = game.perception.format(game.perception.of(state))
  const sections = { perception, think: parseReply(text).think ?? '', answer: score.action as string }
  const reply = formatReply(sections, tags)
  // Thoughts that quote tags of the set that is written would make another reply of it.
  return parseReply(reply).format === 1 ? { keep: true, regret, reply } : drop('format')
}
