/** HTML by tagged template: every value is escaped unless it is `Html` already, so hostile text cannot become markup. */

/** Markup that was made by `html` or vouched for by `trusted`. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

/** What a template takes; null is nothing, a list is its parts in turn. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[]

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string)
}

function markupOf(value: HtmlValue): string {
  if (value === null) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(markupOf).join('')
  return escapeHtml(String(value))
}

/** Attributes must be quoted in the template. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((out, part, i) => out + markupOf(values[i - 1] ?? null) + part))
}

/** Markup, style or script of our own. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

/** JSON for a script element: no `<`, so it cannot end the element or open a comment. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
