/**
 * node scripts/make-screens.mjs RUN EVALUATION: pictures of every view of the studio, in docs/images/studio-*.png, from the built program, a training
 * run and an evaluation of an endpoint or a scripted policy. Needs Debian's Chromium.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const folders = process.argv.slice(2)
if (folders.length !== 2) {
  console.error('give two folders: a training run and an evaluation')
  process.exit(2)
}

/** What is shown: name of the picture, address, size, colours, and the element that tells that it is there. */
const SHOTS = [
  { name: 'run', at: '#/run/0', until: '.panels' },
  { name: 'curves', at: '#/run/0/curves', until: '.curve canvas', dark: true },
  { name: 'compare', at: '#/compare/0,1', until: 'table' },
  { name: 'transcripts', at: '#/transcripts', until: 'canvas, img' },
  { name: 'play', at: '#/play?game=2048&seed=7', until: 'canvas' },
  { name: 'games', at: '#/games?game=lights-out', until: 'canvas' },
  { name: 'wall', at: '#/wall?game=flood-it', until: 'canvas', wait: 4000, dark: true },
  { name: 'phone', at: '#/run/0', until: '.panels', width: 390, height: 844 },
]

const server = spawn(process.execPath, ['dist/cli/main.js', 'studio', ...folders, '--port', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
let text = ''
for await (const line of createInterface({ input: server.stdout })) {
  text += line
  if (line === '}') break
}
const { url } = JSON.parse(text)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const { name, at, until, wait = 800, dark = false, width = 1280, height = 860 } of SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' })
    await page.goto(`${url}/${at}`)
    await page.waitForSelector(until, { timeout: 60_000 })
    await page.waitForTimeout(wait)
    await page.screenshot({ path: `docs/images/studio-${name}.png` })
    await page.close()
    process.stderr.write(`docs/images/studio-${name}.png\n`)
  }
} finally {
  await browser.close()
  server.kill('SIGINT')
  await once(server, 'exit')
}
