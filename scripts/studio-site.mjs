/**
 * node scripts/studio-site.mjs OUT [RUN…]: the studio as a static site for any file host: the games, play, the wall, and of each training run its
 * report and the model of its last stage, for the boards that it was trained on.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { loadGame } from 'vlm-gym/games'
import { drawState, startSnapshot } from 'vlm-gym/gym'
import { exportCheckpoint } from 'vlm-gym/jobs'
import { reportPage, runView } from 'vlm-gym/report'
import { folderReader, readFolder, TRAIN_RUN } from '../dist/runs/index.js'

const MARK = 'models.json'
const [out, ...runs] = process.argv.slice(2)

function fail(sentence) {
  process.stderr.write(`error: ${sentence}\n`)
  process.exit(1)
}

if (out === undefined) fail('name the folder to write: npm run studio:build -- OUT [RUN…]')
if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MARK)))
  fail(`${out} is not empty and holds no site of the studio; give another folder`)

/** Writes a file of the site. */
function write(name, data) {
  const path = join(out, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, data)
}

/** Sizes of the boards that a run is trained on, patches. */
async function sizesOf({ games, skin }) {
  const sizes = new Set()
  for (const { id, config } of games) {
    const game = await loadGame(id).catch(() => null)
    if (game === null) continue
    const { state } = startSnapshot({ game, config: game.config.parse(config) }, 0)
    const { width, height } = drawState(game, state, skin)
    sizes.add(`${height / skin.tile}x${width / skin.tile}`)
  }
  return [...sizes]
}

const folders = []
for (const path of runs) folders.push(await readFolder(TRAIN_RUN, path).catch((error) => fail(error.message)))
await build({
  root: fileURLToPath(new URL('../studio', import.meta.url)),
  mode: 'site',
  build: { outDir: resolve(out), emptyOutDir: true },
})
const [models, pages] = [[], []]
for (const [at, folder] of folders.entries()) {
  const run = basename(resolve(folder.path))
  const view = await runView(folderReader(folder))
  write(`runs/${at}.html`, await reportPage(view))
  pages.push({ name: `${view.title} (${run})`, file: `runs/${at}.html` })
  const stage = folder.stages.findLast(({ name }) => existsSync(folder.file(`checkpoints/${name}.safetensors`)))
  if (stage === undefined) continue
  for (const size of await sizesOf(folder.config)) {
    const [rows, columns] = size.split('x').map(Number)
    const options = { engine: '@vlm-gym/engine-onnx', rows, columns }
    const exported = await exportCheckpoint(folder.file(`checkpoints/${stage.name}.safetensors`), options).catch((error) => {
      process.stderr.write(`${run}: no model for boards of ${size}: ${error.message}\n`)
      return null
    })
    if (exported !== null) write(`models/${at}/${stage.name}/${size}.onnx`, exported.onnx)
  }
  models.push({ id: String(at), run, name: stage.name })
}
write(MARK, JSON.stringify(models))
write('runs.json', JSON.stringify(pages))
process.stdout.write(`${out}: ${pages.length} runs, ${models.length} models; put the folder on any file host\n`)
