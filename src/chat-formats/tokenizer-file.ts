/** Tokenizers of published models from their local `tokenizer.json`: byte-level BPE, as Qwen, Llama 3, GPT and many others have it. */
import { Tokenizer } from '@huggingface/tokenizers'
import type { ReadTokens } from '../chat.ts'
import { EngineError } from '../errors.ts'

/** The two files of a tokenizer, parsed. */
export interface TokenizerFiles {
  /** Content of tokenizer.json. */
  readonly tokenizer: object
  /** Content of tokenizer_config.json; what it says of chat templates is not used. */
  readonly config?: object
}

/** Text to tokens and back. */
export interface TokenizerText {
  /** Distinct tokens, special ones included. */
  readonly size: number
  /** The id of a special token by its spelling. Throws EngineError if there is none. */
  special(name: string): number
  /** Tokens of a text; what looks like a special token in it is text as well. */
  encode(text: string): number[]
  /** The text in pieces: the id of each special token that is spelled in it, and the texts between them. */
  parts(text: string): (string | number)[]
  /** Special tokens are no text. Throws EngineError for a token outside the vocabulary. */
  read(tokens: readonly number[]): ReadTokens
}

/** Character of a byte in the vocabulary of byte-level BPE: itself if it is printable Latin-1, else the next free one from U+0100. */
function byteCharacters(): Map<string, number> {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let next = 256
  return new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(printable(byte) ? byte : next++), byte]))
}

const BYTES = byteCharacters()

/** Whether a part of tokenizer.json says that tokens are bytes. */
function isByteLevel(decoder: unknown): boolean {
  if (typeof decoder !== 'object' || decoder === null) return false
  if ('type' in decoder && decoder.type === 'ByteLevel') return true
  return 'decoders' in decoder && Array.isArray(decoder.decoders) && decoder.decoders.some(isByteLevel)
}

/** Loads a tokenizer. Throws EngineError for files that are no byte-level tokenizer. */
export function tokenizerText({ tokenizer, config = {} }: TokenizerFiles): TokenizerText {
  if (!('decoder' in tokenizer) || !isByteLevel(tokenizer.decoder))
    throw new EngineError(
      'the tokenizer.json is not of a byte-level tokenizer (its decoder is not ByteLevel); give the file of such a model',
    )
  const loaded = new Tokenizer(tokenizer, config)
  const added = loaded.get_added_tokens_decoder()
  const size = loaded.get_vocab(true).size
  const names = [...added.values()].flatMap(({ content, special }) => (special ? [String(content)] : []))
  const plain = (text: string): number[] => loaded.encode(text, { add_special_tokens: false }).ids
  const encoder = new TextEncoder()
  const bytesOf = (token: number): Uint8Array => {
    const known = added.get(token)
    if (known !== undefined) return known.special ? new Uint8Array() : encoder.encode(String(known.content))
    const piece = loaded.id_to_token(token)
    if (typeof piece !== 'string') throw new EngineError(`token ${token} is outside the vocabulary of ${size} tokens`)
    return Uint8Array.from([...piece].map((character) => BYTES.get(character) ?? 0))
  }
  return {
    size,
    special: (name) => {
      const id = loaded.token_to_id(name)
      if (id === undefined || !added.has(id))
        throw new EngineError(`the tokenizer has no special token ${name}; give the files of a model that has`)
      return id
    },
    parts: (text) => splitSpecial(text, names).map((piece) => (names.includes(piece) ? (loaded.token_to_id(piece) as number) : piece)),
    encode: (text) => splitNames(text, names).flatMap(plain),
    read: (tokens) => {
      const decoder = new TextDecoder()
      let text = ''
      const ends = tokens.map((token) => {
        text += decoder.decode(bytesOf(token), { stream: true })
        return text.length
      })
      return { text: text + decoder.decode(), ends }
    },
  }
}

/** The text in pieces, each name of a special token in it cut after its first character, so that it is encoded as text. */
function splitNames(text: string, names: readonly string[]): string[] {
  const cuts = names.flatMap((name) => {
    const places: number[] = []
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) places.push(at + 1)
    return places
  })
  const edges = [0, ...new Set(cuts.sort((a, b) => a - b)), text.length]
  return edges.slice(1).map((end, i) => text.slice(edges[i], end))
}

/** The text cut before and after each name of a special token in it; the first name at a place is the longest. */
function splitSpecial(text: string, names: readonly string[]): string[] {
  const pattern = [...names].sort((a, b) => b.length - a.length).map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return pattern.length === 0 ? [text] : text.split(new RegExp(`(${pattern.join('|')})`)).filter((piece) => piece !== '')
}

/** Reads tokenizer.json and, if it is there, tokenizer_config.json of a model's folder. Throws EngineError for files that cannot be read. Node only. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const { readFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const read = async (name: string): Promise<object> => {
    const path = join(folder, name)
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'))
      if (typeof value === 'object' && value !== null) return value
      throw new Error('it is not a JSON object')
    } catch (error) {
      throw new EngineError(`cannot read ${path}: ${(error as Error).message}; give the folder of a model's tokenizer`, { cause: error })
    }
  }
  const tokenizer = await read('tokenizer.json')
  const config = await read('tokenizer_config.json').catch(() => ({}))
  return { tokenizer, config }
}
