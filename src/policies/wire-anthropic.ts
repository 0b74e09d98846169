/** Anthropic's messages. They have no seed. */
import { type ChatMessage, joinedText } from './endpoint-messages.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { type Answer, countOr, joinTexts, objectsOf, textOr, type Wire, wordOr } from './wire.ts'

function spelled({ role, parts }: ChatMessage): JsonObject {
  const content = parts.map((part) =>
    part.type === 'text' ? part : { type: 'image', source: { type: 'base64', media_type: 'image/png', data: part.png } },
  )
  return { role, content }
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

/** What the system says stands in a field of its own. */
function systemField(messages: readonly ChatMessage[]): JsonObject {
  const system = messages.filter(({ role }) => role === 'system').map(joinedText)
  return system.length === 0 ? {} : { system: system.join('\n\n') }
}

/** The wire. */
export const anthropicWire: Wire = {
  path: () => '/messages',
  headers: (key) => ({ 'anthropic-version': '2023-06-01', 'x-api-key': key }),
  body: ({ name, messages, temperature, maxTokens }) => ({
    model: name,
    max_tokens: maxTokens,
    ...(temperature !== null && { temperature }),
    ...systemField(messages),
    messages: messages.filter(({ role }) => role !== 'system').map(spelled),
  }),
  places: { seed: [], temperature: [['temperature']], maxTokens: [['max_tokens']] },
  read,
}
