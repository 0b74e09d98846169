import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { METRICS_FILE, type MetricLine, resultRows } from './records.ts'
import { createRun, openRun, type RunFolder, readRun } from './run-folder.ts'

let place = ''
let made = 0
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'runs-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

const step = (n: number): MetricLine => ({ stage: 'base', step: n, seconds: 1, values: { loss: n } })

async function runOf(steps: number): Promise<RunFolder> {
  const folder = await createRun(join(place, String(made++)), {})
  for (let n = 0; n < steps; n++) await folder.append(METRICS_FILE.name, step(n))
  return folder
}

const stepsOf = async (folder: RunFolder): Promise<number[]> => (await folder.linesOf(METRICS_FILE)).map((line) => line.step)

describe('lines of a folder', () => {
  it('that repeat an earlier one are left out', async () => {
    const folder = await runOf(3)
    await folder.append(METRICS_FILE.name, step(1))
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await stepsOf(folder)).toEqual([0, 1, 2])
    expect(warned.mock.calls.flat()).toEqual([expect.stringMatching(/metrics\.jsonl line 4 is left out: it repeats line 2\n$/)])
    warned.mockRestore()
    await folder.close()
  })

  it('are cut at a record, whatever damaged lines stand before it', async () => {
    const folder = await runOf(6)
    const text = await readFile(folder.file('metrics.jsonl'), 'utf8')
    const lines = text.split('\n')
    await writeFile(folder.file('metrics.jsonl'), `\n${lines.with(1, '\0\0').join('\n')}`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await folder.cutLines(METRICS_FILE, ({ value }) => value.step >= 4)
    await folder.append(METRICS_FILE.name, step(4))
    expect(await stepsOf(folder)).toEqual([0, 2, 3, 4])
    expect(await readFile(folder.file('metrics.jsonl'), 'utf8')).toBe(`\n${lines[0]}\n\0\0\n${lines[2]}\n${lines[3]}\n${lines[4]}\n`)
    // The same damage is told once.
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/line 1 is dropped: it is empty; its step is left out of the curves\n$/),
      expect.stringMatching(/line 3 is dropped: it holds NUL bytes/),
    ])
    warned.mockRestore()
    await folder.close()
  })

  it('are cut behind a torn line that the first record to be cut was joined to', async () => {
    const folder = await runOf(2)
    await appendFile(folder.file('metrics.jsonl'), `{"stage":"ba${JSON.stringify(step(2))}\n`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await folder.cutLines(METRICS_FILE, ({ value }) => value.step >= 2)
    await folder.append(METRICS_FILE.name, step(2))
    expect(await stepsOf(folder)).toEqual([0, 1, 2])
    warned.mockRestore()
    await folder.close()
  })

  it('are arranged by place, with damage where it stood, and stay as they are if they are in order', async () => {
    const folder = await runOf(6)
    const path = folder.file('metrics.jsonl')
    const lines = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, `\ufeff${lines.with(1, `{"stage":"ba${lines[1]}`).with(3, '\0\0').join('\r\n')}{"st`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const before = (await readFile(path, 'utf8')).slice(0, -4)
    await folder.arrangeLines(METRICS_FILE, ({ step: n }) => n)
    expect(await readFile(path, 'utf8')).toBe(before)
    await folder.arrangeLines(METRICS_FILE, ({ step: n }) => (n === 4 ? null : n % 2))
    await folder.append(METRICS_FILE.name, step(7))
    expect(await stepsOf(folder)).toEqual([0, 2, 1, 5, 7])
    const [zero, one, two, five] = [0, 1, 2, 5].map((n) => lines[n])
    expect(await readFile(path, 'utf8')).toBe(
      `\ufeff${zero}\r\n{"stage":"ba\n${two}\r\n\0\0\r\n${one}\r\n${five}\r\n${JSON.stringify(step(7))}\n`,
    )
    warned.mockRestore()
    await folder.close()
  })

  it('are none where there is no file, and none is made by reading', async () => {
    const folder = await runOf(0)
    await folder.openLines(METRICS_FILE, () => {})
    await folder.cutLines(METRICS_FILE, () => true)
    await folder.arrangeLines(METRICS_FILE, () => null)
    expect(await stepsOf(folder)).toEqual([])
    await expect(readFile(folder.file('metrics.jsonl'))).rejects.toThrow('ENOENT')
    await folder.close()
  })

  it('leave a torn end alone for readers, who may see a line that is being written', async () => {
    const folder = await runOf(2)
    await appendFile(folder.file('metrics.jsonl'), '{"stage":')
    const reader = await readRun(folder.path)
    expect(await stepsOf(reader)).toEqual([0, 1])
    expect(await readFile(folder.file('metrics.jsonl'), 'utf8')).toMatch(/\{"stage":$/)
    await folder.close()
  })
})

it('reads headers and JSON files behind a byte order mark', async () => {
  const folder = await runOf(0)
  await folder.close()
  const text = await readFile(folder.file('run.json'), 'utf8')
  await writeFile(folder.file('run.json'), `\uFEFF${text.replaceAll('\n', '\r\n')}`)
  await (await openRun(folder.path)).close()
})

describe('a file that is made again from others', () => {
  const DAMAGES: readonly [string, string | null][] = [
    ['empty', ''],
    ['cut short', '[{"game'],
    ['of NUL bytes', '\0\0\0'],
    ['of another form', '{"rows": 1}'],
    ['a folder', null],
  ]

  it.each(DAMAGES)('is renamed where it is %s, and left out by those who only read', async (_, content) => {
    const folder = await runOf(1)
    const file = folder.file('results.json')
    await (content === null ? mkdir(file) : writeFile(file, content))
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const reader = await readRun(folder.path)
    expect(await reader.readDerived('results.json', resultRows)).toBe(null)
    expect(await reader.readDerived('results.json', resultRows)).toBe(null)
    expect(await folder.readDerived('results.json', resultRows)).toBe(null)
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/results\.json is damaged and left out; vlm-gym train --resume .* makes it again\n$/),
      expect.stringMatching(/results\.json is damaged and is made again; it is kept as results\.json\.old\n$/),
    ])
    warned.mockRestore()
    expect(await readdir(folder.path)).not.toContain('results.json')
    if (content !== null) expect(await readFile(`${file}.old`, 'utf8')).toBe(content)
    await folder.close()
  })
})

it('reads JSON files in UTF-16 as in UTF-8', async () => {
  const folder = await runOf(1)
  await folder.close()
  for (const name of ['run.json', 'about.json']) {
    const text = await readFile(folder.file(name), 'utf8')
    await writeFile(folder.file(name), Buffer.from(`\uFEFF${text}`, 'utf16le'))
  }
  const again = await openRun(folder.path)
  expect(again.about).toEqual(folder.about)
  await again.close()
})

it.skipIf(process.platform !== 'linux')('says so where no folder can be made', async () => {
  await expect(createRun('/proc/vlm-gym/run', {})).rejects.toThrow(/cannot be made: |cannot make .*; give another folder with --out/)
})
