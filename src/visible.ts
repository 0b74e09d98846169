/**
 * Text from elsewhere, made safe to print: a server's words, a reply, a model's or file's name. A terminal obeys control characters, and
 * characters that turn the direction of writing make a line read as another. Both are shown as text, `\x1b` and `\u202e`.
 */

/** Controls but line feed and tab; marks and overrides of direction; separators of lines; invisible characters that join nothing; halves of pairs. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu

const NAMED: Readonly<Record<string, string>> = { '\r': '\\r', '\v': '\\v', '\f': '\\f', '\b': '\\b' }

function spelled(char: string): string {
  const code = char.codePointAt(0) as number
  const hex = code.toString(16)
  return NAMED[char] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`)
}

/** A text with nothing in it that a terminal would obey or hide; line feeds and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, spelled)
}

/** The same of one line: line feeds and other white space become spaces. */
export function visibleLine(text: string): string {
  return visible(text.replace(/\s+/g, ' '))
}

/** JSON that holds the same value and no such character. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, (char) =>
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )
}
