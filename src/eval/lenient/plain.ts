/** Texts as the lenient readers see them: one spelling of characters, and values in JSON or as Python writes them. */

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'", '#124': '|', amp: '&' }

/** Wide forms of ASCII, entities of XML, and escaped marks of Markdown as the characters that they mean. */
export function plainText(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/&(lt|gt|quot|apos|nbsp|amp|#39|#124);/g, (_, name: string) => ENTITIES[name] as string)
    .replace(/\\([_*|#])/g, '$1')
}

/** A text without the code fence, in backticks or tildes, that is all of it. */
export function unfenced(text: string): string {
  return /^(`{3,}|~{3,})[^\n`~]*\n([^`~]*)\1$/.exec(text.trim())?.[2]?.trim() ?? text
}

/** The value of a text in JSON, or in Python's spelling of it; undefined if it is neither, or an object names a field twice. */
export function parsed(text: string): unknown {
  const python = text.replaceAll("'", '"').replace(/\bNone\b/g, 'null')
  for (const json of text.includes('"') ? [text] : [text, python]) {
    try {
      const value: unknown = JSON.parse(json)
      return namesOf(value) === (json.match(/"\s*:/g) ?? []).length ? value : undefined
    } catch {
      // The next spelling, if there is one.
    }
  }
  return undefined
}

/** How many fields the objects in a value have; texts that hold `":` count as such. */
function namesOf(value: unknown): number {
  if (typeof value === 'string') return (JSON.stringify(value).match(/"\s*:/g) ?? []).length
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce<number>((sum, one) => sum + namesOf(one), 0)
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length)
}
