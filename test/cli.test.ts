/** The command `vlm-gym` as a user types it: the built program in a process of its own. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeState, drawPng } from 'vlm-gym'
import { gameNamed, loadGames } from 'vlm-gym/games'

const games = await loadGames()
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const sample = fileURLToPath(new URL('./data/2048-made-up.jsonl', import.meta.url))
let folder = ''

beforeAll(() => {
  if (!existsSync(main)) throw new Error('dist/cli/main.js is missing: run `npm run build` first (npm test does it for you)')
  folder = mkdtempSync(join(tmpdir(), 'vlm-gym-cli-'))
})
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true })
})

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface RunSettings {
  readonly input?: string
  readonly env?: { readonly [name: string]: string }
  /** Sends SIGINT once stdout holds this text. */
  readonly interruptAt?: string
}

/** Runs the program in the temporary folder, without a terminal. */
function vlmGym(args: readonly string[], { input = '', env = {}, interruptAt }: RunSettings = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { PATH: process.env.PATH ?? '', ...env } })
    let [out, err, interrupted] = ['', '', false]
    child.stdout.on('data', (data) => {
      out += data
      if (interrupted || interruptAt === undefined || !out.includes(interruptAt)) return
      interrupted = true
      child.kill('SIGINT')
    })
    child.stderr.on('data', (data) => {
      err += data
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
}

describe('help', () => {
  it('lists every command, with or without --help', async () => {
    const [bare, help] = await Promise.all([vlmGym([]), vlmGym(['--help'])])
    expect(help).toEqual(bare)
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of ['games', 'show', 'play', 'vectors', 'teach', 'serve-model'])
      expect(help.out).toMatch(new RegExp(`^ {2}${name} +\\w`, 'm'))
  })

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await vlmGym(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })
})

describe('games', () => {
  it('lists the registry with its knobs', async () => {
    const { out } = await vlmGym(['games'])
    for (const game of games) {
      expect(out).toContain(game.summary)
      for (const [name, knob] of Object.entries(game.knobs)) expect(out).toMatch(new RegExp(`^ {2}${name} .*${knob.axis}`, 'm'))
    }
    expect(out).toMatch(/^ {2}size +4 +3\.\.6 +reasoning/m)
    expect(out).toMatch(/^ {2}5 +colours=4 shapes=3 +rows=8 columns=8 +200 moves/m)
  })
})

describe('eval --preset paper', () => {
  const evaluated = (...args: string[]) => vlmGym(['eval', '--preset', 'paper', '--episodes', '10', '--quiet', ...args])

  it('puts the random policies of every game beside measured and published results', async () => {
    const { code, out, err } = await evaluated('--json')
    expect([code, err]).toEqual([0, ''])
    const results = JSON.parse(out)
    expect(results.map(({ game, horizon, unit }: { [field: string]: unknown }) => [game, horizon, unit])).toEqual([
      ['2048', 100, 'sum of merges'],
      ['shisen-sho', 50, 'pairs removed'],
      ['picture-shisen-sho', 50, 'pairs removed'],
      ['swap', 100, 'successful swaps'],
    ])
    const means = results.map(({ rows }: { rows: { player: string; source: string; mean: number }[] }) =>
      rows.filter(({ player, source }) => player === 'Random' && source === 'published').map(({ mean }) => mean),
    )
    expect(means).toEqual([[701], [0.4], [0.4], [1]])
    const [first] = results[0].rows
    expect(first).toMatchObject({ player: 'reference-random', source: 'run', decoding: 'scripted', games: 10 })
    expect([first.asPublished, first.unreadable]).toEqual([first.mean, 0])
    expect(first.error).toBeGreaterThan(0)
  })

  it('prints a table a game; takes a game, policies and a horizon', async () => {
    const { out } = await evaluated('--game', 'swap', '--horizon', '50', 'random')
    expect(out).toContain('Swap: successful swaps in 50 replies, mean ± standard error')
    expect(out).toMatch(/^\| random +\| this run +\| +50 \| +– \| +10 \| +0\.0 % \| +0\.0 % \| a swap that makes a run/m)
    expect(out).toMatch(/^\| uniform +\| reference, measured +\| +1\.47 ± 0\.04 \|/m)
    expect(out).not.toMatch(/published/)
  })
})

