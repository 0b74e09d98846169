/**
 * Text from elsewhere, made safe to show: a server's words, a reply, a model's or file's name. A terminal obeys control characters, and
 * characters that turn the direction of writing make a line read as another. They are shown as text, `\x1b` and `\u202e`.
 */

/** Controls but line feed and tab; marks and overrides of direction; separators of lines; invisible characters that join nothing; halves of pairs. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu

function spelled(character: string): string {
  const code = character.codePointAt(0) as number
  const hex = code.toString(16)
  return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}

/** The text with unsafe characters spelled out. Line feeds and tabs stay; CR LF becomes LF. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSAFE, spelled)
}

/** The same in one line: line feeds and other white space become spaces. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s+/g, ' '))
}

/** A text as one word of a command line that can be copied into a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** JSON that holds the same value and no such character. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )
}
