import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { LinesTail } from './lines-tail.ts'

const FILE = { name: 'x.jsonl', schema: z.object({ n: z.number() }), loss: 'it is left out', key: ({ n }: { n: number }) => String(n) }

let place: string
let path: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'tail-'))
  path = join(place, FILE.name)
})
afterEach(() => rm(place, { recursive: true, force: true }))

const line = (n: number): string => `${JSON.stringify({ n })}\n`
const seen = async (tail: LinesTail<{ n: number }>): Promise<[number, number[]]> => {
  const { generation, records } = await tail.look()
  return [generation, records.map(({ n }) => n)]
}

test('reads on from where it stopped; a line that is being written comes when it is whole', async () => {
  const tail = new LinesTail(place, FILE)
  expect(await seen(tail)).toEqual([0, []])
  await writeFile(path, line(1) + line(2))
  expect(await seen(tail)).toEqual([0, [1, 2]])
  await appendFile(path, '{"n":')
  expect(await seen(tail)).toEqual([0, [1, 2]])
  await appendFile(path, '3}')
  expect(await seen(tail)).toEqual([0, [1, 2, 3]])
  await appendFile(path, `\n${line(4)}`)
  expect(await seen(tail)).toEqual([0, [1, 2, 3, 4]])
  expect(await Promise.all([seen(tail), seen(tail)])).toEqual([
    [0, [1, 2, 3, 4]],
    [0, [1, 2, 3, 4]],
  ])
})

test('a file that was cut back, written anew or taken away is read anew', async () => {
  const tail = new LinesTail(place, FILE)
  await writeFile(path, line(1) + line(2) + line(3))
  expect(await seen(tail)).toEqual([0, [1, 2, 3]])
  await truncate(path, line(1).length)
  await appendFile(path, line(5) + line(6) + line(7))
  expect(await seen(tail)).toEqual([1, [1, 5, 6, 7]])
  await rm(path)
  expect(await seen(tail)).toEqual([2, []])
  await writeFile(path, line(8))
  expect(await seen(tail)).toEqual([2, [8]])
})

test('damaged and repeated lines are told with their numbers, once each', async () => {
  const tail = new LinesTail(place, FILE)
  await writeFile(path, `${line(1)}x\n`)
  await tail.look()
  await appendFile(path, line(1) + line(2))
  const { records, damage } = await tail.look()
  expect(records).toEqual([{ n: 1 }, { n: 2 }])
  expect(damage.join('\n')).toMatch(/line 2/)
  expect(damage).toEqual((await tail.look()).damage)
})
