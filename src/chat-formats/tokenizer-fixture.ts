/** A small tokenizer.json in the form of Qwen's: byte-level BPE with a few merges, ChatML's special tokens, and thinking tags that are text. */

const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174

/** The characters of the 256 bytes, in the order of the bytes. */
function byteCharacters(): string[] {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
}

const MERGES = [
  ['t', 'h'],
  ['th', 'e'],
  ['Ġ', 'the'],
  ['Ġ', '|'],
  ['e', 'r'],
  ['s', 'er'],
  ['u', 'ser'],
]
const SPECIAL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>', '<|image_pad|>']
const TEXT_TOKENS = ['<think>', '</think>']

/** Content of the file; `decoder`: another decoder than Qwen's. */
export function smallTokenizer(
  decoder: object = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
): object {
  const pieces = [...byteCharacters(), ...MERGES.map((pair) => pair.join(''))]
  const added = [...SPECIAL, ...TEXT_TOKENS].map((content, i) => ({
    ...{ id: pieces.length + i, content, single_word: false, lstrip: false, rstrip: false, normalized: false },
    special: SPECIAL.includes(content),
  }))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    post_processor: null,
    decoder,
    model: {
      ...{
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
      },
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: MERGES.map((pair) => pair.join(' ')),
    },
  }
}
