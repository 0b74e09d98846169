/** Runs whose files were damaged by a crash, an editor or a copy: they go on, lose nothing that is whole, and say what they dropped. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChatRequest, type ChatServer, chatServer } from '../src/policies/chat-server-fixture.ts'
import { main, type Outcome, vlmGym } from './vlm-gym.ts'

/** Plays by the seed of the request alone: a reply is the same whenever it is asked for. */
const bySeed = ({ seed = 0 }: ChatRequest): string =>
  `<perception>\n_ | 2\n</perception>\n<think>\n${'é'.repeat(seed % 50)} {"\n</think>\n<answer>${['up', 'left', 'down', 'right'][seed % 4]}</answer>`

const NUL = Buffer.alloc(300)
const text = (lines: readonly Buffer[]): Buffer => Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))

interface Damage {
  /** The file, made of its lines; `k`: a line in its middle. */
  readonly of: (lines: readonly Buffer[], k: number) => Buffer
  /** Replies that are asked again. */
  readonly asked: number
  /** Reasons on stderr, one a line that is named. */
  readonly said: readonly RegExp[]
}

const DAMAGES: { readonly [kind: string]: Damage } = {
  nul: { of: (lines, k) => text(lines.with(k, NUL)), asked: 1, said: [/line 13 is dropped: it holds NUL bytes; its reply is asked again/] },
  blank: { of: (lines, k) => text(lines.toSpliced(k, 0, Buffer.alloc(0))), asked: 0, said: [/line 13 is dropped: it is empty/] },
  joined: {
    of: (lines, k) => text(lines.toSpliced(k, 2, Buffer.concat([lines[k]!.subarray(0, 50), lines[k + 1]!]))),
    asked: 1,
    said: [/line 13 is damaged: it is not JSON, or cut short; what was whole in it is kept/],
  },
  torn: { of: (lines, k) => text(lines.with(k, lines[k]!.subarray(0, 40))), asked: 1, said: [/line 13 is dropped: .*cut short/] },
  bom: { of: (lines) => Buffer.concat([Buffer.from('\uFEFF'), text(lines)]), asked: 0, said: [] },
  crlf: { of: (lines) => Buffer.from(text(lines).toString().replaceAll('\n', '\r\n')), asked: 0, said: [] },
  'bom-crlf': { of: (lines) => Buffer.from(`\uFEFF${text(lines).toString().replaceAll('\n', '\r\n')}`), asked: 0, said: [] },
  'torn-last': { of: (lines, k) => Buffer.concat([text(lines.slice(0, k)), lines[k]!.subarray(0, 40)]), asked: 12, said: [] },
  'nul-tail': { of: (lines, k) => Buffer.concat([text(lines.slice(0, k)), NUL]), asked: 12, said: [] },
  'utf-16': {
    of: (lines) => Buffer.from(`\uFEFF${text(lines)}`, 'utf16le'),
    asked: 0,
    said: [/UTF-16 .* kept as it was in replies\.jsonl\.utf-16/],
  },
  many: {
    of: (lines) => text(lines.map(() => NUL)),
    asked: 24,
    said: [/line 1 /, /line 2 /, /line 3 /, /21 more damaged lines, the last is line 24/],
  },
}

let parent = ''
let server: ChatServer
beforeAll(async () => {
  if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
  parent = await mkdtemp(join(tmpdir(), 'damaged-'))
  server = await chatServer({ answer: bySeed })
})
afterAll(async () => {
  await server.close()
  await rm(parent, { recursive: true, force: true })
})

const linesOf = (file: string): Buffer[] =>
  readFileSync(file, 'latin1')
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'latin1'))

/** Numbers without those of the clock. */
const results = (folder: string): unknown[] =>
  (JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as { metric: string }[]).filter(({ metric }) => metric !== 'latency')

