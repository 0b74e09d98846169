/**
 * The layout of the project: an import may only point down (ARCHITECTURE.md). Test files are free; everything else has a level.
 * Type imports count: a layer that knows the types of another depends on it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { gameEntries } from '../src/games/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

/** Level of every part of src. A part may import lower levels, itself, and the parts named in SIDEWAYS. */
const LEVELS: { readonly [part: string]: number } = {
  errors: 0,
  version: 0,
  suggest: 0,
  printable: 0,
  rng: 0,
  schema: 0,
  checks: 1,
  settings: 2,
  'near-file': 1,
  game: 1,
  'game-play': 1,
  'game-presets': 1,
  scene: 1,
  policy: 1,
  engine: 1,
  'model-input': 1,
  chat: 1,
  messages: 1,
  pictures: 1,
  games: 2,
  render: 2,
  'chat-formats': 2,
  gym: 3,
  runs: 3,
  policies: 3,
  datasets: 3,
  tinker: 3,
  testing: 4,
  eval: 4,
  train: 4,
  teach: 4,
  server: 4,
  workers: 4,
  index: 4,
  report: 5,
  jobs: 6,
  studio: 6,
  cli: 7,
}

/** Imports within a level that are allowed. */
const SIDEWAYS: { readonly [part: string]: readonly string[] } = {
  game: ['scene', 'game-play', 'game-presets'],
  'game-play': ['scene'],
  'model-input': ['scene'],
  policy: ['scene', 'model-input'],
  chat: ['scene', 'policy', 'model-input'],
  messages: ['scene', 'policy'],
  engine: ['chat', 'model-input'],
  pictures: ['scene'],
  policies: ['gym'],
  datasets: ['runs'],
  // One lenient reader of replies.
  teach: ['eval'],
  // Transcripts are what an evaluation's job plays, once more; comparisons are read as its commands do.
  studio: ['jobs'],
}

/**
 * Runs in a browser: neither these parts nor anything they import may use Node. Of the policies, all that their door exports does;
 * test/doors.browser.test.ts runs the doors in a browser.
 */
const CORE = [
  'index',
  'errors',
  'suggest',
  'checks',
  'schema',
  'rng',
  'game',
  'game-play',
  'game-presets',
  'scene',
  'policy',
  'engine',
  'model-input',
  'chat',
  'messages',
  'pictures',
  'games',
  'render',
  'gym',
]

/** Where a game may be called by its name: presets and the examples in the help of the command line. */
const MAY_NAME_GAMES = ['train/presets.ts', 'cli/']

/** Settings that list files or doors; a game is not listed there. */
const SETTINGS = [
  'package.json',
  'biome.json',

  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.check.json',
  'src/tsconfig.json',
]

/** Games that are another game with other pictures, and may build on it. */
const FAMILY: { readonly [game: string]: string } = { 'picture-shisen-sho': 'shisen-sho' }

/** Test data that several test files share. */
const FIXTURE = /-fixture\.ts$/

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(path)
    return /\.(ts|mjs|js)$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name) ? [path] : []
  })
}

/** Modules that a file names in import and export declarations, and in import() calls. */
function imports(path: string): string[] {
  const dynamic = withoutComments(readFileSync(path, 'utf8')).matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...staticImports(path), ...[...dynamic].map((match) => match[1]!)]
}

/** Modules that a file names in import and export declarations: they are loaded with it. */
function staticImports(path: string): string[] {
  const text = withoutComments(readFileSync(path, 'utf8'))
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!)
}

/** The games whose folders a file loads, by itself or through what it imports. */
function gamesLoadedBy(file: string): string[] {
  const seen = [file]
  for (const one of seen) {
    const targets = staticImports(one)
      .filter((name) => name.startsWith('.'))
      .map((name) => resolve(dirname(one), name))
    seen.push(...targets.filter((target) => !seen.includes(target)))
  }
  return [...new Set(seen.flatMap((path) => gameOf(path) ?? []))].sort()
}

