/** An observation as the messages of a chat: earlier turns as pairs of user and assistant, then the state. */
import type { ModelMessage } from 'ai'
import type { Observation } from '../policy.ts'
import { encodePng } from '../render/index.ts'
import type { Frame } from '../scene.ts'

/** A frame's PNG is made once, so that a picture has the same bytes in every turn it stands in. RGB: some image processors take nothing else. */
const pictures = new WeakMap<Frame, Uint8Array>()

function pngOf(frame: Frame): Uint8Array {
  const known = pictures.get(frame) ?? encodePng(frame, { rgb: true })
  pictures.set(frame, known)
  return known
}

/** The picture unless it is blank, the caption if there is one, the prompt. */
function asked({ frame, blank, caption, prompt }: Observation): ModelMessage {
  const picture = blank ? [] : [{ type: 'image' as const, image: pngOf(frame()), mediaType: 'image/png' }]
  const text = caption === undefined ? prompt : `The board as text:\n${caption}\n\n${prompt}`
  return { role: 'user', content: [...picture, { type: 'text', text }] }
}

/** An assistant message must not be empty: providers refuse one. */
const NOTHING = '(no reply)'

/** The chat to complete. */
export function messagesOf(observation: Observation): ModelMessage[] {
  const before = (observation.turns ?? []).flatMap(({ observation: then, reply }): ModelMessage[] => [
    asked(then),
    { role: 'assistant', content: reply.trim() === '' ? NOTHING : reply },
  ])
  return [...before, asked(observation)]
}
