/** How a provider spells requests and answers: one file each implements `Wire`. Readers take what they find and need nothing to be there. */
import type { ChatMessage } from './endpoint-messages.ts'
import { isObject, type JsonObject } from './request-edits.ts'

/** What a request asks, before a provider's spelling. */
export interface WireRequest {
  /** The model's name at the provider. */
  readonly name: string
  readonly messages: readonly ChatMessage[]
  readonly seed: number
  /** Null: not sent. */
  readonly temperature: number | null
  /** Reply tokens at most. */
  readonly maxTokens: number
}

/** Fields that a server may refuse, and that a request can do without. */
export type OptionalField = 'seed' | 'temperature' | 'maxTokens'

/** What an answer says. */
export interface Answer {
  /** Null if there is no text at all. */
  readonly content: string | null
  /** Thoughts that are kept apart; null if there are none. */
  readonly reasoning: string | null
  /** The server's own word for why it stopped. */
  readonly finish: string | null
  /** The model said in a field of its own that it declines. */
  readonly declined: boolean
  readonly calledTool: boolean
  /** The error that the server reports; undefined if none. */
  readonly error: unknown
  readonly inputTokens: number | null
  readonly outputTokens: number | null
}

/** A provider's spelling. */
export interface Wire {
  /** Path below the base address, with a leading slash. */
  path(name: string): string
  /** Headers that carry the key; none without one. */
  headers(key: string): Readonly<Record<string, string>>
  body(asked: WireRequest): JsonObject
  /** Where the optional fields stand in the body: [field, key, key …]; several places are tried one after another. */
  readonly places: Readonly<Record<OptionalField, readonly (readonly string[])[]>>
  /** Null for a body that is no completion. */
  read(body: JsonObject): Answer | null
}

/** A text, or null for anything else. */
export const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A count of tokens, as a number or in digits; null for anything else. */
export function countOr(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : null
}

/** The objects of a list; none if it is no list. */
export const objectsOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** The choice that was asked for: that of index 0, which need not stand first. */
export function firstChoice(body: JsonObject): JsonObject | undefined {
  const choices = objectsOf(body.choices)
  return choices.find(({ index }) => index === 0) ?? choices.find(({ index }) => typeof index !== 'number')
}

/** Texts joined; null if there are none. */
export function joinTexts(texts: readonly (string | null)[]): string | null {
  const there = texts.filter((text) => text !== null)
  return there.length === 0 ? null : there.join('')
}

/** A word, or the word within an object such as {"type":"stop"}. */
export function wordOr(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!isObject(value)) return null
  return textOr(value.type) ?? textOr(value.reason) ?? textOr(value.value) ?? textOr(value.name)
}