/** The game in whose folder a file is. */
function gameOf(path: string): string | undefined {
  return /src\/games\/(?!shared\/)([^/]+)\//.exec(path)?.[1]
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** 'games' for src/games/2048/index.ts, 'game' for src/game.ts. */
function partOf(path: string): string {
  return relative(src, path).split('/')[0]!.replace(/\.ts$/, '')
}

/** Files that a file imports by a path. */
function targetsOf(file: string): string[] {
  return imports(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => resolve(dirname(file), name))
}

/** Circles of a graph, one for each edge that a depth-first walk finds to close one; a graph has none exactly if this is empty. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node)
    if (start >= 0) found.push([...path.slice(start), node])
    if (start >= 0 || done.has(node)) return
    for (const next of graph.get(node) ?? []) walk(next, [...path, node])
    done.add(node)
  }
  for (const node of graph.keys()) walk(node, [])
  return found
}

const files = sources(src)

/** Ids of the games, which are the names of their folders. */
const folders = readdirSync(join(src, 'games'))
  .filter((name) => existsSync(join(src, 'games', name, 'index.ts')))
  .sort()

/** The files that are no game's own, without those of tests. */
const shared = files.filter((file) => gameOf(file) === undefined && !FIXTURE.test(file))

/** [importing file, module it names, part that this is in], for imports within src. */
const edges = files.flatMap((file) =>
  imports(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => ({ file: relative(root, file), from: partOf(file), name, to: partOf(resolve(dirname(file), name)) })),
)

/** The files of the core, and all that they import. */
const core = files.filter((file) => CORE.includes(partOf(file)) || file === join(src, 'policies/index.ts'))
for (const file of core) {
  const named = imports(file).filter((name) => name.startsWith('.'))
  for (const name of named) {
    const path = resolve(dirname(file), name)
    if (!core.includes(path)) core.push(path)
  }
}

describe('the layout', () => {
  it('is seen: there are files and imports to look at', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(edges.length).toBeGreaterThan(150)
    expect(imports(join(src, 'cli/play/line-reader.ts'))).toEqual(['node:readline', 'node:readline'])
  })

  it('gives every part of src a level', () => {
    expect([...new Set(files.map(partOf))].filter((part) => LEVELS[part] === undefined)).toEqual([])
  })

  it('has imports that point down only', () => {
    const up = edges.filter(({ from, to }) => {
      if (from === to || SIDEWAYS[from]?.includes(to)) return false
      return !(LEVELS[to]! < LEVELS[from]!)
    })
    expect(up.map(({ file, name }) => `${file} imports ${name}`)).toEqual([])
  })

  it('has no circles of imports, types included', () => {
    const all = [...files, ...sources(join(root, 'packages'))]
    const graph = new Map(all.map((file) => [file, targetsOf(file)]))
    expect(circles(graph).map((circle) => circle.map((file) => relative(root, file)).join(' > '))).toEqual([])
  })

  it('finds a circle where there is one', () => {
    const graph = new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['d'], d: ['b'] }))
    expect(circles(graph)).toEqual([['b', 'c', 'd', 'b']])
  })

  it("imports zod as `import * as z from 'zod'`, since bundles keep all languages of its object z", () => {
    const whole = files.filter((file) => /import (?:type )?\{[^}]*\bz\b[^}]*\} from 'zod'/.test(readFileSync(file, 'utf8')))
    expect(whole.map((file) => relative(root, file))).toEqual([])
  })

  it('reaches the fast path of pictures by one function only', async () => {
    const fast = join(src, 'render/fast/')
    const inside = files
      .filter((file) => !file.startsWith(fast))
      .flatMap((file) => targetsOf(file).filter((target) => target.startsWith(fast)))
    expect([...new Set(inside)]).toEqual([join(fast, 'scene-painter.ts')])
    expect(Object.keys(await import('../src/render/fast/scene-painter.ts'))).toEqual(['createScenePainter'])
  })

  it('has no imports out of src by a path', () => {
    const out = files.flatMap((file) =>
      imports(file).filter((name) => name.startsWith('.') && resolve(dirname(file), name).indexOf(src) !== 0),
    )
    expect(out).toEqual([])
  })

  it('keeps games apart from each other, games/shared and one family excepted', () => {
    const across = files.flatMap((file) =>
      imports(file)
        .map((name) => [gameOf(file), name.startsWith('.') ? gameOf(resolve(dirname(file), name)) : undefined])
        .filter(([from, to]) => from !== undefined && to !== undefined && from !== to && FAMILY[from] !== to),
    )
    expect(across).toEqual([])
  })

  it('keeps Node out of the core', () => {
    const nodes = core
      .flatMap((file) => imports(file).map((name) => `${relative(root, file)} imports ${name}`))
      .filter((line) => / imports (node:.*|fs|path|os|process|worker_threads|child_process)$/.test(line))
    expect(nodes).toEqual([])
    const globals = core.filter((file) =>
      /\b(process\b(?=\??\.)|Buffer\b|Math\.random|Date\.now)/.test(withoutComments(readFileSync(file, 'utf8'))),
    )
    expect(globals.map((file) => relative(root, file))).toEqual([])
  })

  it('keeps onnxruntime-node inside packages/engine-onnx', () => {
    const others = ['src', 'test', 'bench', 'scripts', 'recipes', 'packages', 'studio'].flatMap((folder) => {
      try {
        return sources(join(root, folder))
      } catch {
        return []
      }
    })
    const users = others.filter((file) => imports(file).some((name) => name.startsWith('onnxruntime-node')))
    expect(users.map((file) => relative(root, file)).filter((file) => !file.startsWith('packages/engine-onnx/'))).toEqual([])
    expect(users.length).toBeGreaterThan(0)
  })
})

