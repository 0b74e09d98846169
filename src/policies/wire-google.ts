/** Google's generateContent. */
import type { ChatMessage } from './endpoint-messages.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { type Answer, countOr, joinTexts, objectsOf, textOr, type Wire, wordOr } from './wire.ts'

const partsOf = ({ parts }: ChatMessage): JsonObject[] =>
  parts.map((part) => (part.type === 'text' ? { text: part.text } : { inlineData: { mimeType: 'image/png', data: part.png } }))

const spelled = (message: ChatMessage): JsonObject => ({ role: message.role === 'assistant' ? 'model' : 'user', parts: partsOf(message) })

/** What the system says stands in a field of its own. */
function systemField(messages: readonly ChatMessage[]): JsonObject {
  const system = messages.filter(({ role }) => role === 'system').flatMap(partsOf)
  return system.length === 0 ? {} : { systemInstruction: { parts: system } }
}

function read(body: JsonObject): Answer | null {
  const [candidate] = objectsOf(body.candidates)
  // A prompt that was held back has no candidate, and says why.
  const blocked = isObject(body.promptFeedback) ? wordOr(body.promptFeedback.blockReason) : null
  if (candidate === undefined && blocked === null) return null
  const parts = objectsOf(isObject(candidate?.content) ? candidate.content.parts : [])
  const textsOf = (thought: boolean) => parts.filter((part) => (part.thought === true) === thought).map(({ text }) => textOr(text))
  const usage = isObject(body.usageMetadata) ? body.usageMetadata : {}
  const output = countOr(usage.candidatesTokenCount)
  return {
    content: joinTexts(textsOf(false)),
    reasoning: joinTexts(textsOf(true)),
    finish: wordOr(candidate?.finishReason) ?? blocked,
    declined: false,
    calledTool: parts.some(({ functionCall }) => isObject(functionCall)),
    error: undefined,
    inputTokens: countOr(usage.promptTokenCount),
    outputTokens: output === null ? null : output + (countOr(usage.thoughtsTokenCount) ?? 0),
  }
}

/** The wire. */
export const googleWire: Wire = {
  path: (name) => `/${(name.includes('/') ? name : `models/${name}`).split('/').map(encodeURIComponent).join('/')}:generateContent`,
  headers: (key) => ({ 'x-goog-api-key': key }),
  body: ({ messages, seed, temperature, maxTokens }) => ({
    ...systemField(messages),
    contents: messages.filter(({ role }) => role !== 'system').map(spelled),
    generationConfig: { maxOutputTokens: maxTokens, ...(temperature !== null && { temperature }), seed },
  }),
  places: {
    seed: [['generationConfig', 'seed']],
    temperature: [['generationConfig', 'temperature']],
    maxTokens: [['generationConfig', 'maxOutputTokens']],
  },
  read,
}
