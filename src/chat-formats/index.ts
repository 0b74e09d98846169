/** Conversations: messages, chat formats, and the format of models with a closed list of words. Published models: qwen.ts. */
export type { ChatFormat, ReadTokens } from '../chat.ts'
export { frameOf, hasPictures, promptOf, textOf, turnMessages, userMessage } from '../messages.ts'
export type { Message, Observation, Part, Turn } from '../policy.ts'
export { type LexiconChatOptions, lexiconChat } from './lexicon.ts'
