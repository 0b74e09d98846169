/** Chat formats: from conversations to the input of a model, and back from its tokens to text. */
export { type LexiconChatOptions, lexiconChat } from './lexicon.ts'
export { type QwenChatOptions, qwenChat } from './qwen.ts'
export { readTokenizerFiles, type TokenizerFiles, type TokenizerText, tokenizerText } from './tokenizer-file.ts'
