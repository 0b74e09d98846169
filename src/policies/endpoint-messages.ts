/** The conversation of an observation before a provider's wire spells it: roles, and parts with their pictures as PNG. */
import { EngineError } from '../errors.ts'
import { captioned, perceptionOfPrefix } from '../gym/index.ts'
import { textOf } from '../messages.ts'
import type { Message, Observation, Part } from '../policy.ts'
import { encodePng } from '../render/index.ts'
import type { Frame } from '../scene.ts'

/** A piece of a message; `png`: a PNG in Base64. */
export type ChatPart = { readonly type: 'text'; readonly text: string } | { readonly type: 'image'; readonly png: string }

/** One message of a chat. It has one part at least. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly parts: readonly ChatPart[]
}

/** A frame's PNG is made once, so that a picture has the same bytes in every turn it stands in. RGB: some image processors take nothing else. */
const pictures = new WeakMap<Frame, string>()

function pngOf(frame: Frame): string {
  const known = pictures.get(frame) ?? Buffer.from(encodePng(frame, { rgb: true })).toString('base64')
  pictures.set(frame, known)
  return known
}

/** A blank picture is left out: it shows nothing. */
const partOf = (part: Part): ChatPart[] =>
  part.type === 'text' ? [part] : part.blank === true ? [] : [{ type: 'image', png: pngOf(part.frame()) }]

/** An assistant message must not be empty: providers refuse one. */
const NO_REPLY = '(no reply)'

function messageOf(message: Message): ChatMessage {
  const { role, content } = message
  if (role === 'assistant' && textOf(message).trim() === '') return { role, parts: [{ type: 'text', text: NO_REPLY }] }
  return { role, parts: content.flatMap(partOf) }
}

/**
 * The chat to complete. Few servers go on from a reply that has begun, and the others would say so in no way: a board that a reply begins with is
 * told before the prompt instead. Throws EngineError for a reply that begins with anything else.
 */
export function chatMessages({ messages, prefix }: Observation): ChatMessage[] {
  const chat = messages.map(messageOf)
  const last = chat.at(-1)
  if (prefix === undefined || last === undefined) return chat
  const board = perceptionOfPrefix(prefix)
  if (board === null) throw new EngineError('an endpoint cannot go on from a reply that has begun with something else than a board')
  const parts = last.parts.map((part) => (part.type === 'text' ? { ...part, text: captioned(board, part.text) } : part))
  return [...chat.slice(0, -1), { ...last, parts }]
}

/** The text of a message, where a provider wants no parts. */
export const joinedText = ({ parts }: ChatMessage): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
