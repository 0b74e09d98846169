/** Keys never leave the program: every text from outside goes through a redactor before anything else is done to it. */
import { ConfigError } from '../errors.ts'

/** A shorter secret is no secret ("none", "EMPTY" of local servers), and taking it out would harm ordinary text. */
const SHORTEST = 8
/** A piece of this many characters out of a long secret is taken out as well: a key that was cut by shortening. */
const PIECE = 12
/** Characters by which such a piece is noticed. */
const MARK = 6

/** Whether a text is long enough to be a secret. */
export const isLong = (secret: string): boolean => secret.length >= SHORTEST

/** Replaces each secret by `[key]`: as it is, in URL, JSON, HTML, hex and Base64 spelling, broken into lines, and cut to pieces. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const long = secrets.filter(isLong)
  const broken = [...new Set(long.flatMap((secret) => [secret, base64Of(secret)]))].map(brokenAnywhere)
  const found = [...new Set(long.flatMap(spellings))].sort((a, b) => b.length - a.length)
  // Two escaped characters have the length of a piece.
  const cut = found.filter((spelling) => spelling.length > PIECE && !spelling.startsWith('\\u'))
  const pieces = new Set(cut.flatMap((spelling) => windows(spelling, PIECE)))
  const marks = new Set(cut.flatMap((spelling) => windows(spelling, MARK)))
  return (text) => {
    const joined = broken.reduce((out, pattern) => out.replace(pattern, '[key]'), text)
    const whole = found.reduce((out, spelling) => out.replaceAll(spelling, '[key]'), joined)
    return pieces.size === 0 ? whole : withoutPieces(whole, pieces, marks)
  }
}

/** A secret in any capitals, with line breaks and indents at any place, as they are or as JSON writes them. */
function brokenAnywhere(secret: string): RegExp {
  const characters = [...secret].map((one) => one.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&'))
  return new RegExp(characters.join('(?:\\s|\\\\[rnt])*'), 'gi')
}

function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  const uri = encodeURIComponent(secret)
  const form = uri.replaceAll('%20', '+')
  return [
    secret,
    ...[uri, form, encodeURIComponent(uri)].flatMap((text) => [text, text.replace(/%../g, (code) => code.toLowerCase())]),
    ...[json, json.replaceAll('/', '\\/')],
    ...[10, 16].map((base) => secret.replace(/[&<>"'/+=]/g, (char) => `&#${base === 16 ? 'x' : ''}${char.charCodeAt(0).toString(base)};`)),
    ...[Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex').toUpperCase()],
    secret.replace(/./gs, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ...base64(secret),
  ]
}

const base64Of = (text: string): string => Buffer.from(text).toString('base64')

/** The Base64 of a secret wherever it begins within three bytes, without the characters that depend on its neighbours; in both alphabets. */
function base64(secret: string): string[] {
  const inner = [0, 1, 2].map((shift) =>
    base64Of(`${'\0'.repeat(shift)}${secret}`)
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : shift + 1, -1),
  )
  const all = [base64Of(secret), ...inner].filter((text) => text.length >= SHORTEST)
  return all.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
}

function windows(secret: string, size: number): string[] {
  return Array.from({ length: secret.length - size + 1 }, (_, at) => secret.slice(at, at + size))
}

/**
 * A text without runs of `PIECE` characters or more that stand in a secret in the same order. Every such run holds a mark at one of the places
 * that are looked at, so that a megabyte takes milliseconds.
 */
function withoutPieces(text: string, pieces: ReadonlySet<string>, marks: ReadonlySet<string>): string {
  const reach = PIECE - MARK
  let out = ''
  let from = 0
  for (let at = 0; at + MARK <= text.length; at += reach + 1) {
    if (!marks.has(text.slice(at, at + MARK))) continue
    let start = Math.max(from, at - reach)
    while (start <= at && !pieces.has(text.slice(start, start + PIECE))) start++
    if (start > at) continue
    let end = start + PIECE
    while (end < text.length && pieces.has(text.slice(end + 1 - PIECE, end + 1))) end++
    out += `${text.slice(from, start)}[key]`
    from = end
    at = end - reach - 1
  }
  return from === 0 ? text : out + text.slice(from)
}

/** A value with every text in it redacted, keys of objects too. */
export function redactDeep(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((one) => redactDeep(one, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), redactDeep(one, redact)]))
}

/**
 * Checks a text that goes into a header as a secret: printable ASCII, no white space unless `spaces`. `what` it is called. Throws
 * ConfigError that names the kind of character and its place, and nothing of the text.
 */
export function checkSecret(text: string, what: string, { spaces = false } = {}): void {
  for (const [at, char] of [...text].entries()) {
    const code = char.codePointAt(0) as number
    if (code > 0x20 && code < 0x7f) continue
    if (spaces && (char === ' ' || char === '\t')) continue
    const kind = /\r|\n/.test(char)
      ? 'a line break'
      : /\s/.test(char)
        ? 'white space'
        : code < 0xa0
          ? 'a control character'
          : 'a character outside ASCII'
    throw new ConfigError(`${what} has ${kind} at place ${at + 1} and cannot be sent; put it there whole, on one line and by itself`)
  }
}

/** Names of fields, headers and parameters whose values are secrets. */
const SECRET_NAME = /key|token|secret|passw|auth|credential|cookie|signature|^(sig|code|pwd)$/i

/** Whether a value of this name is to be kept nowhere. `max_tokens` and the like are not. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !/tokens|tokenizer|token_(limit|budget|ids?)/i.test(name)
}

/** The secrets in the value of a header: all of it, and what follows a scheme such as Bearer. */
export function headerSecrets(value: string): string[] {
  const [, credentials] = /^\w+\s+(\S.*)$/.exec(value) ?? []
  return credentials === undefined ? [value] : [value, credentials]
}
