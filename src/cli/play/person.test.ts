/** A person at a terminal that is a pair of streams: keys in, screens out. */
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters as bare } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AnyGame } from '../../game.ts'
import { gameNamed, loadGames } from '../../games/index.ts'
import { decodeState, type EnvSpec, envSpec, startSnapshot } from '../../gym/index.ts'
import { playPerson } from './person.ts'

/** The games that single keys play. */
const games = (await loadGames()).filter(({ play }) => play?.keys !== undefined || play?.pick !== undefined)
const UP = '\u001b[A'
const DOWN = '\u001b[B'
const RIGHT = '\u001b[C'
const LEFT = '\u001b[D'
const ESCAPE = '\u001b'
const ENTER = '\r'
const CTRL_C = '\u0003'

const skin = { theme: 'classic', tile: 48, layout: 'full' } as const

const specOf = (game: AnyGame, config: object = {}): EnvSpec => envSpec({ game, skin, config: game.config.parse(config) })

interface Played {
  /** Screens in their order, without control sequences. */
  readonly screens: readonly string[]
  /** What is printed after the last screen. */
  readonly end: string
  readonly raw: string
  /** Whether raw mode was on, call by call. */
  readonly modes: readonly boolean[]
}

/** Plays on a terminal by pressing keys one after another, with time between them for a lone Esc. */
async function press(spec: EnvSpec, keys: readonly string[], { rows = 24 } = {}): Promise<Played> {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows })
  let raw = ''
  output.on('data', (data) => {
    raw += data
  })
  const playing = playPerson({ spec, start: startSnapshot(spec, 4), seed: 4, again: (token) => `again ${token}`, input, output })
  for (const key of keys) {
    await new Promise((resolve) => setTimeout(resolve, key === ESCAPE ? 80 : 5))
    input.write(key)
    if (key === ESCAPE) await new Promise((resolve) => setTimeout(resolve, 80))
  }
  await playing
  const [shown, end] = raw.split('\u001b[?1049l') as [string, string]
  return {
    screens: shown
      .split('\u001b[H')
      .slice(1)
      .map((screen) => bare(screen)),
    end: bare(end),
    raw,
    modes,
  }
}

