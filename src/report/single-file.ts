/** A page of the studio as one HTML file with its data inside: it opens from disk, loads nothing, and no script but its own may run. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../errors.ts'
import { PACKAGE_FOLDER } from '../version.ts'
import type { ComparePage } from './compare-page.ts'
import type { RunPage } from './run-page.ts'

/** What such a file shows. */
export type SingleFile = { readonly kind: 'run'; readonly page: RunPage } | { readonly kind: 'compare'; readonly page: ComparePage }

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string)

/** JSON for a script element: no `<`, so it cannot end the element or open a comment. */
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

/** The built script and style. Throws ConfigError where they were not built. */
async function builtPage(): Promise<{ readonly script: string; readonly style: string }> {
  const folder = join(PACKAGE_FOLDER, 'dist/studio/single')
  try {
    const [script, style] = await Promise.all(['page.js', 'page.css'].map((name) => readFile(join(folder, name), 'utf8')))
    // A string of the script might hold the end of its element.
    return { script: (script as string).replaceAll('</script', '<\\/script'), style: style as string }
  } catch (error) {
    throw new ConfigError(`the page of reports is not built: there is no page.js and page.css in ${folder}; run npm run build`, {
      cause: error,
    })
  }
}

/** The document. Its policy names its one script by the hash, and forbids it to load anything. */
export async function singleFile(title: string, data: SingleFile): Promise<string> {
  const { script, style } = await builtPage()
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,"><style>${style}</style></head><body>
<div id="app"><noscript>This page draws what it holds by a script; let it run.</noscript></div>
<script type="application/json" id="data">${jsonText(data)}</script>
<script>${script}</script>
</body></html>
`
}
