/** A tokenizer over a list of words, for test engines: greedy longest match, white space belongs to the words. */
import type { Tokenizer } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { splitGreedily } from './ensure.ts'

/** words: distinct and not empty; a token is an index. `stop`: the word that ends a reply. Throws EngineError. */
export function wordTokenizer(words: readonly string[], stop: string): Tokenizer {
  const ids = new Map(words.map((word, id) => [word, id]))
  const stopToken = ids.get(stop)
  if (ids.size !== words.length) throw new EngineError('the word list has duplicates; give each word once')
  if (stopToken === undefined) throw new EngineError(`the stop word ${JSON.stringify(stop)} is not in the word list`)
  return {
    size: words.length,
    stopToken,
    encode: (text) => {
      const split = splitGreedily(text, words)
      if (typeof split === 'number')
        throw new EngineError(`no word begins the text at offset ${split}: ${JSON.stringify(text.slice(split, split + 20))}`)
      return split.map((word) => ids.get(word) as number)
    },
    decode: (tokens) => tokens.map((token) => words[token] ?? refuse(token, words.length)).join(''),
  }
}

function refuse(token: number, size: number): never {
  throw new EngineError(`token ${token} is outside 0..${size - 1}`)
}
