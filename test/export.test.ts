/** `vlm-gym export` and the two examples of docs/export.md, taken from the page as they stand: both give the engine's greedy reply. */

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, samplerPolicy } from 'vlm-gym'
import { userMessage } from 'vlm-gym/chat'
import { decodePng } from 'vlm-gym/render'
import { smallModel } from './small-model.ts'
import { main, type Outcome, runNode } from './vlm-gym.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(root, 'docs/export.md'), 'utf8')
const example = (name: string): string => new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''
const commands = (/^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '').trim().split('\n')

/** The prompt that the page names. */
const PROMPT = '2048 4x4 ok'

const CHROMIUM = '/usr/bin/chromium'
const python = process.env.VLM_GYM_PYTHON ?? 'python3'
const hasPackages = spawnSync(python, ['-c', 'import onnxruntime, PIL, safetensors']).status === 0
const TYPES: Record<string, string> = { '.html': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.png': 'image/png' }

let folder = ''
let server: Server
let engine: Engine
/** What the engine says to the picture and prompt of the page. */
let reply = ''

const vlmGym = (...args: string[]): Promise<Outcome> => runNode([main, ...args], folder)

/** The folder, offered as any web server would. */
async function serveFolder(): Promise<Server> {
  const made = createServer((request, response) => {
    const path = join(folder, new URL(request.url as string, 'http://x').pathname.replace(/\/$/, '/index.html'))
    if (!existsSync(path)) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path))
  })
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return made
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(root, 'node_modules/onnxruntime-web'), join(folder, 'node_modules/onnxruntime-web'), 'dir')
  mkdirSync(join(folder, 'runs/laptop-0/checkpoints'), { recursive: true })
  engine = await smallModel(80, join(folder, 'runs/laptop-0/checkpoints'))
  await engine.save('g1', 'weights')
  for (const command of commands) {
    const { code, stderr } = await vlmGym(...command.split(' ').slice(1))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
  const board = decodePng(readFileSync(join(folder, 'board.png')))
  const policy = samplerPolicy(engine, {
    maxTokens: (engine.info.maxText as number) - engine.chat.reply(PROMPT).length,
    temperature: 0,
  })
  const [replies] = await policy.reply([{ game: '', messages: [userMessage(PROMPT, () => board)] }], { n: 1, seed: 0 })
  reply = replies?.[0]?.text ?? ''
  expect(reply).toMatch(/^<perception>[\s\S]+<\/answer>$/)
  server = await serveFolder()
}, 300_000)
afterAll(async () => {
  server?.close()
  await engine?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the examples of docs/export.md', () => {
  it.skipIf(!hasPackages)('reply in Python as the engine does (skipped where Python has no onnxruntime and pillow)', async () => {
    writeFileSync(join(folder, 'reply.py'), example('reply.py'))
    const { stdout } = await promisify(execFile)(python, ['reply.py', 'g1.onnx', 'board.png', PROMPT], { cwd: folder })
    expect(stdout).toBe(`${reply}\n`)
  })

  it.skipIf(!existsSync(CHROMIUM))('reply in a browser as the engine does (skipped where there is no Chromium)', async () => {
    writeFileSync(join(folder, 'index.html'), example('index.html'))
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const tab = await browser.newPage()
      const problems: string[] = []
      tab.on('pageerror', (error) => problems.push(error.message))
      tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const shown = tab.locator('#reply', { hasText: /./ })
      await shown.waitFor({ timeout: 150_000 }).catch((error: Error) => {
        throw new Error(`${problems.join('\n')}\n${error.message}`)
      })
      expect(await shown.textContent()).toBe(reply)
      expect(problems.filter((text) => !/favicon|404/.test(text))).toEqual([])
    } finally {
      await browser.close()
    }
  })
})

describe('vlm-gym export', () => {
  const model = 'runs/laptop-0/checkpoints/g1.safetensors'

  it('tells what it wrote in JSON', async () => {
    const { code, stdout } = await vlmGym('export', model, '--rows', '3', '--columns', '2', '--out', 'small.onnx', '--json')
    expect(code).toBe(0)
    const bytes = readFileSync(join(folder, 'small.onnx')).length
    const { parameters, name } = engine.info
    expect(JSON.parse(stdout)).toEqual({ out: 'small.onnx', bytes, rows: 3, columns: 2, engine: name, parameters })
  })

  it('refuses a size that the model has no places for, and writes nothing', async () => {
    const { code, stderr } = await vlmGym('export', model, '--rows', '9', '--out', 'none.onnx')
    expect(code).toBe(1)
    expect(stderr).toBe(
      'error: a picture of 9 by 4 patches does not fit this model: it sees 1 to 8 patches of 16 pixels a side; choose other rows and columns\n',
    )
    expect(existsSync(join(folder, 'none.onnx'))).toBe(false)
  })
})

it('an engine that is not installed is named, with the command that installs it', async () => {
  const { code, stderr } = await vlmGym(
    'export',
    'runs/laptop-0/checkpoints/g1.safetensors',
    '--engine',
    '@vlm-gym/no-such-engine',
    '--out',
    'none.onnx',
  )
  expect(code).toBe(1)
  expect(stderr).toBe(
    'error: the engine package @vlm-gym/no-such-engine is not installed; install it with: npm install @vlm-gym/no-such-engine\n',
  )
})

describe('a checkpoint', () => {
  it.skipIf(!hasPackages)('is read by the safetensors of Python (skipped where Python has no safetensors)', () => {
    const code =
      'import sys, safetensors.numpy as s; t = s.load_file(sys.argv[1]); print(len(t), t["model.token"].shape, t["model.token"].dtype)'
    const { stdout } = spawnSync(python, ['-c', code, join(folder, 'runs/laptop-0/checkpoints/g1.safetensors')], { encoding: 'utf8' })
    const { vocabularySize: size } = engine.chat
    expect(stdout).toMatch(new RegExp(`^\\d+ \\(${size}, 64\\) float32\\n$`))
  })

  it.each(['export', 'serve-model', 'eval'])(
    'that is cut short is refused by %s with one sentence that names the file',
    async (command) => {
      const cut = join(folder, 'cut.safetensors')
      writeFileSync(cut, readFileSync(join(folder, 'runs/laptop-0/checkpoints/g1.safetensors')))
      truncateSync(cut, 100_000)
      const { code, stdout, stderr } = await vlmGym(command, cut, ...(command === 'export' ? ['--out', 'cut.onnx'] : []))
      expect(stdout).toBe('')
      expect(stderr).toMatch(
        /^error: .*cut\.safetensors is not a usable checkpoint: it is cut short: it has 100,000 bytes of [\d,]+; use the file of a finished save, or an earlier one\n$/,
      )
      expect([1, 2]).toContain(code)
    },
  )
})
