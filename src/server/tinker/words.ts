/** What a client must know of the model to write its prompts: words, and the sizes of pictures. */
import type { ChatFormat } from '../../chat.ts'

/** The text of every token, by its id. */
export const wordsOf = (chat: ChatFormat): string[] => Array.from({ length: chat.vocabularySize }, (_, id) => chat.read([id]).text)

/** Largest side that is looked at, pixels. */
const LARGEST = 4096

/** Sides of a picture are multiples of `patch`, pixels, and `largest` at most; a square of `patch` is a token. Null for a model of another kind. */
export function pictureSizes(chat: ChatFormat): { readonly patch: number; readonly largest: number } | null {
  const tokens = (width: number, height: number): number => {
    try {
      return chat.imageTokens({ width, height })
    } catch {
      return 0
    }
  }
  let patch = 1
  while (patch <= LARGEST && tokens(patch, patch) === 0) patch++
  let largest = patch
  while (largest <= LARGEST && tokens(largest + patch, patch) === largest / patch + 1) largest += patch
  return tokens(largest, largest) === (largest / patch) ** 2 ? { patch, largest } : null
}
