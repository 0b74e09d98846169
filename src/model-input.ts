/** What a model reads: tokens of text and pictures, in order. */
import type { Frame } from './scene.ts'

export type Chunk =
  | { readonly type: 'encoded_text'; readonly tokens: readonly number[] }
  | { readonly type: 'image'; readonly frame: Frame; readonly expectedTokens: number }

export interface ModelInput {
  readonly chunks: readonly Chunk[]
}

/** Positions of a chunk, tokens. */
export const chunkLength = (chunk: Chunk): number => (chunk.type === 'image' ? chunk.expectedTokens : chunk.tokens.length)

/** Positions of an input, tokens. */
export const inputLength = ({ chunks }: ModelInput): number => chunks.reduce((sum, chunk) => sum + chunkLength(chunk), 0)
