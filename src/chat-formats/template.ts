/**
 * Text-only chat by a model's own chat template, for a tokenizer of bytes: SmolLM2's ChatML, for one.
 *
 * The template sees a mark in place of what each message says, so nothing in a message can pass for a special token or for the template's words.
 * Departure: a template that changes what a message says (some trim it) is not followed in that.
 */
import { Template } from '@huggingface/jinja'
import type { ChatFormat } from '../chat.ts'
import { EngineError } from '../errors.ts'
import type { Message } from '../policy.ts'
import { type TokenizerFiles, tokenizerText } from './tokenizer-file.ts'

export interface TemplateChatOptions extends TokenizerFiles {
  /** The chat template, in Jinja. */
  readonly template: string
  /** Spelling of the special token that ends a reply. */
  readonly stop: string
  /** Spelling of the token that begins a text, for templates that write it. Default: nothing. */
  readonly begin?: string
}

/** Stands for what message `i` says while the template is filled in: characters of private use. */
const mark = (i: number): string => `\uE000${i}\uE001`
const MARKS = /\uE000(\d+)\uE001/

/** The format of a model's own template. Throws EngineError for a template or a token that cannot be read; `prompt` throws it for pictures. */
export function templateChat(options: TemplateChatOptions): ChatFormat {
  const tokenizer = tokenizerText(options)
  const stop = tokenizer.special(options.stop)
  const noPictures = (): never => {
    throw new EngineError('this model reads text alone; play with observations that are text')
  }
  const template = attempt(() => new Template(options.template))
  const textOf = ({ content }: Message): string =>
    content.map((part) => (part.type === 'text' ? part.text : part.blank === true ? '' : noPictures())).join('')

  /** The filled-in template without the messages' texts. */
  const filled = (messages: readonly Message[]): string => {
    const text = attempt(() =>
      template.render({
        messages: messages.map(({ role }, i) => ({ role, content: mark(i) })),
        add_generation_prompt: true,
        bos_token: options.begin ?? '',
        eos_token: options.stop,
      }),
    )
    const found = text.split(MARKS).filter((_, i) => i % 2 === 1)
    if (found.join() !== messages.map((_, i) => i).join())
      throw new EngineError('the chat template does not write every message once and in order; give such a conversation, or another model')
    return text
  }

  return {
    name: 'template',
    stop: [stop],
    vocabularySize: tokenizer.size,
    conversations: true,
    imageTokens: noPictures,
    prompt: ({ messages, prefix = '' }) => {
      const tokens: number[] = []
      let text = ''
      const flush = (): void => {
        tokens.push(...tokenizer.encode(text))
        text = ''
      }
      for (const [i, piece] of filled(messages).split(MARKS).entries()) {
        if (i % 2 === 0) {
          for (const part of tokenizer.parts(piece)) {
            if (typeof part === 'string') text += part
            else {
              flush()
              // What was sampled may have its own end.
              if (part !== stop || tokens.at(-1) !== stop) tokens.push(part)
            }
          }
          continue
        }
        const message = messages[Number(piece)] as Message
        if (message.tokens === undefined) text += textOf(message)
        else {
          flush()
          tokens.push(...message.tokens)
        }
      }
      flush()
      return { chunks: [{ type: 'encoded_text', tokens: [...tokens, ...tokenizer.encode(prefix)] }] }
    },
    reply: (text) => [...tokenizer.encode(text), stop],
    read: tokenizer.read,
  }
}

function attempt<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new EngineError(`the chat template cannot be filled in: ${(error as Error).message}; give the template of the model`, {
      cause: error,
    })
  }
}