describe('a damaged run of an evaluation', { timeout: 240_000 }, () => {
  let run = ''
  beforeAll(async () => {
    run = join(parent, 'run')
    const endpoint = ['--model', 'openai-compatible:m', '--base-url', server.url]
    const { code, stderr } = await vlmGym('eval', ...endpoint, '--episodes', '6', '--horizon', '4', '--no-anchors', '--quiet', '--out', run)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(linesOf(join(run, 'replies.jsonl'))).toHaveLength(24)
  })

  /** A copy of the run in which nothing is done but the replies. */
  async function copyOf(kind: string): Promise<string> {
    const folder = join(parent, kind)
    await cp(run, folder, { recursive: true })
    await rm(join(folder, 'results.json'))
    writeFileSync(join(folder, 'episodes.jsonl'), '')
    return folder
  }

  it.each(Object.entries(DAMAGES))('replies.jsonl, %s: goes on and asks for what is lost alone', async (kind, { of, asked, said }) => {
    const folder = await copyOf(kind)
    const file = join(folder, 'replies.jsonl')
    const damaged = of(linesOf(file), 12)
    writeFileSync(file, damaged)
    const before = server.requests.length
    const { code, stderr } = await vlmGym('eval', '--resume', folder, '--quiet')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const warnings = stderr.split('\n').filter((line) => line !== '')
    expect(warnings).toEqual(said.map((reason) => expect.stringMatching(reason)))
    for (const warning of warnings) expect(warning.startsWith(`warning: ${file}`)).toBe(true)
    expect(server.requests.length - before).toBe(asked)
    expect(results(folder)).toEqual(results(run))
    // What was in the file is in it still; a torn end alone is cut off.
    const kept = readFileSync(kind === 'utf-16' ? `${file}.utf-16` : file)
    const whole = kind === 'torn-last' || kind === 'nul-tail' ? damaged.subarray(0, damaged.lastIndexOf(10) + 1) : damaged
    expect(kept.subarray(0, whole.length).equals(whole)).toBe(true)
  })

  it.each(['nul', 'joined', 'bom-crlf', 'many'])('episodes.jsonl, %s: plays the lost ones again from their replies', async (kind) => {
    const { of } = DAMAGES[kind] as Damage
    const folder = join(parent, `episodes-${kind}`)
    await cp(run, folder, { recursive: true })
    await rm(join(folder, 'results.json'))
    const file = join(folder, 'episodes.jsonl')
    writeFileSync(file, of(linesOf(file), 3))
    const before = server.requests.length
    expect((await vlmGym('compare', folder, '--format', 'json')).code).toBe(kind === 'many' ? 2 : 0)
    expect((await vlmGym('eval', '--resume', folder, '--quiet')).code).toBe(0)
    expect(server.requests.length).toBe(before)
    expect(results(folder)).toEqual(results(run))
    const compared = await vlmGym('compare', folder, '--format', 'json')
    expect(compared.code).toBe(0)
    expect(JSON.parse(compared.stdout)[0].rows[0].episodes).toBe(6)
  })

  it('results.json, cut short: is left out by compare, which counts from the episodes', async () => {
    const folder = join(parent, 'results')
    await cp(run, folder, { recursive: true })
    writeFileSync(join(folder, 'results.json'), '[{"game')
    const { code, stdout, stderr } = await vlmGym('compare', folder, '--format', 'json')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^warning: .*results\.json is damaged and left out; [^\n]+\n$/),
    })
    expect(JSON.parse(stdout)[0].rows[0].episodes).toBe(6)
  })

  it('of more than 512 MiB goes on within a small memory', async () => {
    const folder = await copyOf('huge')
    const file = join(folder, 'replies.jsonl')
    const lines = linesOf(file).map((line) => JSON.parse(line.toString()) as object)
    writeFileSync(file, '')
    const long = 'x'.repeat((560 * 2 ** 20) / lines.length)
    for (const line of lines) appendFileSync(file, `${JSON.stringify({ ...line, text: long })}\n`)
    const before = server.requests.length
    const args = ['--max-old-space-size=300', main, 'eval', '--resume', folder, '--quiet', '--concurrency', '1']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (part) => {
      stderr += part
    })
    const code = await new Promise<Outcome['code'] | null>((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(server.requests.length).toBe(before)
    await rm(folder, { recursive: true })
  })
})

describe('a damaged data set', { timeout: 120_000 }, () => {
  it.each<[string, string, (text: string) => string, RegExp]>([
    [
      'progress.json',
      'cut short',
      (text) => text.slice(0, 99),
      /progress\.json is damaged and is made again; it is kept as progress\.json\.old/,
    ],
    ['examples.jsonl', 'with a line twice', (text) => text.replace(/.*\n$/, '$&$&'), /line 7 is left out: it repeats line 6/],
  ])('%s, %s: goes on to the same examples', async (name, _, damage, said) => {
    const folder = join(parent, `set-${name}`)
    expect(await vlmGym('teach', '--examples', '6', '--tile', '8', '--quiet', '--out', folder)).toMatchObject({ code: 0 })
    const [file, examples] = [join(folder, name), join(folder, 'examples.jsonl')]
    const [whole, before] = [readFileSync(examples), readFileSync(file, 'utf8')]
    writeFileSync(file, damage(before))
    const { code, stderr } = await vlmGym('teach', '--resume', folder, '--quiet')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(said) })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(examples).subarray(0, whole.length)).toEqual(whole)
  })
})
