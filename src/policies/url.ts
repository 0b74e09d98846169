/** Addresses. */

/** An address, relative to another if one is given; null for a text that is no address. */
export function urlOf(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null
}
