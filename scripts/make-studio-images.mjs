/**
 * node scripts/make-studio-images.mjs: the pictures of docs/studio.md, of the built studio in Chromium, with an evaluation and a small training run
 * that are made for them.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const main = 'dist/cli/main.js'
const place = mkdtempSync(join(tmpdir(), 'studio-images-'))
const [run, evaluation] = [join(place, 'small'), join(place, 'teacher')]
const vlmGym = (...args) => execFileSync(process.execPath, [main, ...args], { stdio: 'ignore' })

const analyses = ['probes', 'interventions', 'generalisation'].map((name) => `evaluation.${name}.states=0`)
const set = ['base.steps=120', 'coldStart.steps=120', 'rl.steps=11', 'evaluation.episodes=2', ...analyses].flatMap((one) => ['--set', one])
vlmGym('train', '--preset', 'laptop', '--quiet', ...set, '--out', run)
vlmGym('eval', 'teacher', 'random', '--game', 'swap', '--episodes', '24', '--horizon', '20', '--quiet', '--out', evaluation)

/** Name of the picture, address behind #, what to wait for, and what to do before it is taken. */
const SHOTS = [
  ['game', 'games/sokoban?seed=5', '.sheet tr:last-child canvas', async () => {}],
  [
    'play',
    'play/2048?seed=3&preset=laptop',
    '.board canvas',
    async (page) => {
      for (let i = 0; i < 30; i++) await page.getByRole('button', { name: 'one move' }).click()
    },
  ],
  ['transcripts', 'transcripts/1', '.step img', (page) => page.keyboard.press('ArrowRight')],
  [
    'group',
    'transcripts/0?game=2048&policy=g1',
    'ol.group li',
    async (page) => {
      for (const key of ['j', 'j', 'ArrowRight']) await page.keyboard.press(key)
    },
  ],
  ['wall', 'wall?game=2048&policy=solver&count=256', '.rate', (page) => page.waitForTimeout(8000)],
]

const server = spawn(process.execPath, [main, 'studio', '--port', '0', '--json', run, evaluation])
const url = await new Promise((resolve) => server.stdout.on('data', (text) => resolve(JSON.parse(text).url)))
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const [name, address, ready, act] of SHOTS) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    await page.goto(`${url}/#/${address}`)
    await page.waitForSelector(ready, { timeout: 60_000 })
    await act(page)
    await page.waitForTimeout(2000)
    await page.screenshot({ path: `docs/images/studio-${name}.png` })
    await page.close()
  }
} finally {
  await browser.close()
  server.kill()
  rmSync(place, { recursive: true, force: true })
}
