/** The sentence for an answer that cannot be read. */

/** Shows at most forty characters of what was found. `wanted`: what an answer is, after 'must be' and 'is not': 'one digit from 0 to 3'. */
export function shownAnswer(text: string, wanted: string): string {
  const answer = text.slice(0, 4096).trim()
  if (answer === '') return `The answer is empty; it must be ${wanted}.`
  return `The answer ${JSON.stringify(answer.length > 40 ? `${answer.slice(0, 40)}…` : answer)} is not ${wanted}.`
}
