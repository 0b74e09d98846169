/** Vector files: our own made-up sample, broken input, and the reference's vectors where the machine has them. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkVectorFile } from '../src/games/vectors.ts'

const sample = readFileSync(new URL('./data/2048-made-up.jsonl', import.meta.url), 'utf8')
const shared = new URL('../../shared/vectors/2048.jsonl', import.meta.url)

describe('checkVectorFile', () => {
  it('agrees with the sample', async () => {
    expect(await checkVectorFile(sample, 'sample.jsonl')).toEqual({ game: '2048', rows: 5, agree: 5, differences: [] })
  })

  it.skipIf(!existsSync(shared))(
    'agrees with every reference vector (skipped where the reference vectors do not lie beside the project)',
    async () => {
      expect(await checkVectorFile(readFileSync(shared, 'utf8'), '2048.jsonl')).toEqual({
        game: '2048',
        rows: 200,
        agree: 200,
        differences: [],
      })
    },
  )

  it('names line, id, field and both values of a difference', async () => {
    const wrong = sample.replace('"score":64', '"score":32')
    const report = await checkVectorFile(`\n${wrong}`, 'wrong.jsonl')
    expect(report).toMatchObject({ rows: 5, agree: 4 })
    expect(report.differences).toEqual([{ line: 3, id: 'three', field: 'score', expected: 32, actual: 64 }])
  })

  it('reports malformed lines and goes on', async () => {
    const lines = [
      '{"id":',
      '[1]',
      'null',
      '{"id":9}',
      '{"id":8,"board":[[1,1],[1,1]],"action":0,"next_board":0}',
      '{"id":7,"board":[[99]],"action":"x","next_board":0}',
    ]
    const report = await checkVectorFile(`${sample}${lines.join('\r\n')}`, 'bad.jsonl')
    expect(report).toMatchObject({ game: '2048', rows: 11, agree: 5 })
    expect(report.differences.map(({ line, id, field }) => [line, id, field])).toEqual([
      [6, null, 'line'],
      [7, null, 'line'],
      [8, null, 'line'],
      [9, 9, 'line'],
      [10, 8, 'line'],
      [11, 7, 'line'],
    ])
  })

  it('reports a missing field', async () => {
    const [difference] = (await checkVectorFile(sample.split('\n')[0]!.replace('"legal":true,', ''), 'x')).differences
    expect(difference).toMatchObject({ line: 1, id: 'pair', field: 'line', actual: expect.stringContaining('legal') })
  })

  it('knows when it knows none of the rows', async () => {
    for (const text of ['', 'not json', '{"pos1":[0,0]}'])
      expect(await checkVectorFile(text, 'f.jsonl')).toMatchObject({ game: null, agree: 0 })
    expect((await checkVectorFile('{"pos1":1}', 'f.jsonl')).differences[0]!.actual).toContain('f.jsonl')
  })
})
