import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { toUtf8 } from './encoding.ts'
import { type BadLine, endLines, type Line, readLineAt, scanLines } from './lines.ts'

const record = z.object({ n: z.number(), text: z.string(), usage: z.object({ seconds: z.number() }).optional() })
type Item = z.output<typeof record>

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lines-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

const items: Item[] = Array.from({ length: 5 }, (_, n) => ({ n, text: `{"n":${n}} “é” \\ {`, usage: { seconds: n } }))
const [a, b, c, d, e] = items.map((item) => JSON.stringify(item)) as [string, string, string, string, string]

async function scan(content: string | Buffer): Promise<{ lines: Line<Item>[]; bad: BadLine[]; end: number; file: string }> {
  const file = join(place, 'file.jsonl')
  await writeFile(file, content)
  const lines: Line<Item>[] = []
  const bad: BadLine[] = []
  const end = await scanLines(
    file,
    record,
    (line) => lines.push(line),
    (line) => bad.push(line),
  )
  return { lines, bad, end, file }
}

const nul = '\0'.repeat(300)
const latin = Buffer.from(`${JSON.stringify({ n: 9, text: 'é' })}\n`, 'latin1')

describe('scanLines', () => {
  it.each<[string, string | Buffer, number[], [number, RegExp, number][]]>([
    ['whole lines', `${a}\n${b}\n${c}\n`, [0, 1, 2], []],
    ['nothing', '', [], []],
    ['a byte order mark', `\uFEFF${a}\n${b}\n`, [0, 1], []],
    ['CRLF', `${a}\r\n${b}\r\n`, [0, 1], []],
    ['a byte order mark and CRLF', `\uFEFF${a}\r\n${b}`, [0, 1], []],
    ['a last line without its end', `${a}\n${b}`, [0, 1], []],
    ['a torn last line', `${a}\n${b.slice(0, 20)}`, [0], []],
    ['NUL bytes behind the last line', `${a}\n${nul}`, [0], []],
    ['NUL bytes behind a last line without its end', `${a}\n${b}${nul}`, [0, 1], [[2, /NUL/, 1]]],
    ['a line of NUL bytes', `${a}\n${nul}\n${c}\n`, [0, 2], [[2, /holds NUL bytes/, 0]]],
    ['NUL bytes before a line', `${a}\n${nul}${b}\n${c}\n`, [0, 1, 2], [[2, /NUL/, 1]]],
    ['an empty line', `${a}\n\n${b}\n`, [0, 1], [[2, /empty/, 0]]],
    ['a line of spaces', `${a}\n  \t\r\n${b}\n`, [0, 1], [[2, /empty/, 0]]],
    ['a torn line with the next behind it', `${a}\n${b.slice(0, 20)}${c}\n${d}\n`, [0, 2, 3], [[2, /cut short/, 1]]],
    ['two whole lines without a line end between', `${a}\n${b}${c}\n${d}\n`, [0, 1, 2, 3], [[2, /cut short/, 2]]],
    ['a torn line', `${a}\n${b.slice(0, -1)}\n${c}\n`, [0, 2], [[2, /cut short/, 0]]],
    ['the end of a line', `${a}\n${b.slice(9)}\n${c}\n`, [0, 2], [[2, /not JSON/, 0]]],
    ['another line', `${a}\nhello\n${c}\n`, [0, 2], [[2, /not JSON/, 0]]],
    [
      'another record',
      `${a}\n{"n":"1"}\n42\n${c}\n`,
      [0, 2],
      [
        [2, /its field n is missing or wrong/, 0],
        [3, /no record of this file/, 0],
      ],
    ],
    ['UTF-16 with its mark', Buffer.from(`\uFEFF${a}\r\n${b}\r\n`, 'utf16le'), [0, 1], []],
    ['Latin-1', Buffer.concat([Buffer.from(`${a}\n`), latin, Buffer.from(`${c}\n`)]), [0, 2], [[2, /not UTF-8/, 0]]],
  ])('reads %s', async (_, content, kept, damaged) => {
    const { lines, bad, file } = await scan(content)
    expect(lines.map(({ value }) => value)).toEqual(kept.map((n) => items[n]))
    expect(bad).toEqual(damaged.map(([number, reason, whole]) => ({ number, reason: expect.stringMatching(reason), kept: whole })))
    if (await toUtf8(file)) return
    for (const line of lines) expect(await readLineAt(file, record, line)).toEqual(line.value)
  })

  it('takes no text in a record for a record', async () => {
    const inner = JSON.stringify({ n: 7, text: JSON.stringify({ n: 8, text: 'not this' }) })
    const { lines } = await scan(`x${inner.slice(1)}\n${a}\n`)
    expect(lines.map(({ value }) => value.n)).toEqual([0])
  })

  it('reads lines that lie across chunks, and their places', async () => {
    const long = Array.from({ length: 40 }, (_, n) => JSON.stringify({ n, text: 'é'.repeat(50_000 + n) }))
    const { lines, end, file } = await scan(`${long.join('\n')}\n`)
    expect(lines.map(({ value, number }) => [value.n, value.text.length, number])).toEqual(long.map((_, n) => [n, 50_000 + n, n + 1]))
    expect(end).toBe((await readFile(file)).length)
    expect((await readLineAt(file, record, lines[33] as Line<Item>)).n).toBe(33)
  })

  it('passes a line by that is longer than any it writes', async () => {
    const { lines, bad } = await scan(Buffer.concat([Buffer.from(`${a}\n`), Buffer.alloc(2 ** 27 + 1, 'x'), Buffer.from(`\n${b}\n`)]))
    expect(lines.map(({ value }) => value.n)).toEqual([0, 1])
    expect(bad).toEqual([{ number: 2, reason: 'it is longer than 128 MiB', kept: 0 }])
  })
})

describe('toUtf8', () => {
  it.each(['utf16le', 'utf16be'])('puts %s back and keeps the file as it was', async (encoding) => {
    const bytes = Buffer.from(`\uFEFF${a}\n${b}\n`, 'utf16le')
    if (encoding === 'utf16be') bytes.swap16()
    const file = join(place, encoding)
    await writeFile(file, bytes)
    expect(await toUtf8(file)).toBe(true)
    expect(await readFile(file, 'utf8')).toBe(`${a}\n${b}\n`)
    expect(await readFile(`${file}.utf-16`)).toEqual(bytes)
    expect(await toUtf8(file)).toBe(false)
  })
})

describe('endLines', () => {
  it.each([
    ['whole lines', `${a}\n${b}\n`, `${a}\n${b}\n${e}\n`],
    ['a torn last line', `${a}\n${b.slice(0, 9)}`, `${a}\n${e}\n`],
    ['a last line without its end', `${a}\n${b}`, `${a}\n${b}\n${e}\n`],
    ['NUL bytes behind it', `${a}\n${b}${nul}`, `${a}\n${b}\n${e}\n`],
    ['nothing but a torn line', a.slice(0, 9), `${e}\n`],
  ])('makes a file with %s ready for the next line', async (_, content, then) => {
    const { end, file } = await scan(content)
    await endLines(file, end)
    await writeFile(file, `${e}\n`, { flag: 'a' })
    expect(await readFile(file, 'utf8')).toBe(then)
  })
})
