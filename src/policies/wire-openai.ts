/** OpenAI's chat completions, as OpenAI, vLLM, SGLang, Ollama, llama.cpp, LM Studio, DeepSeek, OpenRouter and many more speak them. */
import { type ChatMessage, joinedText } from './endpoint-messages.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { type Answer, countOr, firstChoice, joinTexts, objectsOf, textOr, type Wire, wordOr } from './wire.ts'

function spelled(message: ChatMessage): JsonObject {
  const { role, parts } = message
  if (parts.every(({ type }) => type === 'text')) return { role, content: joinedText(message) }
  const content = parts.map((part) =>
    part.type === 'text' ? part : { type: 'image_url', image_url: { url: `data:image/png;base64,${part.png}` } },
  )
  return { role, content }
}

/** Kinds of parts that are thoughts. */
const isThought = ({ type }: JsonObject): boolean => typeof type === 'string' && /think|reason/i.test(type)

/** The text of a part, wherever the server puts it; parts within parts (Mistral's thinking) too. */
function partText(part: JsonObject): string | null {
  for (const held of [part.text, part.content, part.thinking, part.reasoning, part.summary]) {
    if (typeof held === 'string') return held
    if (Array.isArray(held)) return joinTexts(objectsOf(held).map(partText))
  }
  return null
}

/** Content that is a text, a list of parts, or nothing. */
function contentOf(content: unknown): { said: string | null; thought: string | null } {
  if (!Array.isArray(content)) return { said: isObject(content) ? partText(content) : textOr(content), thought: null }
  const parts = content.map((part): JsonObject => (typeof part === 'string' ? { type: 'text', text: part } : isObject(part) ? part : {}))
  return {
    said: joinTexts(parts.filter((part) => !isThought(part)).map(partText)),
    thought: joinTexts(parts.filter(isThought).map(partText)),
  }
}

/** Fields in which servers keep thoughts. */
const THOUGHTS = ['reasoning_content', 'reasoning', 'thinking', 'reasoning_details', 'thinking_blocks']

/** Thoughts in those fields: the first that holds any, since some servers say them twice. Gateways put them one level deeper. */
function thoughtsOf(message: JsonObject): string | null {
  const deeper = isObject(message.provider_specific_fields) ? message.provider_specific_fields : {}
  for (const held of [message, deeper].flatMap((holder) => THOUGHTS.map((field) => holder[field]))) {
    const text = Array.isArray(held) ? joinTexts(objectsOf(held).map(partText)) : isObject(held) ? partText(held) : textOr(held)
    if (text !== null && text !== '') return text
  }
  return null
}

function read(body: JsonObject): Answer | null {
  const choice = firstChoice(body)
  const message = [choice?.message, choice?.delta, choice?.text].find((held) => isObject(held) || typeof held === 'string')
  if (choice === undefined || message === undefined) return null
  return readMessage(isObject(message) ? message : { content: message }, choice, body)
}

function readMessage(message: JsonObject, choice: JsonObject, body: JsonObject): Answer {
  const { said, thought } = contentOf(message.content)
  const declined = textOr(message.refusal)
  const calls = [message.tool_calls, message.function_call].some((held) => isObject(held) || objectsOf(held).length > 0)
  const usage = isObject(body.usage) ? body.usage : {}
  return {
    content: said || declined || said,
    reasoning: thought ?? thoughtsOf(message),
    finish: wordOr(choice.finish_reason) ?? wordOr(choice.finishReason) ?? wordOr(choice.stop_reason),
    declined: declined !== null && declined !== '',
    calledTool: calls,
    error: choice.error ?? message.error ?? undefined,
    inputTokens: countOr(usage.prompt_tokens) ?? countOr(usage.input_tokens),
    outputTokens: countOr(usage.completion_tokens) ?? countOr(usage.output_tokens),
  }
}

/** The wire. `limit`: what the limit of tokens is called first. */
export const openaiWire = (limit: 'max_tokens' | 'max_completion_tokens'): Wire => ({
  path: () => '/chat/completions',
  headers: (key): Record<string, string> => (key === '' ? {} : { authorization: `Bearer ${key}` }),
  body: ({ name, messages, seed, temperature, maxTokens }) => ({
    model: name,
    messages: messages.map(spelled),
    [limit]: maxTokens,
    ...(temperature !== null && { temperature }),
    seed,
  }),
  places: {
    seed: [['seed']],
    temperature: [['temperature']],
    maxTokens: limit === 'max_tokens' ? [['max_tokens'], ['max_completion_tokens']] : [['max_completion_tokens'], ['max_tokens']],
  },
  read,
})
