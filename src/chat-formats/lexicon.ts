/** The chat format of models with a closed list of words: one picture, then the prompt, then the reply. The embedded engine's. */
import type { ChatFormat } from '../chat.ts'
import type { Tokenizer } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { textOf } from '../messages.ts'
import type { Frame } from '../scene.ts'

export interface LexiconChatOptions {
  /** White space belongs to the words. Its stop token is text too: the close tag of the answer. */
  readonly tokenizer: Tokenizer
  /** Tokens of a picture. Throws EngineError if the model cannot see it. */
  imageTokens(frame: Pick<Frame, 'width' | 'height'>): number
}

/**
 * Shows the last message alone: such models see one picture and know no conversation, so earlier messages are refused. A blank picture is
 * shown as it is. `prompt` throws EngineError for other messages than one of a user with one picture before its text.
 */
export function lexiconChat({ tokenizer, imageTokens }: LexiconChatOptions): ChatFormat {
  return {
    name: 'lexicon',
    stop: [tokenizer.stopToken],
    vocabularySize: tokenizer.size,
    conversations: false,
    imageTokens,
    prompt: ({ messages, prefix = '' }) => {
      const [message, second] = messages
      const [image, ...others] = message?.content ?? []
      if (message === undefined || second !== undefined || message.role !== 'user')
        throw new EngineError(
          `this model sees one message of a user, and ${messages.length} were given; play without a history and examples`,
        )
      if (image?.type !== 'image' || others.some(({ type }) => type === 'image'))
        throw new EngineError('this model sees one picture that stands before the text; give such a message')
      const frame = image.frame()
      return {
        chunks: [
          { type: 'image', frame, expectedTokens: imageTokens(frame) },
          { type: 'encoded_text', tokens: [...tokenizer.encode(textOf(message)), ...tokenizer.encode(prefix)] },
        ],
      }
    },
    reply: (text) => tokenizer.encode(text),
    read: (tokens) => {
      let text = ''
      const ends = tokens.map((token) => {
        text += tokenizer.decode([token])
        return text.length
      })
      return { text, ends }
    },
  }
}
