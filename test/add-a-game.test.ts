/** docs/add-a-game.md keeps its word: the game on the page passes the conformance suite with and without its optional facets, and plays and trains from outside. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnyGame } from 'vlm-gym'
import { checkGame } from 'vlm-gym/testing'
import { main, type Outcome, runNode } from './vlm-gym.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(root, 'docs/add-a-game.md'), 'utf8')
const block = (name: string): string => new RegExp(`^\`\`\`js ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? ''
const MARK = '  // Optional facets go here.\n'
/** The game with the facets that every game has, and as the page completes it. */
const bare = block('harvest\\.mjs')
const code = `${bare.replace(MARK, block('facets') + MARK)}\n${block('functions')}`
let folder = ''
let plugin = ''

/** Runs a program in the folder of somebody who has installed vlm-gym and zod. */
const runHere = (...args: string[]): Promise<Outcome> => runNode(args, folder)

const vlmGym = (...args: string[]): Promise<Outcome> => runHere(main, ...args)

beforeAll(() => {
  if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
  folder = mkdtempSync(join(tmpdir(), 'add-a-game-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/vlm-gym'), 'dir')
  symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'), 'dir')
  plugin = join(folder, 'harvest.mjs')
  writeFileSync(plugin, code)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the game of docs/add-a-game.md', () => {
  it('is whole without its optional facets', async () => {
    expect(bare).toContain(MARK)
    expect(bare).not.toMatch(/\b(expert|teacher|embedded):/)
    writeFileSync(join(folder, 'bare.mjs'), bare.replace("id: 'harvest',", "id: 'bare',"))
    const { harvest: small } = (await import(pathToFileURL(join(folder, 'bare.mjs')).href)) as { harvest: AnyGame }
    const checked = checkGame(small, { configs: [{}, { fruits: 5 }], seeds: [0, 1] })
    expect(checked.at(-1)).toBe('not there: embedded, expert, teacher, levels, presets, play, draws, scatter, heldOut')
    const refused = await vlmGym('train', '--preset', 'tiny', '--plugin', './bare.mjs', '--set', 'games=[{"id":"bare"}]', '--out', 'never')
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('the game bare has no texts for the embedded engine') })
    const rows = await vlmGym('eval', 'uniform', '--plugin', './bare.mjs', '--game', 'bare', '--episodes', '2', '--quiet', '--json')
    expect(rows).toMatchObject({ code: 0 })
  })

  it('agrees with the published types', async () => {
    const options = { noEmit: true, allowJs: true, checkJs: true, strict: false, module: 'nodenext', target: 'es2023', skipLibCheck: true }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...options, types: [] }, files: ['harvest.mjs'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    expect(await runHere(tsc, '-p', join(folder, 'tsconfig.json'))).toMatchObject({ code: 0, stdout: '' })
  })

  it('keeps the contract', async () => {
    const { harvest } = (await import(pathToFileURL(plugin).href)) as { harvest: AnyGame }
    checkGame(harvest, { configs: [{}, { fruits: 3 }, { fruits: 5 }], seeds: [0, 1], games: 100 })
  })

  it('keeps it as the page says, from the published doors', async () => {
    const check = /^```js\n(import \{ checkGame \}[\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
    expect(check).toContain('checkGame(harvest')
    writeFileSync(join(folder, 'check.mjs'), check.replace('games: 200', 'games: 50, seeds: [0]'))
    expect(await runHere('check.mjs')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('not there: levels, presets, play, draws, heldOut'),
      stderr: '',
    })
  })
})

describe('what the page adds for people', () => {
  const whole = code.replace(MARK, `${block('play')}${MARK}`)

  it('keeps the contract', async () => {
    expect(whole.length).toBeGreaterThan(code.length + 300)
    writeFileSync(join(folder, 'people.mjs'), whole)
    const check =
      "import { checkGame } from 'vlm-gym/testing'\nimport { harvest } from './people.mjs'\ncheckGame(harvest, { games: 0, seeds: [0, 1] })\n"
    writeFileSync(join(folder, 'check-people.mjs'), check)
    expect(await runHere('check-people.mjs')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('is what a person is told', async () => {
    const child = promisify(execFile)(process.execPath, [main, 'play', 'harvest', '--plugin', './people.mjs'], { cwd: folder })
    child.child.stdin!.end('?\nrow 1\nq\n')
    const told = (await child).stdout
    expect(told).toContain('type a move: 0 row 1, 1 row 2, 2 row 3, 3 column 1')
    expect(told).toContain('Take a row or a column: you earn')
    expect(told).toMatch(/go on later: vlm-gym play --plugin \.\/people\.mjs --state vg1\.harvest\./)
  })
})

describe('inside the package', () => {
  /** The imports of the page as a file in src/games/ has them. */
  const inside = bare
    .replace(
      /^import .* from 'vlm-gym'$/m,
      "import { GameError } from '../../errors.ts'\nimport { isRngState, rngFromState, seededRng } from '../../rng.ts'",
    )
    .replace(
      /^import .* from 'vlm-gym\/games'$/m,
      "import { defineGame } from '../define-game.ts'\nimport { gridLayout, gridPerception } from '../shared/grid-perception.ts'\nimport { labelGrid } from '../shared/grid-text.ts'",
    )
    .replace('registerGame(harvest)\n', '')
  const entry = "  { id: 'harvest', title: 'Harvest', tags: ['plants'], load: async () => (await import('./harvest/index.ts')).harvest },\n"

  it('a folder and an entry in the registry are all that the game needs', async () => {
    const copy = join(folder, 'package')
    for (const name of ['src', 'assets', 'package.json']) cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
    const source = (...args: string[]): Promise<Outcome> => runNode(['--import', 'tsx', 'src/cli/main.ts', ...args], copy)
    expect(await source('games', 'harvest')).toMatchObject({ code: 2, stderr: expect.stringContaining('no game is called "harvest"') })

    mkdirSync(join(copy, 'src/games/harvest'))
    writeFileSync(join(copy, 'src/games/harvest/index.ts'), inside)
    const registry = join(copy, 'src/games/registry.ts')
    const before = readFileSync(registry, 'utf8')
    const after = before.replace(/(BUILT_IN: .* = \[\n[\s\S]*?)^\]$/m, (_, list: string) => `${list}${entry}]`)
    expect(after.length).toBe(before.length + entry.length)
    writeFileSync(registry, after)

    const listed = await source('games', '--json')
    expect(JSON.parse(listed.stdout).map(({ id }: { id: string }) => id)).toContain('harvest')
    const { token } = JSON.parse((await source('show', 'harvest', '--json')).stdout)
    expect(JSON.parse((await source('show', '--state', token, '--json')).stdout)).toMatchObject({ game: 'harvest', token })
    const rows = await source('eval', 'uniform', '--game', 'harvest', '--episodes', '2', '--quiet', '--json')
    expect(JSON.parse(rows.stdout)).toContainEqual(expect.objectContaining({ game: 'harvest', policy: 'uniform', metric: 'return' }))
  })
})

describe('--plugin', () => {
  it('shows, plays and evaluates the game', async () => {
    const listed = await vlmGym('games', 'harvest', '--plugin', './harvest.mjs', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: 'harvest', knobs: [{ name: 'fruits', range: '3..5' }] }])
    const shown = await vlmGym('show', 'harvest', '--plugin', 'harvest.mjs', '--json')
    const { token, perception } = JSON.parse(shown.stdout)
    const again = await vlmGym('show', '--state', token, '--plugin', plugin, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ game: 'harvest', perception })
    const played = await vlmGym('play', 'harvest', '--plugin', plugin, '--watch', 'teacher', '--moves', '3', '--json')
    expect(JSON.parse(played.stdout)).toMatchObject({ game: 'harvest', stopReason: expect.stringMatching('horizon|terminated') })
    const rows = await vlmGym('eval', 'uniform', 'solver', '--plugin', plugin, '--game', 'harvest', '--episodes', '20', '--quiet', '--json')
    const points = JSON.parse(rows.stdout).filter(({ metric }: { metric: string }) => metric === 'return')
    expect(points).toHaveLength(2)
    expect(points[1].mean).toBeGreaterThan(points[0].mean)
  })

  it('trains the game, and goes on from another folder', async () => {
    const out = join(folder, 'run')
    const few = ['base.steps=2', 'coldStart.steps=2', 'rl.steps=2', 'games=[{"id":"harvest","horizon":5,"restart":true}]']
    const settings = few.flatMap((setting) => ['--set', setting])
    const trained = await vlmGym('train', '--preset', 'tiny', '--plugin', './harvest.mjs', ...settings, '--out', out, '--quiet', '--json')
    expect(trained).toMatchObject({ code: 0 })
    const policies = (JSON.parse(trained.stdout) as { game: string; policy: string }[]).map(({ game, policy }) => `${game} ${policy}`)
    for (const policy of ['random', 'teacher', 'base', 'g0', 'cold-start', 'g1', 'solver']) expect(policies).toContain(`harvest ${policy}`)
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).config.plugins).toEqual([expect.stringMatching(/^\/.*harvest\.mjs$/)])
    rmSync(join(out, 'results.json'))
    const resumed = await promisify(execFile)(process.execPath, [main, 'train', '--resume', out, '--quiet', '--json'], { cwd: tmpdir() })
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(trained.stdout))
  })

  it.each([
    ['a missing file', './none.mjs', '', /plugin \.\/none\.mjs cannot be loaded: there is no file/],
    ['a folder', '.', '', /is a folder/],
    [
      'a missing package',
      'vlm-gym-no-such-game',
      '',
      /vlm-gym-no-such-game cannot be loaded: no file and no installed package has that name/,
    ],
    ['a module that breaks', './broken.mjs', 'throw new Error("no luck")', /broken\.mjs cannot be loaded: no luck/],
    ['a module without a game', './empty.mjs', 'export {}', /empty\.mjs registers no game/],
    [
      'a taken id',
      './taken.mjs',
      "import { loadGame, registerGame } from 'vlm-gym'\nregisterGame(await loadGame('swap'))",
      /"swap" is registered already/,
    ],
    ['no game', './odd.mjs', "import { registerGame } from 'vlm-gym'\nregisterGame({ id: 'odd' })", /not a game: its title must be a text/],
  ])('refuses %s', async (_, name, text, message) => {
    if (text !== '') writeFileSync(join(folder, name), text)
    const { code, stderr } = await vlmGym('games', '--plugin', name)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    const out = join(folder, 'never')
    expect(await vlmGym('train', '--preset', 'tiny', '--plugin', name, '--out', out)).toMatchObject({ code: 2 })
    expect(existsSync(out)).toBe(false)
  })
})
