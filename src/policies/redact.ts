/** Keys never leave the program: every text from outside goes through a redactor before it is kept, shown or thrown. */

/** A shorter secret is no secret ("none", "EMPTY" of local servers), and taking it out would harm ordinary text. */
const SHORTEST = 8

/** Replaces each secret by `[key]`: as it is, in URL and JSON spelling, and in Base64. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      btoa(unescape(encodeURIComponent(secret))),
    ])
  const found = [...new Set(spellings)].sort((a, b) => b.length - a.length)
  return (text) => found.reduce((out, spelling) => out.replaceAll(spelling, '[key]'), text)
}
