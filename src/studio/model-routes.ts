/** Routes of the models: '/api/models' and below: the checkpoints of the training runs, as ONNX files that the page runs. */
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Hono } from 'hono'
import { exportCheckpoint } from '../jobs/index.ts'
import { readFolder, TRAIN_RUN } from '../runs/index.ts'
import { ApiError } from '../server/api-error.ts'

/** A trained model that the page can run. */
export interface StudioModel {
  /** Of its folder. */
  readonly id: string
  /** Of the folder, for people. */
  readonly run: string
  /** Of the checkpoint, without its ending. */
  readonly name: string
}

const ENDING = '.safetensors'
/** The engine whose models are exported; another one that a run may name is not loaded. */
const ENGINE = '@vlm-gym/engine-onnx'
/** Files that are held. */
const HELD = 8

/** `folders`: as they were named at the start; their places are their ids. */
export function modelRoutes(folders: readonly string[]): Hono {
  const made = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  /** The checkpoints of a folder; none where it holds no training run. */
  const modelsOf = async (path: string, id: string): Promise<StudioModel[]> => {
    const folder = await readFolder(TRAIN_RUN, path).catch(() => null)
    if (folder === null) return []
    const names = await readdir(folder.file('checkpoints')).catch(() => [])
    const { stages } = folder
    const place = (name: string): number => stages.findIndex((stage) => stage.name === name)
    return names
      .filter((name) => name.endsWith(ENDING))
      .map((name) => ({ id, run: basename(resolve(path)), name: name.slice(0, -ENDING.length) }))
      .filter(({ name }) => place(name) >= 0)
      .sort((a, b) => place(b.name) - place(a.name))
  }
  const app = new Hono()
  app.get('/', async (c) => c.json((await Promise.all(folders.map((path, at) => modelsOf(path, String(at))))).flat()))
  app.get('/:id/:name/:size{[0-9]+x[0-9]+\\.onnx}', async (c) => {
    const { id, name, size } = c.req.param()
    const path = /^\d{1,6}$/.test(id) ? folders[Number(id)] : undefined
    const model = path === undefined ? undefined : (await modelsOf(path, id)).find((one) => one.name === name)
    if (path === undefined || model === undefined) throw new ApiError(404, 'there is no such model here; GET /api/models lists them')
    const [rows = 0, columns = 0] = size.split(/[x.]/).map(Number)
    const file = join(path, 'checkpoints', `${model.name}${ENDING}`)
    const key = `${id} ${model.name} ${size}`
    const onnx =
      made.get(key) ?? exportCheckpoint(file, { engine: ENGINE, rows, columns }).then((exported) => new Uint8Array(exported.onnx))
    made.delete(key)
    made.set(key, onnx)
    onnx.catch(() => made.delete(key))
    for (const old of [...made.keys()].slice(0, -HELD)) made.delete(old)
    return c.body(await onnx, 200, { 'content-type': 'application/octet-stream' })
  })
  return app
}
