/**
 * The studio: a page that shows runs, and the data of the run folders that were named when it started. It only reads, but for the folder that keeps
 * a person's games, if one was named. No text of a request
 * becomes a path: pages and runs are found in maps that are made at the start. A folder that is no run, or is not there yet, is one of the
 * things that the page shows.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Hono } from 'hono'
import { ConfigError } from '../errors.ts'
import { ApiError, asApiError } from '../server/api-error.ts'
import { isLoopback } from '../server/guard.ts'
import { listening, urlOf } from '../server/listen.ts'
import { PACKAGE_FOLDER } from '../version.ts'
import { type HumanRun, openHumanRun } from './human-run.ts'
import { modelRoutes } from './model-routes.ts'
import { recordRoutes } from './record-routes.ts'
import { isPart, Source } from './source.ts'
import { StudioThread } from './thread-client.ts'
import { transcriptRoutes } from './transcript-routes.ts'

export interface StudioOptions {
  /** Folders of training runs, evaluations and data sets, also of ones that are still to come; without any the page shows the games. */
  readonly folders: readonly string[]
  /** 0 picks a free one. */
  readonly port: number
  /** Folder that keeps the games of a person as the run of an evaluation; absent: none are kept. */
  readonly record?: string | undefined
  /** Most moves of a game that is kept; a folder that holds a run has its own. Default 100. */
  readonly recordMoves?: number | undefined
  /** Takes errors that were not foreseen. Default: standard error. */
  readonly log?: (error: unknown) => void
}

/** A studio that listens, on 127.0.0.1 alone. */
export interface Studio {
  /** Address of the page. */
  readonly url: string
  close(): Promise<void>
}

/** How long open requests may take to end after `close`, ms. */
const GRACE = 2000

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** What the page may do: its own scripts, WebAssembly (the renderer's, and the runtime of models) and data, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A file of the page. */
interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
}

/** The built page by request path. Throws ConfigError where it was not built. */
function assetsOf(folder: string): Map<string, Asset> {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (error) {
    throw new ConfigError(`the page of the studio is not built: there is no ${folder}; run npm run build`, { cause: error })
  }
  const files = names.filter((name) => extname(name) in TYPES)
  return new Map(
    files.map((name) => [
      `/${name.replaceAll('\\', '/')}`,
      { body: new Uint8Array(readFileSync(join(folder, name))), type: TYPES[extname(name)] as string },
    ]),
  )
}

/** The application without a socket; `thread` makes what takes long. */
export function studioApp(
  { folders, log = (error: unknown) => console.error(error) }: Omit<StudioOptions, 'port' | 'record' | 'recordMoves'>,
  thread: StudioThread = new StudioThread(),
  human: HumanRun | null = null,
): Hono {
  const assets = assetsOf(join(PACKAGE_FOLDER, 'dist/studio/page'))
  const sources = new Map(folders.map((path, at) => [String(at), new Source(String(at), path, thread)]))
  const sourceOf = (id: string): Source => {
    const source = sources.get(id)
    if (source === undefined) throw new ApiError(404, `there is no run ${JSON.stringify(id)} here; GET /api/runs lists them`)
    return source
  }
  // The first view is asked for at once.
  sources
    .get('0')
    ?.json('head')
    .catch(() => {})
  const comparisons = new Map<string, { readonly version: string; readonly json: Promise<string> }>()
  const app = new Hono()
  app.onError((error, c) => {
    const { status, message } = asApiError(error, log)
    return c.json({ error: message }, status)
  })
  // A page of another site that has this machine's address under its own name is refused.
  app.use(async (c, next) => {
    if (!isLoopback(new URL(c.req.url).hostname.replace(/^\[|\]$/g, '')))
      throw new ApiError(403, 'the studio answers at 127.0.0.1 alone; open it by the address that it printed')
    await next()
    c.header('content-security-policy', POLICY)
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
  })
  app.get('/api/runs', async (c) => c.json(await Promise.all([...sources.values()].map((source) => source.state()))))
  app.get('/api/runs/:id/metrics', async (c) => {
    const of = (name: string): number => {
      const value = Number(c.req.query(name) ?? 0)
      if (!Number.isSafeInteger(value) || value < 0)
        throw new ApiError(400, `${name} is ${c.req.query(name)}; give a whole number, 0 or more`)
      return value
    }
    return c.json(await sourceOf(c.req.param('id')).metrics(of('from'), of('generation')))
  })
  app.get('/api/runs/:id/:part', async (c) => {
    const source = sourceOf(c.req.param('id'))
    const part = c.req.param('part')
    if (!isPart(part) || part === 'compare' || part === 'metrics') throw new ApiError(404, `a run has no ${JSON.stringify(part)}`)
    return c.body(await source.json(part), 200, { 'content-type': 'application/json' })
  })
  app.get('/api/compare', async (c) => {
    const chosen = [...new Set((c.req.query('runs') ?? '').split(',').filter((id) => id !== ''))].map(sourceOf)
    if (chosen.length === 0) throw new ApiError(400, 'runs names no run; give the numbers of GET /api/runs, as in runs=0,1')
    const states = await Promise.all(chosen.map((source) => source.state()))
    const key = chosen.map(({ id }) => id).join()
    const version = createHash('sha256')
      .update([key, ...states.map(({ versions }) => versions.compare)].join('\n'))
      .digest('hex')
    const etag = `"${version}"`
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag })
    const known = comparisons.get(key)
    const json = known?.version === version ? known.json : thread.compare(chosen.map(({ path }) => path))
    comparisons.set(key, { version, json })
    json.catch(() => comparisons.delete(key))
    return c.body(await json, 200, { 'content-type': 'application/json', etag })
  })
  app.route('/api/models', modelRoutes(folders))
  app.route('/api/record', recordRoutes(human))
  app.route('/api/transcripts', transcriptRoutes(folders))
  app.get('*', (c) => {
    const asset = assets.get(c.req.path === '/' ? '/index.html' : c.req.path)
    if (asset === undefined) throw new ApiError(404, `there is no ${c.req.path} here; the page is at /`)
    return c.body(asset.body, 200, { 'content-type': asset.type })
  })
  return app
}

/** Starts listening. Throws ConfigError if the page is not built, the port is taken, or the folder for a person's games cannot be used. */
export async function serveStudio(options: StudioOptions): Promise<Studio> {
  const { folders, record, recordMoves, port } = options
  const human = record === undefined ? null : await openHumanRun(record, recordMoves)
  const thread = new StudioThread()
  const shown = record === undefined || folders.includes(record) ? folders : [...folders, record]
  const app = studioApp({ ...options, folders: shown }, thread, human)
  const { at, close } = await listening(app, '127.0.0.1', port).catch(async (error: unknown) => {
    await human?.close()
    throw error
  })
  return {
    url: urlOf('127.0.0.1', at),
    close: async () => {
      await close(GRACE)
      await thread.close()
      await human?.close()
    },
  }
}
