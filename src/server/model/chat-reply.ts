/** Sampled tokens as the choices of a chat completion, whole or in pieces. */
import type { ChatFormat } from '../../chat.ts'
import type { SampledSequence } from '../../engine.ts'
import type { ChatRequest } from './chat-request.ts'

/** One token of a reply. `logprob`: natural log, of the untempered model. */
interface Token {
  readonly text: string
  readonly logprob: number
}

/** A reply cut to what was asked for. */
export interface Choice {
  readonly tokens: readonly Token[]
  readonly text: string
  readonly finish: 'stop' | 'length'
}

/** What a response and each piece of a stream begin with. `created`: seconds since 1970. */
export interface ReplyHead {
  readonly id: string
  readonly created: number
  readonly model: string
}

/** Cuts a sequence at `maxTokens`, then in front of the first stop text; the token in which that begins still counts. */
export function choiceOf(
  chat: Pick<ChatFormat, 'read'>,
  sequence: SampledSequence,
  { maxTokens, stop }: Pick<ChatRequest, 'maxTokens' | 'stop'>,
): Choice {
  const cut = sequence.tokens.length > maxTokens
  const { text, ends } = chat.read(sequence.tokens.slice(0, maxTokens))
  const tokens = ends.map((end, i): Token => ({ text: text.slice(ends[i - 1] ?? 0, end), logprob: sequence.logprobs[i] as number }))
  const places = stop.map((word) => text.indexOf(word)).filter((place) => place >= 0)
  if (places.length === 0) return { tokens, text, finish: cut ? 'length' : sequence.stopReason }
  const end = Math.min(...places)
  let at = 0
  const kept = tokens.filter((token) => {
    const begins = at
    at += token.text.length
    return begins < end
  })
  return { tokens: kept, text: text.slice(0, end), finish: 'stop' }
}

const logprobsOf = (tokens: readonly Token[]): object => ({
  content: tokens.map(({ text, logprob }) => ({ token: text, logprob, bytes: [...Buffer.from(text)], top_logprobs: [] })),
  refusal: null,
})

function usageOf(request: ChatRequest, choices: readonly Choice[]): object {
  const completion = choices.reduce((sum, { tokens }) => sum + tokens.length, 0)
  return { prompt_tokens: request.promptTokens, completion_tokens: completion, total_tokens: request.promptTokens + completion }
}

/** The response object. */
export function completionOf(head: ReplyHead, request: ChatRequest, choices: readonly Choice[]): object {
  return {
    ...head,
    object: 'chat.completion',
    choices: choices.map(({ text, tokens, finish }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: request.logprobs ? logprobsOf(tokens) : null,
      finish_reason: finish,
    })),
    usage: usageOf(request, choices),
  }
}

/** The pieces of a stream: for each choice its role, its text token by token, its end; then the usage if it was asked for. */
export function* chunksOf(head: ReplyHead, request: ChatRequest, choices: readonly Choice[]): Generator<object> {
  const usage = request.includeUsage ? { usage: null } : {}
  const piece = (index: number, delta: object, finish: string | null, logprobs: object | null = null): object => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index, delta, logprobs, finish_reason: finish }],
    ...usage,
  })
  for (const [index, { tokens, text, finish }] of choices.entries()) {
    yield piece(index, { role: 'assistant', content: '', refusal: null }, null)
    let left = text
    for (const token of tokens) {
      const content = left.slice(0, token.text.length)
      left = left.slice(content.length)
      yield piece(index, { content }, null, request.logprobs ? logprobsOf([token]) : null)
    }
    yield piece(index, {}, finish)
  }
  if (request.includeUsage) yield { ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(request, choices) }
}
