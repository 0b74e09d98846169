/** Building messages and finding things in them. */
import type { Message, Observation, Part, Turn } from './policy.ts'
import type { Frame } from './scene.ts'

/** A user's message: the picture, then the text. `blank`: the picture shows nothing. */
export function userMessage(text: string, frame: () => Frame, blank: boolean = false): Message {
  return { role: 'user', content: [blank ? { type: 'image', frame, blank } : { type: 'image', frame }, { type: 'text', text }] }
}

/** The messages of an earlier exchange: what was shown, then what was answered. */
export function turnMessages({ observation, reply: { text, sampled } }: Turn): Message[] {
  const answer: Message = {
    role: 'assistant',
    content: [{ type: 'text', text }],
    // With a prefix the tokens are the end of the text alone, which no format can put back.
    ...(sampled && observation.prefix === undefined && { tokens: sampled.tokens }),
  }
  return [...observation.messages, answer]
}

const isText = (part: Part): part is Extract<Part, { type: 'text' }> => part.type === 'text'
const isImage = (part: Part): part is Extract<Part, { type: 'image' }> => part.type === 'image'

/** The text of a message: its text parts, joined. */
export function textOf({ content }: Message): string {
  return content
    .filter(isText)
    .map(({ text }) => text)
    .join('')
}

/** The text of an observation's last message: the prompt of the state to answer. */
export function promptOf({ messages }: Observation): string {
  const last = messages.at(-1)
  return last === undefined ? '' : textOf(last)
}

/** The picture of an observation's last message. Throws TypeError if it has none. */
export function frameOf({ messages }: Observation): Frame {
  const image = messages.at(-1)?.content.find(isImage)
  if (image === undefined) throw new TypeError('The last message of the observation has no picture.')
  return image.frame()
}

/** Whether any message shows a picture that is not blank. */
export function hasPictures({ messages }: Observation): boolean {
  return messages.some(({ content }) => content.some((part) => isImage(part) && part.blank !== true))
}