describe('show', () => {
  const shown = async (...args: string[]) => JSON.parse((await vlmGym(['show', ...args, '--json'])).out)

  it('prints truth, prompt, moves and token', async () => {
    const { code, out, err } = await vlmGym(['show', '2048', '--seed', '7', '--moves', '20'])
    expect([code, err]).toEqual([0, ''])
    for (const part of [
      'seed 7, after 20 random moves',
      'perception\n',
      'prompt\n',
      'legal moves, best first',
      'token  vg1.2048.',
      'hash   ',
    ])
      expect(out).toContain(part)
    expect(out).not.toContain('\u001b')
  })

  it('writes PNG and SVG of the size it says', async () => {
    const look = ['--layout', 'board', '--tile', '32', '--theme', 'dark']
    const png = await shown('2048', ...look, '--out', 'board.png')
    const picture = PNG.sync.read(readFileSync(join(folder, 'board.png')))
    expect([picture.width, picture.height]).toEqual([128, 128])
    expect(png.picture).toMatchObject({ file: 'board.png', width: 128, height: 128 })
    const bytes = readFileSync(join(folder, 'board.png'))
    expect(png.picture.bytes).toBe(bytes.length)
    const skin = { layout: 'board', tile: 32, theme: 'dark' } as const
    expect(Buffer.compare(bytes, drawPng(gameNamed('2048'), decodeState(png.token, games).state, skin)), 'the bytes of the gym').toBe(0)
    await shown('2048', ...look, '--out', 'board.svg')
    expect(readFileSync(join(folder, 'board.svg'), 'utf8')).toMatch(/^<svg [^>]*width="128" height="128"/)
  })

  it('colours the board on demand, never under NO_COLOR', async () => {
    const coloured = await vlmGym(['show', '2048'], { env: { FORCE_COLOR: '1' } })
    expect(coloured.out).toContain('\u001b[1;38;5;')
    expect((await vlmGym(['show', '2048'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out).not.toContain('\u001b')
    expect((await vlmGym(['show', '2048'], { env: { CI: 'true' } })).out).not.toContain('\u001b')
  })
})

describe('play', () => {
  it('plays what is typed, takes back, hints and forgives', async () => {
    const { code, out, err } = await vlmGym(['play', '2048', '--seed', '4'], { input: '3\n2\nx\nu\nu\nu\nh\n?\nn\nq\n' })
    expect([code, err]).toEqual([0, ''])
    const told = [
      'type a move: 0 up, 1 right, 2 down, 3 left',
      'move 1',
      'down +8',
      '"x" is not one digit',
      'taken back',
      'nothing to take back',
      'the solver would play',
      '2048: the rules',
    ]
    expect(out).not.toContain('<answer>')
    for (const part of [...told, 'a new game, seed 5', '0 points in 0 moves', 'go on later: vlm-gym play --state vg1.'])
      expect(out).toContain(part)
  })

  it('ends with the input', async () => {
    expect(await vlmGym(['play', '2048'])).toMatchObject({ code: 0, err: '' })
  })

  it('goes on from the token it leaves', async () => {
    const first = await vlmGym(['play', '2048', '--seed', '4'], { input: '3\n2\n' })
    const token = /--state (\S+)/.exec(first.out)![1]!
    const board = /move 2 . points 8\n\n([\s\S]*?)\n\n/.exec(first.out)![1]!
    expect((await vlmGym(['play', '--state', token])).out).toContain(board)
  })

  it('shows a policy at play, and says when the game is over', async () => {
    const { code, out } = await vlmGym(['play', '2048', '--watch', 'solver', '--moves', '3', '--delay', '0'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /\nsolver: 3 moves, \d+ points\. Stopped after 3 replies \(--moves\)\.\ngo on yourself: vlm-gym play --state vg1\.2048\.\S+\n$/,
    )
    expect(out.match(/solver plays/g)).toHaveLength(4)
    const small = await vlmGym(['play', '2048', '--set', 'size=3', '--watch', 'random', '--delay', '0'])
    expect(small.out).toMatch(/\nrandom: \d+ moves, \d+ points\. The game is over: no slide is left\.\n$/)
  })

  it('gives a trajectory as JSON', async () => {
    const trajectory = JSON.parse((await vlmGym(['play', '2048', '--watch', 'random', '--moves', '5', '--json'])).out)
    expect(trajectory).toMatchObject({ game: '2048', policy: 'random', played: 5, stopReason: 'horizon' })
  })

  it('is interrupted with code 130 and tells how far it came', async () => {
    const args = ['play', '2048', '--watch', 'random', '--delay', '50']
    const { code, out } = await vlmGym(args, { interruptAt: 'move 1' })
    expect(code).toBe(130)
    expect(out).toMatch(/\nrandom: \d+ moves?, \d+ points?\. Interrupted\.\ngo on yourself/)
  })
})

describe('vectors', () => {
  it('counts the rows that agree', async () => {
    expect(await vlmGym(['vectors', sample])).toEqual({ code: 0, out: `${sample}: 5 of 5 rows agree (2048)\n`, err: '' })
  })
})

describe('pipes', () => {
  it('survive a reader that goes away', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${main}" play 2048 --watch random --delay 0 | head -1`], { cwd: folder })
    let err = ''
    child.stderr.on('data', (data) => {
      err += data
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(err).toBe('')
  })
})
