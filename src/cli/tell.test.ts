/** Commands that tell about games, states and vectors: what they print. The built command is looked at in test/cli.test.ts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { gameNamed, loadGames } from '../games/index.ts'
import { COMMANDS } from './command-table.ts'
import { type Outcome, runLine } from './run-cli-fixture.ts'

const games = await loadGames()
const sample = fileURLToPath(new URL('../../test/data/2048-made-up.jsonl', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-tell-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]): Promise<Outcome> => runLine(args, folder)

describe('help', () => {
  it.each(COMMANDS.map(({ name }) => name))('of %s has examples, asked for either way', async (name) => {
    const help = await runLine([name, '--help'])
    const other = await runLine(['help', name])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/Examples:\n {2}\$ vlm-gym /)
    expect(other.stdout).toBe(help.stdout)
  })
})

describe('games', () => {
  it('prints the same as JSON, of one game if named', async () => {
    const all = JSON.parse((await run('games', '--json')).stdout)
    expect(all.map((game: { id: string }) => game.id)).toEqual(games.map(({ id }) => id))
    const [one] = JSON.parse((await run('games', '2048', '--json')).stdout)
    expect(one).toEqual(all[0])
    expect(one.tags).toContain('numbers')
    expect(one.levels.reasoning).toEqual(gameNamed('2048').levels?.reasoning)
    expect(one.presets.paper).toMatchObject({ config: { size: 4, goal: 0 }, horizon: 100, protocol: { counts: 'points', restart: true } })
    expect(one.knobs[0]).toMatchObject({ name: 'size', default: 4, range: '3..6', axis: 'reasoning' })
  })
})

describe('show', () => {
  const shown = async (...args: string[]) => JSON.parse((await run('show', ...args, '--json')).stdout)

  it('gives the same state again from its token, and another from another seed', async () => {
    const first = await shown('2048', '--seed', '3', '--moves', '9', '--set', 'size=5')
    expect(first).toMatchObject({ game: '2048', config: { size: 5, goal: 0 }, terminated: false, picture: null })
    expect(first.state.moves).toBe(9)
    expect(first.moves.map(({ score }: { score: number }) => score)).toEqual(
      first.moves.map(({ score }: { score: number }) => score).sort((a: number, b: number) => b - a),
    )
    const again = await shown('--state', first.token)
    expect(again).toMatchObject({ hash: first.hash, token: first.token, perception: first.perception, config: first.config })
    expect((await shown('2048', '--seed', '4', '--moves', '9', '--set', 'size=5')).hash).not.toBe(first.hash)
  })

  it('asks briefly when told to', async () => {
    expect((await shown('2048', '--prompt', 'brief')).prompt).toMatch(/^2048 4x4/)
  })

  it('draws the levels asked for, and the sheet of all of them', async () => {
    const one = await shown(
      'swap',
      '--perception',
      '2',
      '--reasoning',
      '1',
      '--set',
      'colours=4',
      '--skin',
      'noise=0.3',
      '--out',
      'hard.png',
    )
    expect(one.config).toEqual({ rows: 5, columns: 5, colours: 4, shapes: 2 })
    expect(one.skin).toMatchObject({ noise: 0.3, jitter: 0.07 })
    const { picture } = await shown('shisen-sho', '--grid', '--tile', '8', '--layout', 'board', '--out', 'levels.png')
    const sheet = PNG.sync.read(readFileSync(join(folder, 'levels.png')))
    expect([sheet.width, sheet.height]).toEqual([picture.width, picture.height])
    expect(sheet.width).toBeGreaterThan(6 * 64)
  })
})

describe('vectors', () => {
  it('prints what differs or cannot be read, and fails', async () => {
    writeFileSync(join(folder, 'wrong.jsonl'), `${readFileSync(sample, 'utf8').replace('"score":64', '"score":32')}{bad\n`)
    const { code, stdout } = await run('vectors', sample, 'wrong.jsonl')
    expect(code).toBe(1)
    expect(stdout.split('\n').slice(1)).toEqual([
      '  line 2, id three: score: recorded 32, here 64',
      '  line 6: expected a 2048 vector: not a JSON object',
      'wrong.jsonl: 4 of 6 rows agree (2048)',
      '',
    ])
    const json = await run('vectors', 'wrong.jsonl', '--json')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)[0]).toMatchObject({ file: 'wrong.jsonl', rows: 6, agree: 4 })
  })

  it('fails on a file of no known kind', async () => {
    writeFileSync(join(folder, 'empty.jsonl'), '')
    expect(await run('vectors', 'empty.jsonl')).toMatchObject({ code: 1 })
  })
})
