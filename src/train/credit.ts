/** Which token of a reply answers for what: sections, and the statements of the thoughts. */
import type { Tokenizer } from '../engine.ts'
import type { AnyGame, Statement } from '../game.ts'
import type { ReplyAdvantages } from './advantages.ts'

/**
 * Each token's advantage: its section's (a token that closes a section belongs to the next), or that of the statement whose last character
 * it writes; other tokens of a think section with statements have none.
 */
export function tokenShares(
  tokenizer: Pick<Tokenizer, 'decode'>,
  tokens: readonly number[],
  advantage: ReplyAdvantages,
  statements: readonly Statement[],
): number[] {
  let text = ''
  let next = 0
  return tokens.map((token) => {
    text += tokenizer.decode([token])
    if (text.includes('</think>')) return advantage.answer
    if (!text.includes('</perception>')) return advantage.perception
    if (statements.length === 0) return advantage.think
    let sum = 0
    for (; (statements[next]?.end ?? Number.POSITIVE_INFINITY) <= text.length; next++) sum += advantage.statements[next] ?? 0
    return sum
  })
}

/** The judged words of a reply's thoughts, placed in the reply; none if they cannot be read. */
export function statementsOf({ teacher }: AnyGame, state: unknown, text: string): readonly Statement[] {
  const from = text.indexOf('<think>') + '<think>'.length
  const to = text.indexOf('</think>')
  if (teacher === undefined || from < '<think>'.length || to < from) return []
  return teacher.judge(state, text.slice(from, to)).map(({ start, end, holds }) => ({ start: start + from, end: end + from, holds }))
}
