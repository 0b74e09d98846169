/** An observation as a chat, before a provider's wire spells it: earlier turns as pairs of user and assistant, then the state. */
import type { Observation } from '../policy.ts'
import { encodePng } from '../render/index.ts'
import type { Frame } from '../scene.ts'

/** One message of a chat. */
export interface ChatMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
  /** A PNG in Base64 that stands before the text; null if there is none. */
  readonly picture: string | null
}

/** A frame's PNG is made once, so that a picture has the same bytes in every turn it stands in. RGB: some image processors take nothing else. */
const pictures = new WeakMap<Frame, string>()

function pngOf(frame: Frame): string {
  const known = pictures.get(frame) ?? Buffer.from(encodePng(frame, { rgb: true })).toString('base64')
  pictures.set(frame, known)
  return known
}

/** The picture unless it is blank, the caption if there is one, the prompt. */
function asked({ frame, blank, caption, prompt }: Observation): ChatMessage {
  const text = caption === undefined ? prompt : `The board as text:\n${caption}\n\n${prompt}`
  return { role: 'user', text, picture: blank ? null : pngOf(frame()) }
}

/** An assistant message must not be empty: providers refuse one. */
const NOTHING = '(no reply)'

/** The chat to complete. */
export function messagesOf(observation: Observation): ChatMessage[] {
  const before = (observation.turns ?? []).flatMap(({ observation: then, reply }): ChatMessage[] => [
    asked(then),
    { role: 'assistant', text: reply.trim() === '' ? NOTHING : reply, picture: null },
  ])
  return [...before, asked(observation)]
}
