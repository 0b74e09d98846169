/**
 * node scripts/make-run-images.mjs RUN RUN RUN…: pictures of the views of runs and of the report for the documentation, and how fast the first view is.
 * The runs: finished ones of `vlm-gym train`, the first of them alone, all together as seeds or recipes. Needs a build and Chromium.
 */
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { serveStudio } from '../dist/studio/studio-server.js'

const runs = process.argv.slice(2)
if (runs.length < 2) throw new Error('give two run folders or more, such as runs/laptop-0 runs/laptop-1 runs/laptop-2')

const studio = await serveStudio({ folders: runs, port: 0 })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

/** Opens an address, and tells how long after its start the chart was there, ms. */
async function opened(url, { width = 1280, height = 900, colorScheme = 'light' } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme })
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector('.panel') === null) return
      observer.disconnect()
      requestAnimationFrame(() => {
        window.firstView = performance.now()
      })
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(url)
  await page.waitForFunction(() => window.firstView !== undefined, null, { timeout: 120_000 })
  return { page, ms: await page.evaluate(() => window.firstView) }
}

async function picture(name, url, look = {}, ready = '.findings .note') {
  const { page } = await opened(url, look)
  await page.waitForSelector(ready, { timeout: 120_000 })
  await page.waitForTimeout(300)
  await page.screenshot({ path: `docs/images/${name}.png` })
  await page.close()
}

const first = await opened(studio.url)
await first.page.close()
const times = []
for (let i = 0; i < 5; i++) {
  const { page, ms } = await opened(studio.url)
  times.push(ms)
  await page.close()
}
const sorted = times.sort((a, b) => a - b)
console.log(`first view: ${first.ms.toFixed(0)} ms after the server's start, then ${sorted[2].toFixed(0)} ms (median of 5)`)

await picture('studio-run', studio.url)
await picture('studio-curves', `${studio.url}/#/run/0/curves`, { colorScheme: 'dark' }, '#curves canvas')
await picture('studio-compare', `${studio.url}/#/compare/${runs.map((_, i) => i)}`)
await picture('studio-phone', `${studio.url}/#/run/0/results`, { width: 390, height: 844 }, '#results')
await picture('report', `file://${resolve(runs[0], 'report.html')}`)
console.log(`report.html: ${(statSync(join(runs[0], 'report.html')).size / 1e6).toFixed(2)} MB`)

const assets = 'dist/studio/page/assets'
const size = (name) => statSync(join(assets, name)).size
const scripts = readdirSync(assets).filter((name) => /^(index|jsxRuntime|compare)-.*\.js$/.test(name))
console.log(`script of the views of runs: ${(scripts.reduce((sum, name) => sum + size(name), 0) / 1000).toFixed(0)} kB`)

await browser.close()
await studio.close()
