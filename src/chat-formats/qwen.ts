/**
 * Qwen's ChatML with vision tokens, as Qwen2.5-VL and Qwen3-VL read it (their chat template, and the resizing of their image processor):
 *
 *     <|im_start|>user\n<|vision_start|> picture <|vision_end|>text<|im_end|>\n<|im_start|>assistant\nreply<|im_end|>
 *
 * Departure: the template takes the thoughts out of earlier replies; here they stay as they were sampled, token by token, so that the turns of
 * an episode are one sequence.
 */
import type { ChatFormat } from '../chat.ts'
import { EngineError } from '../errors.ts'
import type { Chunk } from '../model-input.ts'
import type { Message, Part } from '../policy.ts'
import type { Frame } from '../scene.ts'
import { readTokenizerFiles, type TokenizerFiles, tokenizerText } from './tokenizer-file.ts'

export { readTokenizerFiles, type TokenizerFiles }

export interface QwenChatOptions extends TokenizerFiles {
  /** Side of the square that is one image token, pixels: 28 for Qwen2.5-VL, 32 for Qwen3-VL. Default 32. */
  readonly tokenSide?: number
  /** Pictures are scaled to at least and at most this many pixels. Default 65,536 and 16,777,216, as Qwen3-VL. */
  readonly minPixels?: number
  readonly maxPixels?: number
  /** What the system says where a conversation has no message of it; Qwen2-VL and Qwen2.5-VL have one. Default: nothing. */
  readonly system?: string
}

/** Farthest ratio of a picture's sides that the models take. */
const MAX_ASPECT = 200

/**
 * Tokens of a picture after the resizing of Qwen's image processor: sides are rounded to whole tokens, then scaled alike if the area is outside
 * the bounds. Throws EngineError for a picture that is longer than 200 times its width.
 */
export function qwenImageTokens(
  { width, height }: Pick<Frame, 'width' | 'height'>,
  side: number,
  minPixels: number,
  maxPixels: number,
): number {
  if (Math.max(width, height) / Math.min(width, height) > MAX_ASPECT)
    throw new EngineError(`a picture of ${width}×${height} pixels is too long; its sides may differ by a factor of ${MAX_ASPECT}`)
  const count = (length: number): number => roundHalfEven(length / side)
  const [rows, columns] = [count(height), count(width)]
  const area = rows * columns * side * side
  if (area > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels)
    return Math.max(1, Math.floor(height / shrink / side)) * Math.max(1, Math.floor(width / shrink / side))
  }
  if (area >= minPixels) return rows * columns
  const grow = Math.sqrt(minPixels / (height * width))
  return Math.ceil((height * grow) / side) * Math.ceil((width * grow) / side)
}

/** Python's round: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value)
  return value - low === 0.5 ? low + (low % 2) : Math.round(value)
}

/** The format of a model's own tokenizer. Throws EngineError for files without ChatML's and the vision tokens. */
export function qwenChat(options: QwenChatOptions): ChatFormat {
  const { tokenSide = 32, minPixels = 65_536, maxPixels = 16_777_216, system } = options
  const tokenizer = tokenizerText(options)
  const [start, end, visionStart, visionEnd] = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>'].map(
    tokenizer.special,
  ) as [number, number, number, number]
  const imageTokens: ChatFormat['imageTokens'] = (frame) => qwenImageTokens(frame, tokenSide, minPixels, maxPixels)
  const line = tokenizer.encode('\n')
  const head = (role: Message['role']): number[] => [start, ...tokenizer.encode(`${role}\n`)]
  const partChunks = (part: Part): Chunk[] => {
    if (part.type === 'text') return [{ type: 'encoded_text', tokens: tokenizer.encode(part.text) }]
    if (part.blank === true) return []
    const frame = part.frame()
    return [
      { type: 'encoded_text', tokens: [visionStart] },
      { type: 'image', frame, expectedTokens: imageTokens(frame) },
      { type: 'encoded_text', tokens: [visionEnd] },
    ]
  }
  const bodyOf = ({ content, tokens }: Message): Chunk[] =>
    tokens === undefined
      ? content.flatMap(partChunks)
      : [{ type: 'encoded_text', tokens: tokens.at(-1) === end ? tokens.slice(0, -1) : tokens }]
  return {
    name: 'qwen',
    stop: [end],
    vocabularySize: tokenizer.size,
    conversations: true,
    imageTokens,
    prompt: ({ messages, prefix = '' }) => {
      const first: Message[] =
        system === undefined || messages[0]?.role === 'system' ? [] : [{ role: 'system', content: [{ type: 'text', text: system }] }]
      const said = [...first, ...messages].flatMap((message): Chunk[] => [
        { type: 'encoded_text', tokens: head(message.role) },
        ...bodyOf(message),
        { type: 'encoded_text', tokens: [end, ...line] },
      ])
      return { chunks: joined([...said, { type: 'encoded_text', tokens: [...head('assistant'), ...tokenizer.encode(prefix)] }]) }
    },
    reply: (text) => [...tokenizer.encode(text), end],
    read: tokenizer.read,
  }
}

/** Neighbouring text chunks as one. */
function joined(chunks: readonly Chunk[]): Chunk[] {
  const out: Chunk[] = []
  for (const chunk of chunks) {
    const last = out.at(-1)
    if (last?.type === 'encoded_text' && chunk.type === 'encoded_text')
      out[out.length - 1] = { type: 'encoded_text', tokens: [...last.tokens, ...chunk.tokens] }
    else out.push(chunk)
  }
  return out
}
