/** What tests of pages ask of every page. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/** The rules of axe that the page breaks, each with where. Also on pages whose own policy lets no script in: this one comes by the debugger. */
export async function violations(page: Page): Promise<unknown> {
  await page.evaluate(AXE)
  return page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target.join())].join(" ")))',
  )
}

/** CSS pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
