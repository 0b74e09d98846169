/**
 * Tokenizer over a fixed list of words: greedy longest match from the left. White space belongs to the words, so decoding is
 * concatenation and `decode(encode(text)) === text` always. Text that no word begins is an error, never an "unknown" token.
 */
import { EngineError, type Tokenizer } from 'vlm-gym'

/** words: distinct, non-empty; the index is the token id. `stop`: the word that ends a reply. */
export function createTokenizer(words: readonly string[], stop: string): Tokenizer {
  const ids = new Map(words.map((word, id) => [word, id]))
  if (ids.size !== words.length) throw new EngineError('the word list has duplicates; give each word once')
  const stopToken = ids.get(stop)
  if (stopToken === undefined) throw new EngineError(`the stop word ${JSON.stringify(stop)} is not in the word list`)
  const longest = words.reduce((most, word) => Math.max(most, word.length), 0)

  const encode = (text: string): number[] => {
    const tokens: number[] = []
    let at = 0
    while (at < text.length) {
      let length = Math.min(longest, text.length - at)
      while (length > 0 && !ids.has(text.slice(at, at + length))) length--
      if (length === 0) {
        const near = JSON.stringify(text.slice(at, at + 20))
        throw new EngineError(
          `the text at offset ${at}, ${near}, has no word in this model's vocabulary of ${words.length}; its lexicon comes from the games it was made for`,
        )
      }
      tokens.push(ids.get(text.slice(at, at + length)) as number)
      at += length
    }
    return tokens
  }
  const decode = (tokens: readonly number[]): string => {
    let text = ''
    for (const token of tokens) {
      const word = words[token]
      if (word === undefined) throw new EngineError(`token ${token} is outside 0..${words.length - 1}`)
      text += word
    }
    return text
  }
  return { size: words.length, stopToken, encode, decode }
}
