/** Texts from outside, made safe to show: a terminal obeys control characters, and some others turn a line round or hide in it. */

/** Control characters but line feed and tab, line and paragraph separators, marks of writing direction, and lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu

/** The text with unsafe characters spelled out, as `\x1b` or `\u202e`. Line feeds and tabs stay; CR LF becomes LF. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
