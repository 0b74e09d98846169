/** Routes of the transcripts: '/api/transcripts' and below. Folders and episodes are found in maps; nothing of a request becomes a path. */
import { basename, resolve } from 'node:path'
import { Hono } from 'hono'
import { VlmGymError } from '../errors.ts'
import { ApiError } from '../server/api-error.ts'
import { openTranscripts, transcriptsVersion } from './transcripts.ts'

/** A folder as the list of transcripts names it. `kind`: 'train', 'eval' or 'dataset'; null where nothing can be shown, for the reason in `problem`. */
export interface TranscriptFolder {
  readonly id: string
  readonly name: string
  readonly kind: string | null
  readonly problem: string | null
}

/** Longest text that is searched for. */
const LONGEST = 1000

/** `folders`: as they were named at the start; their places are their ids. */
export function transcriptRoutes(folders: readonly string[]): Hono {
  const opened = new Map<string, ReturnType<typeof openTranscripts>>()
  const pathOf = (id: string): string => {
    const path = /^\d{1,6}$/.test(id) ? folders[Number(id)] : undefined
    if (path === undefined) throw new ApiError(404, `there is no folder ${JSON.stringify(id)} here; GET /api/transcripts lists them`)
    return path
  }
  const open = (id: string): ReturnType<typeof openTranscripts> => {
    const known = opened.get(id) ?? openTranscripts(pathOf(id))
    opened.set(id, known)
    known.catch(() => opened.delete(id))
    return known
  }
  const app = new Hono()
  app.get('/', async (c) => {
    const listed = folders.map(async (path, at): Promise<TranscriptFolder> => {
      const of = { id: String(at), name: basename(resolve(path)) }
      try {
        return { ...of, kind: (await open(of.id)).kind.name, problem: null }
      } catch (error) {
        if (!(error instanceof VlmGymError)) throw error
        return { ...of, kind: null, problem: error.message }
      }
    })
    return c.json(await Promise.all(listed))
  })
  app.get('/:id/version', async (c) => c.json({ version: await transcriptsVersion(pathOf(c.req.param('id'))) }))
  app.get('/:id', async (c) => {
    const id = c.req.param('id')
    const version = await transcriptsVersion(pathOf(id))
    return c.json({ version, episodes: await (await open(id)).list() })
  })
  app.get('/:id/wall', async (c) => {
    const since = Number(c.req.query('since') ?? 0)
    if (!Number.isSafeInteger(since) || since < 0)
      throw new ApiError(400, `since is ${c.req.query('since')}; give a whole number, 0 or more`)
    const { wall, kind } = await open(c.req.param('id'))
    if (wall === undefined)
      throw new ApiError(422, `${kind.called} keeps no states that a wall could show; name the folder of a training run or an evaluation`)
    return c.json(await wall(since))
  })
  app.get('/:id/search', async (c) => {
    const text = c.req.query('text') ?? ''
    if (text === '' || text.length > LONGEST) throw new ApiError(400, `text has ${text.length} characters; give 1 to ${LONGEST}`)
    return c.json(await (await open(c.req.param('id'))).search(text))
  })
  app.get('/:id/episodes/:key', async (c) => {
    const { id, key } = c.req.param()
    const place = `api/transcripts/${id}/episodes/${encodeURIComponent(key)}`
    return c.json(await (await open(id)).episode(key, place))
  })
  app.get('/:id/episodes/:key/:file{[0-9]+(-board)?\\.png}', async (c) => {
    const { id, key, file } = c.req.param()
    const png = await (await open(id)).picture(key, Number.parseInt(file, 10), file.includes('-board'))
    return c.body(png, 200, { 'content-type': 'image/png' })
  })
  return app
}
