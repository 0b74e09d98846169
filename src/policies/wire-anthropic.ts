/** Anthropic's messages. They have no seed. */
import type { ChatMessage } from './endpoint-messages.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { type Answer, countOr, joinTexts, objectsOf, textOr, type Wire, wordOr } from './wire.ts'

function spelled({ role, text, picture }: ChatMessage): JsonObject {
  const words = { type: 'text', text }
  if (picture === null) return { role, content: [words] }
  return { role, content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }, words] }
}

function read(body: JsonObject): Answer | null {
  if (!Array.isArray(body.content) && body.content !== null) return null
  const blocks = objectsOf(body.content)
  const usage = isObject(body.usage) ? body.usage : {}
  const input = [usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens].map(countOr)
  return {
    content: joinTexts(blocks.filter(({ type }) => type === 'text').map(({ text }) => textOr(text))),
    reasoning: joinTexts(blocks.filter(({ type }) => type === 'thinking').map(({ thinking }) => textOr(thinking))),
    finish: wordOr(body.stop_reason),
    declined: false,
    calledTool: blocks.some(({ type }) => type === 'tool_use'),
    error: undefined,
    inputTokens: input[0] === null ? null : input.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    outputTokens: countOr(usage.output_tokens),
  }
}

/** The wire. */
export const anthropicWire: Wire = {
  path: () => '/messages',
  headers: (key) => ({ 'anthropic-version': '2023-06-01', 'x-api-key': key }),
  body: ({ name, messages, temperature, maxTokens }) => ({
    model: name,
    max_tokens: maxTokens,
    ...(temperature !== null && { temperature }),
    messages: messages.map(spelled),
  }),
  places: { seed: [], temperature: [['temperature']], maxTokens: [['max_tokens']] },
  read,
}
