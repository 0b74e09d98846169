/**
 * The packages as a user gets them: packed, installed into an empty folder by npm 10 and 11, trained and used there. Nothing of the clone
 * is in reach of what runs.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, type Outcome } from './vlm-gym.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const ENGINE = 'packages/engine-onnx'

/** Without what npm hands to the scripts that it runs, such as the .npmrc of the clone. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|cafile)$/i.test(name)),
  ),
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
}

async function runIn(cwd: string, command: string, ...args: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await promisify(execFile)(command, args, { cwd, env, maxBuffer: 1 << 26 })) }
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome & Error
    return { code: Number(code), stdout, stderr }
  }
}

/** Runs npm of a major version, as installed or from the registry. */
const npm = (version: number, cwd: string, ...args: string[]): Promise<Outcome> =>
  runIn(cwd, 'npx', '--yes', '--loglevel', 'error', `npm@${version}`, '--loglevel', 'notice', ...args)

/** Whether npm gets packages here: asked for one that the tests below need and a clone does not have. */
const reachable = (() => {
  try {
    execFileSync('npm', ['view', 'npm@10', 'version', '--fetch-retries=1', '--fetch-timeout=30000'], { env, stdio: 'ignore' })
    return true
  } catch {
    console.warn('pack: skipped what installs packages, since the npm registry cannot be reached')
    return false
  }
})()
const ifReachable = '(skipped where the npm registry cannot be reached)'

interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-pack-'))
const packed: Packed[] = []