beforeEach(() => {
  vi.stubEnv('LANG', 'C.UTF-8').stubEnv('LC_ALL', '').stubEnv('LC_CTYPE', '').stubEnv('TERM', 'xterm-256color').stubEnv('CI', '')
  vi.stubEnv('NO_COLOR', '').stubEnv('FORCE_COLOR', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

test('2048 is played by arrows, letters and digits, a key a move', async () => {
  const spec = specOf(gameNamed('2048'))
  const seen = await Promise.all([
    press(spec, [LEFT, DOWN, RIGHT, UP, 'q']),
    press(spec, ['a', 's', 'd', 'w', 'q']),
    press(spec, ['3', '2', '1', '0', 'q']),
  ])
  const tokens = seen.map(({ end }) => /again (\S+)/.exec(end)![1]!)
  expect(new Set(tokens).size).toBe(1)
  expect((decodeState(tokens[0]!, [spec.game]).state as { moves: number }).moves).toBeGreaterThan(2)
  expect(seen[0]!.screens[0]).toContain('↑ w 0 up')
  expect(seen[0]!.modes).toEqual([true, false])
})

test('moves are taken back, hinted at, begun anew; other keys say so', async () => {
  const { screens, end } = await press(specOf(gameNamed('2048')), [LEFT, 'u', 'u', 'h', 'x', 'n', 'q'])
  const parts = [
    'move 1',
    'taken back',
    'there is nothing to take back',
    'the solver would play',
    'x is not a key of this game',
    'a new game, seed 5',
  ]
  for (const [at, part] of parts.entries()) expect(screens[at + 1]).toContain(part)
  expect(end).toContain('0 points in 0 moves\ngo on later: again vg1.2048.')
})

test('the rules are for a person, and any key goes back', async () => {
  expect(games.length).toBeGreaterThan(3)
  for (const game of games) {
    const { screens } = await press(specOf(game), ['?', 'x', 'q'])
    expect(screens[1]).toContain(`${game.title}: the rules`)
    expect(screens[1]).not.toMatch(/[<>]|[Rr]eply|layout|perception|answer|The picture/)
    expect(screens[1]).toContain('u undo, n new game')
    expect(screens[1]!.split('\n').length).toBeLessThanOrEqual(24)
    expect(screens[2]).toContain('move 0')
  }
})

test('cells are picked by the cursor; Esc and a second pick let go', async () => {
  const spec = specOf(gameNamed('swap'))
  const { screens } = await press(spec, [DOWN, RIGHT, ENTER, LEFT, ENTER, ESCAPE, ' ', ' ', 'q'])
  expect(screens[0]).toContain('arrow keys and Enter pick 2 cells')
  expect(screens[2]).toMatch(/\n1 {2}. {2}\[/)
  expect(screens[3]).toContain('pick cell 2 of 2')
  expect(screens[4]).toMatch(/\n1 \[.\] >.</)
  expect(screens[5]).toMatch(/\(1, 0\) \(1, 1\)/)
  expect(screens.at(-2)).toContain('pick cell 2 of 2')
  expect(screens.at(-1)).toContain('pick 2 cells')
})

test('a hinted pair is removed by picking it, and by typing it with or without brackets', async () => {
  const spec = specOf(gameNamed('shisen-sho'))
  const action = spec.game.expert!.solver(startSnapshot(spec, 4).state)[0]!.action as readonly (readonly [number, number])[]
  const written = spec.game.answer.format(startSnapshot(spec, 4).state, action)
  const go = ([row, column]: readonly [number, number]): string[] => [
    ...Array.from({ length: 6 }, () => UP),
    ...Array.from({ length: 6 }, () => LEFT),
    ...Array.from({ length: row }, () => DOWN),
    ...Array.from({ length: column }, () => RIGHT),
    ENTER,
  ]
  const ways = [
    [...go(action[0]!), ...go(action[1]!)],
    [...written, ENTER],
    [...action.flat().join(' '), ENTER],
  ]
  for (const keys of ways) {
    const { screens, end } = await press(spec, [...keys, 'q'])
    expect(screens.at(-1)).toContain(`${written} +1`)
    expect(end).toContain('1 point in 1 move')
  }
})

test('what is typed is shown, mended and dropped', async () => {
  const { screens } = await press(specOf(gameNamed('swap')), ['(', '9', '\u007f', 'q', ENTER, '7', ESCAPE, 'q'])
  expect(screens[2]).toContain('> (9')
  expect(screens[4]).toContain('> (q')
  expect(screens[5]).toContain('The answer "(q" is not two cells')
  expect(screens[6]).toContain('> 7')
  expect(screens[7]).not.toContain('> 7')
})

test('Ctrl-C gives the terminal back, with the way to go on and code 130', async () => {
  const { raw, end, modes } = await press(specOf(gameNamed('2048')), [LEFT, CTRL_C])
  expect(process.exitCode).toBe(130)
  expect(modes).toEqual([true, false])
  expect(raw).toContain('\u001b[?25h\u001b[?1049l')
  expect(end).toContain('again vg1.2048.')
})

test('no screen is wider than 80 columns', async () => {
  for (const game of games) {
    const { screens } = await press(specOf(game), ['h', DOWN, '?', 'x', '(', ENTER, 'q'], { rows: 60 })
    for (const line of screens.flatMap((screen) => screen.split('\r\n'))) expect(line.length, line).toBeLessThanOrEqual(80)
  }
})

test('without colours and Unicode everything is plain and still told apart', async () => {
  vi.stubEnv('NO_COLOR', '1').stubEnv('LANG', 'C')
  const { screens, raw } = await press(specOf(gameNamed('shisen-sho')), ['?', 'x', 'q'])
  expect(Buffer.from(raw).every((byte) => byte < 128)).toBe(true)
  expect(raw).not.toContain('\u001b[1;')
  expect(screens[1]).toMatch(/Tiles: .*[rgbymc](o|#|\^|<>|\+|\*) \w+ (circle|square|triangle|diamond|cross|star)/)
})

/** Plays by lines from a pipe. */
async function type(spec: EnvSpec, text: string): Promise<string> {
  const input = new PassThrough()
  const output = new PassThrough()
  let written = ''
  output.on('data', (data) => {
    written += data
  })
  const playing = playPerson({ spec, start: startSnapshot(spec, 4), seed: 4, again: (token) => `again ${token}`, input, output })
  input.end(text)
  await playing
  return written
}

test('lines of a pipe play, by answers or by names', async () => {
  const spec = specOf(gameNamed('2048'))
  const [digits, names, letters] = await Promise.all(['3\n2\n', 'left\ndown\n', 'a\ns\n'].map((text) => type(spec, text)))
  const end = (text: string): string => /again (\S+)/.exec(text)![1]!
  expect([end(names!), end(letters!)]).toEqual([end(digits!), end(digits!)])
  expect(digits).toContain('type a move: 0 up, 1 right, 2 down, 3 left')
  expect(digits).not.toContain('\u001b')
})

test('a game that declares nothing is played by typed answers, also on a terminal', async () => {
  const { play: _, ...game } = gameNamed('2048')
  const spec = specOf(game)
  const told = await type(spec, '0\n?\nq\n')
  expect(told).toContain('type a move: 0, 1, 2, 3')
  expect(told).toContain('One move slides all tiles')
  expect(told).not.toMatch(/<[a-z]+>|Reply in exactly/)
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => expect.unreachable() })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  output.resume()
  const playing = playPerson({ spec, start: startSnapshot(spec, 4), seed: 4, again: (token) => token, input, output })
  input.end('3\nq\n')
  await playing
})

test('the end of a game is told once', async () => {
  const spec = specOf(gameNamed('shisen-sho'), { rows: 2, columns: 2, kinds: 1 })
  const told = await type(spec, '0 0 0 1\n1 0 1 1\n0 0 0 1\n')
  expect(told.match(/The game is over: the board is cleared\./g)).toHaveLength(2)
  expect(told).toContain('no move can be made any more')
  expect(told).toContain('2 points in 2 moves; the game is over')
})