describe('games', () => {
  it('are found: a folder each, which loads its own game', () => {
    expect(folders.length).toBeGreaterThan(3)
    for (const id of folders) {
      const family = FAMILY[id] === undefined ? [id] : [id, FAMILY[id]].sort()
      expect(gamesLoadedBy(join(src, 'games', id, 'index.ts'))).toEqual(family)
    }
  })

  it('are loaded by nothing before they are named: neither by a door nor by a command', () => {
    expect(shared.length).toBeGreaterThan(100)
    expect(shared.flatMap((file) => gamesLoadedBy(file).map((id) => `${relative(root, file)} loads ${id}`))).toEqual([])
  })

  it('have an entry each in the registry, which loads its folder', () => {
    const loads = imports(join(src, 'games/registry.ts')).flatMap((name) => /^\.\/([^/]+)\/index\.ts$/.exec(name)?.[1] ?? [])
    expect(loads.sort()).toEqual(folders)
    expect(
      gameEntries()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(folders)
  })

  it('are imported by no other file, and listed in no settings: a new game is a folder and an entry', () => {
    const importing = [...shared, ...sources(join(root, 'packages'))].filter((file) =>
      targetsOf(file).some((path) => gameOf(path) !== undefined),
    )
    expect(importing.map((file) => relative(root, file))).toEqual(['src/games/registry.ts'])
    // A test that cannot share its process with others is named in vitest.config.ts.
    const paths = new RegExp(`games/(${folders.join('|')})\\b(?!/[\\w-]+\\.test\\.ts)`)
    expect(SETTINGS.filter((name) => paths.test(readFileSync(join(root, name), 'utf8')))).toEqual([])
  })
})

describe('shared code', () => {
  it('uses test fixtures in tests only', () => {
    expect(files.filter((file) => !FIXTURE.test(file) && imports(file).some((name) => FIXTURE.test(name)))).toEqual([])
  })

  it('does not ask which game it is', () => {
    const literal = new RegExp(`(['"\`])(${folders.join('|')})\\1`)
    const asking = shared
      .map((file) => ({ file, path: relative(src, file) }))
      .filter(({ path }) => path !== 'games/registry.ts' && !MAY_NAME_GAMES.some((allowed) => path.startsWith(allowed)))
      .filter(({ file }) => literal.test(withoutComments(readFileSync(file, 'utf8'))))
    expect(asking.map(({ path }) => path)).toEqual([])
  })
})