beforeAll(async () => {
  if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
  for (const source of ['.', `./${ENGINE}`]) {
    const { code, stdout, stderr } = await runIn(root, 'npm', 'pack', '--json', '--loglevel', 'warn', '--pack-destination', folder, source)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const listed = JSON.parse(stdout) as Packed[] | Record<string, Packed>
    packed.push(...Object.values(listed))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Manifest {
  readonly [field: string]: unknown
  readonly repository: { readonly url: string; readonly directory?: string }
  readonly version: string
}
const manifestOf = (place: string): Manifest => JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8')) as Manifest

describe('what is packed', () => {
  it('is the build, with licence and readme, and no leftovers', () => {
    expect(packed.map(({ name }) => name)).toEqual(['vlm-gym', '@vlm-gym/engine-onnx'])
    for (const [{ name, files }, source] of [
      [packed[0] as Packed, 'src'],
      [packed[1] as Packed, `${ENGINE}/src`],
    ] as const) {
      const own = files.map(({ path }) => path).filter((path) => !path.startsWith('node_modules/'))
      expect(own, name).toEqual(
        expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'NOTICE', 'dist/index.js', 'dist/index.d.ts']),
      )
      if (source === 'src')
        expect(own).toEqual(
          expect.arrayContaining(['dist/studio/page/index.html', 'dist/studio/single/page.js', 'dist/studio/single/page.css']),
        )
      const built = own.filter((path) => path.startsWith('dist/') && !/^dist\/studio\/(page|single)\//.test(path))
      const odd = built.filter((path) => !existsSync(join(root, source, path.slice(5).replace(/(\.d\.ts|\.js)$/, '.ts'))))
      expect(odd, 'files of dist/ without a source; build again').toEqual([])
      expect(own.filter((path) => /\.test\.|fixture|tsbuildinfo|\.map$/.test(path))).toEqual([])
    }
  })

  it('has maps only where their sources are, and no script that runs on install', () => {
    const { files } = packed[1] as Packed
    const at = (path: string): string => join(root, ENGINE, path)
    const maps = files.filter(({ path }) => path.endsWith('.map'))
    for (const { path } of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(at(path), 'utf8')) as { sources: string[]; sourcesContent?: string[] }
      const paths = new Set(files.map((file) => file.path))
      if (!sourcesContent) for (const source of sources) expect(paths).toContain(normalize(join(dirname(path), source)))
    }
    const manifests = files.filter(({ path }) => path.endsWith('package.json')).map(({ path }) => readFileSync(at(path), 'utf8'))
    expect(manifests.length).toBeGreaterThan(2)
    for (const text of manifests) expect(Object.keys((JSON.parse(text) as { scripts?: object }).scripts ?? {})).not.toContain('postinstall')
  })

  it('has a CPU build of ONNX Runtime for every platform, and nothing for GPUs', () => {
    const bundled = (packed[1] as Packed).files
      .map(({ path }) => path)
      .filter((path) => path.startsWith('node_modules/onnxruntime-node/bin/'))
    const platforms = bundled.filter((path) => path.endsWith('.node')).map((path) => path.split('/').slice(4, 6).join('-'))
    expect(platforms.sort()).toEqual(['darwin-arm64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'])
    const libraries = bundled.filter((path) => !path.endsWith('.node')).map((path) => path.split('/').at(-1))
    expect([...new Set(libraries)].sort()).toEqual(['libonnxruntime.1.dylib', 'libonnxruntime.so.1', 'onnxruntime.dll'])
  })

  it('says the same of both packages, and nothing of a clone', () => {
    const [core, engine] = [manifestOf('.'), manifestOf(ENGINE)]
    for (const field of ['homepage', 'bugs', 'license', 'engines', 'version']) expect(engine[field], field).toEqual(core[field])
    expect(engine.repository).toEqual({ ...core.repository, directory: ENGINE })
    expect(core.homepage).toBe(`${core.repository.url.replace(/^git\+|\.git$/g, '')}#readme`)
    for (const { keywords } of [core, engine] as { keywords?: unknown }[]) expect(keywords).toContain('reinforcement-learning')
    expect(core.optionalDependencies).toEqual({ '@vlm-gym/engine-onnx': engine.version })
    expect(engine.peerDependencies).toEqual({ 'vlm-gym': `^${core.version}` })
    for (const { dependencies, peerDependencies, optionalDependencies } of [core, engine])
      expect(JSON.stringify([dependencies, peerDependencies, optionalDependencies])).not.toContain('file:')
    expect(readFileSync(join(root, ENGINE, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })
})

/** It went well and npm warned of nothing; npm's own lines begin with its name, the command's progress does not. */
function quiet({ code, stdout, stderr }: Outcome): void {
  expect(code, stderr).toBe(0)
  expect(`${stdout}\n${stderr}`.split('\n').filter((line) => /^npm (warn|error|notice)/i.test(line))).toEqual([])
}

describe.skipIf(!reachable)(`where it is installed ${ifReachable}`, { timeout: 400_000 }, () => {
  const tarballs = (): string[] => packed.map(({ filename }) => join(folder, filename))
  const home = join(folder, 'npm-11')
  /** Types of Node, of the version that the clone has. */
  const nodeTypes = (JSON.parse(readFileSync(join(root, 'node_modules/@types/node/package.json'), 'utf8')) as { version: string }).version
  const npx = (...args: string[]): Promise<Outcome> => runIn(home, 'npx', ...args)

  it('npm 10 and 11 install it into an empty folder without a word of warning', async () => {
    for (const version of [10, 11]) {
      const place = join(folder, `npm-${version}`)
      mkdirSync(place)
      quiet(await npm(version, place, 'install', '--no-audit', '--no-fund', ...tarballs(), `@types/node@${nodeTypes}`))
      quiet(await npm(version, place, 'ls', '--all'))
    }
    expect(existsSync(join(home, 'node_modules/adm-zip'))).toBe(false)
  })

  it('npm 10 and 11 say nothing in the clone either', async () => {
    for (const version of [10, 11]) quiet(await npm(version, root, 'pkg', 'get', 'name'))
  })

  it('trains, evaluates, exports and plays a game of the user’s', async () => {
    quiet(await npx('vlm-gym', 'train', '--preset', 'tiny', '--out', 'run'))
    for (const file of ['report.html', 'results.json', 'checkpoints/g0.safetensors'])
      expect(existsSync(join(home, 'run', file)), file).toBe(true)
    const model = 'run/checkpoints/g1.safetensors'
    const evaluated = await npx('vlm-gym', 'eval', model, '--game', '2048', '--episodes', '2', '--horizon', '4', '--json', '--out', 'eval')
    quiet(evaluated)
    expect(evaluated.stdout).toMatch(/"policy": "[^"]*g1/)
    quiet(await npx('vlm-gym', 'export', model, '--out', 'g1.onnx'))
    expect(existsSync(join(home, 'g1.onnx'))).toBe(true)

    const page = readFileSync(join(root, 'docs/add-a-game.md'), 'utf8')
    writeFileSync(join(home, 'harvest.mjs'), /^```js harvest\.mjs\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '')
    const games = await npx('vlm-gym', 'games', '--plugin', './harvest.mjs')
    quiet(games)
    expect(games.stdout).toContain('harvest')
  })

  it('serves a model', async () => {
    const args = ['serve-model', 'run/checkpoints/g1.safetensors', '--port', '0', '--json']
    const child = spawn(process.execPath, [join(home, 'node_modules/vlm-gym/dist/cli/main.js'), ...args], { cwd: home, env })
    try {
      const line = await new Promise<string>((resolve, reject) => {
        child.stdout.once('data', (data) => resolve(String(data)))
        child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
      })
      const { url } = JSON.parse(line) as { url: string }
      const { data } = (await (await fetch(`${url}/models`)).json()) as { data: { id: string }[] }
      expect(data.map(({ id }) => id)).toEqual(['g1'])
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('has types that pass in a strict project with Node’s types alone, the libraries’ own checked too', async () => {
    const declared = Object.keys(manifestOf('.').exports as object).map((door) => join('vlm-gym', door))
    const core = declared.map((door) => door.replace('*', '2048'))
    const doors = [...core, '@vlm-gym/engine-onnx']
    expect(doors).toHaveLength(22)
    const imports = doors.map((door, i) => `import * as door${i} from '${door}'`)
    writeFileSync(join(home, 'doors.ts'), `${imports.join('\n')}\nexport const doors: object[] = [${doors.map((_, i) => `door${i}`)}]\n`)
    const compilerOptions = {
      ...{ strict: true, skipLibCheck: false, noEmit: true, target: 'es2023', lib: ['es2023'], types: ['node'] },
      ...{ module: 'nodenext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    }
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['doors.ts'] }))
    const { code, stdout } = await runIn(home, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  })
})
