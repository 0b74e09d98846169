/** CIFAR-10 through the command line, on small files of its format: 3073 bytes a record, a label and three planes of 32x32. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, vlmGym } from './vlm-gym.ts'

const GAME = 'picture-shisen-sho'
const BOARD = ['rows=2', 'columns=4', 'kinds=3', 'pictures=cifar10']
const set = BOARD.flatMap((knob) => ['--set', knob])

/** A file with one record of every class in the usual order; each class its own red, each file its own blue. */
function batch(blue: number): Uint8Array {
  const out = new Uint8Array(10 * 3073)
  for (let label = 0; label < 10; label++) {
    const at = label * 3073
    out[at] = label
    out.fill(25 * label, at + 1, at + 1025).fill(blue, at + 2049, at + 3073)
  }
  return out
}

describe('--pictures', () => {
  let folder = ''
  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
    folder = await mkdtemp(join(tmpdir(), 'cifar-cli-'))
    for (let i = 1; i <= 5; i++) await writeFile(join(folder, `data_batch_${i}.bin`), batch(i))
    await writeFile(join(folder, 'test_batch.bin'), batch(200))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('shows, plays and evaluates the photographs, of either split', async () => {
    const given = ['--pictures', folder, ...set]
    const state = async (...more: string[]): Promise<{ config: { pictures: string }; state: { faces: number[] } }> => {
      const { code, stdout, stderr } = await vlmGym('show', GAME, ...given, ...more, '--json')
      expect([code, stderr]).toEqual([0, ''])
      return JSON.parse(stdout)
    }
    const shown = JSON.stringify(await state())
    expect(shown).toContain('"cifar10"')
    expect(JSON.stringify(await state('--set', 'split=test'))).not.toBe(shown)
    expect(await vlmGym('show', GAME, ...set)).toMatchObject({ code: 2, stderr: expect.stringMatching(/no picture set 'cifar10'/) })
    const played = await vlmGym('play', GAME, ...given, '--watch', 'solver', '--moves', '2', '--json')
    expect(JSON.parse(played.stdout)).toMatchObject({ game: GAME, played: 2 })
    const few = ['--episodes', '2', '--horizon', '2', '--quiet', '--json']
    const rows = JSON.parse((await vlmGym('eval', 'solver', '--game', GAME, ...given, ...few)).stdout) as { metric: string; mean: number }[]
    expect(rows.find(({ metric }) => metric === 'return')?.mean).toBe(2)
  })

  it('trains on them, and finds them again on resume', async () => {
    const out = join(folder, 'run')
    const games = JSON.stringify([{ id: GAME, config: { rows: 2, columns: 4, kinds: 3, pictures: 'cifar10' }, horizon: 2 }])
    const small = ['base.steps=1', 'coldStart.steps=1', 'rl.steps=1', 'recipes=["g1"]', `games=${games}`].flatMap((one) => ['--set', one])
    const { code, stderr } = await vlmGym('train', '--preset', 'tiny', '--quiet', '--pictures', folder, ...small, '--out', out)
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(await readFile(join(out, 'run.json'), 'utf8'))).toMatchObject({ config: { pictures: folder } })
    const things = JSON.parse(await readFile(join(out, 'generalisation.json'), 'utf8')) as { kind: string }[]
    expect(things.some(({ kind }) => kind === 'pictures')).toBe(true)
    const before = await readFile(join(out, 'interventions.json'), 'utf8')
    expect((await vlmGym('train', '--quiet', '--resume', out)).code).toBe(0)
    expect(await readFile(join(out, 'interventions.json'), 'utf8')).toBe(before)
    expect(await vlmGym('train', '--resume', out, '--pictures', folder)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--pictures/),
    })
  })

  it('names the file that is missing, cut short or of another kind', async () => {
    const given = (place: string): string[] => ['show', GAME, '--pictures', place, ...set]
    const nowhere = join(folder, 'nowhere')
    expect(await vlmGym(...given(nowhere))).toMatchObject({ code: 1, stderr: expect.stringMatching(/data_batch_1\.bin' cannot be read/) })
    await truncate(join(folder, 'test_batch.bin'), 5000)
    expect(await vlmGym(...given(folder))).toMatchObject({ code: 1, stderr: expect.stringMatching(/test_batch\.bin' has 5000 bytes/) })
    await writeFile(join(folder, 'test_batch.bin'), new Uint8Array(3073).fill(77))
    const { stderr } = await vlmGym('train', '--preset', 'tiny', '--pictures', folder, '--out', nowhere)
    expect(stderr).toMatch(/test_batch\.bin' has the label 77/)
    expect(existsSync(nowhere)).toBe(false)
  })
})
