/**
 * What a browser may import: every such door is bundled for one, as built, with nothing left out, and runs in Chromium. Also how large a page
 * with one game is.
 */
import { existsSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type PluginBuild } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CHROMIUM = '/usr/bin/chromium'
const missing = !existsSync(CHROMIUM)
if (missing) console.warn(`The doors do not run in a browser: there is no ${CHROMIUM} (apt-get install chromium).`)

const root = fileURLToPath(new URL('..', import.meta.url))
const GAME_IDS = readdirSync(`${root}/src/games`).filter((name) => existsSync(`${root}/src/games/${name}/index.ts`))
const DOORS = ['vlm-gym', ...['games', 'gym', 'render', 'policies', 'engine', 'pictures'].map((door) => `vlm-gym/${door}`)]
const ALL = [...DOORS, ...GAME_IDS.map((id) => `vlm-gym/games/${id}`)]

/** A page that plays a move of 2048 and shows the picture: all that it imports, and no more. */
const PAGE = `
  import { frameOf } from 'vlm-gym/chat'
  import { Env, envSpec, formatReply } from 'vlm-gym/gym'
  import { game2048 } from 'vlm-gym/games/2048'
  import { drawSceneOnCanvas, themeNamed } from 'vlm-gym/render'
  const skin = { theme: 'classic', tile: 48, layout: 'full' }
  export async function play() {
    const env = new Env(envSpec({ game: game2048, skin }), 7)
    const before = env.snapshot().state
    const answer = game2048.answer.format(before, game2048.rules.legalActions(before)[0])
    const perception = game2048.perception.format(game2048.perception.of(before))
    const { score, observation } = env.step({ text: formatReply({ perception, think: '', answer }) })
    const scene = game2048.draw(env.snapshot().state, skin, themeNamed(skin.theme))
    const canvas = document.body.appendChild(Object.assign(document.createElement('canvas'), { width: scene.width, height: scene.height }))
    drawSceneOnCanvas(scene, canvas.getContext('2d'))
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const frame = frameOf(observation)
    return { outcome: score.outcome, perceived: score.perceptionExact, size: [canvas.width, canvas.height], frame: [frame.width, frame.height], colours: new Set(new Uint32Array(data.buffer)).size }
  }`

/** Names of Node's modules that the bundle asks for; the bundle itself. */
async function bundled(contents: string): Promise<{ readonly nodeModules: readonly string[]; readonly code: string }> {
  const nodeModules: string[] = []
  const note = {
    name: 'note',
    setup: (made: PluginBuild) =>
      made.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        if (isBuiltin(path)) nodeModules.push(`${path} in ${importer}`)
        return undefined
      }),
  }
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    ...{
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      globalName: 'page',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    },
    plugins: [note],
  })
  return { nodeModules, code: outputFiles[0]!.text }
}

/** Bytes of the page's code, compressed as a server sends it: half of it are the font, the schemas' library (zod/mini) and the kernel that draws. */
const LIMIT = 60_000

describe('a browser', () => {
  it.each(ALL)('may import %s: no module of Node is behind it', async (door) => {
    const { nodeModules } = await bundled(`export * from '${door}'`)
    expect(nodeModules).toEqual([])
  })

  it('is refused what needs Node, so the check sees it', async () => {
    await expect(bundled("export * from 'vlm-gym/datasets'")).rejects.toThrow(/node:fs/)
  })

  it('loads little to play one game', async () => {
    const { code } = await bundled(PAGE)
    const bytes = gzipSync(code, { level: 9 }).length
    console.log(`2048 with gym and render: ${bytes} bytes, gzip`)
    expect(bytes).toBeLessThan(LIMIT)
  })
})

describe.skipIf(missing)('Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  /** Runs a bundle on an empty page, and then an expression; gives its value and what went wrong. */
  async function run<T>(code: string, expression: string): Promise<{ readonly value: T; readonly problems: readonly string[] }> {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    await page.addScriptTag({ content: code })
    const value = (await page.evaluate(expression)) as T
    await page.close()
    return { value, problems }
  }

  it.each(ALL)('runs %s, and finds in it what Node finds', async (door) => {
    const { code } = await bundled(`export * from '${door}'`)
    const { value, problems } = await run(code, 'Object.keys(page).sort()')
    expect(problems).toEqual([])
    expect(value).toEqual(Object.keys((await import(door)) as object).sort())
  })

  it('plays a move and shows the picture', async () => {
    const { value, problems } = await run<{ readonly size: readonly number[]; readonly colours: number }>(
      (await bundled(PAGE)).code,
      'page.play()',
    )
    expect(problems).toEqual([])
    expect(value).toMatchObject({ outcome: 'played', perceived: 1, frame: value.size })
    expect(value.colours).toBeGreaterThan(10)
  })

  it('draws the pixels that Node draws, for every game of the root door', async () => {
    const play = `
      import { drawState, loadGames } from 'vlm-gym'
      import { frameHash } from 'vlm-gym/render'
      const skin = { theme: 'classic', tile: 24, layout: 'full' }
      export const hashes = async () => (await loadGames()).map((game) => frameHash(drawState(game, game.rules.init(game.config.parse({}), 3), skin)))`
    const { value } = await run((await bundled(play)).code, 'page.hashes()')
    const { loadGames, drawState } = await import('vlm-gym')
    const { frameHash } = await import('vlm-gym/render')
    const skin = { theme: 'classic', tile: 24, layout: 'full' } as const
    expect(value).toEqual((await loadGames()).map((game) => frameHash(drawState(game, game.rules.init(game.config.parse({}), 3), skin))))
  })
})
