/**
 * The studio: a page that shows runs, and the data of the run folders that were named when it started. It only reads. No text of a request
 * becomes a path: pages and runs are found in maps that are made at the start.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { Hono } from 'hono'
import { ConfigError } from '../errors.ts'
import { type RunPage, runMetrics, runPage } from '../report/index.ts'
import { folderReader, readFolder, TRAIN_RUN } from '../runs/index.ts'
import { ApiError, asApiError } from '../server/api-error.ts'
import { isLoopback } from '../server/guard.ts'
import { listening, urlOf } from '../server/listen.ts'
import { PACKAGE_FOLDER } from '../version.ts'
import { modelRoutes } from './model-routes.ts'
import { transcriptRoutes } from './transcript-routes.ts'
import { openTranscripts } from './transcripts.ts'

export interface StudioOptions {
  /** Folders of training runs; without any the page shows the games. */
  readonly folders: readonly string[]
  /** 0 picks a free one. */
  readonly port: number
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

/** A run that was named. */
interface Source {
  readonly name: string
  readonly path: string
  /** The page as it was read last, with the version of the files that it was read from. */
  known?: { readonly version: string; readonly page: RunPage }
}

/** Changes whenever a file that the page shows does. */
async function versionOf(path: string): Promise<string> {
  const parts = await Promise.all(
    ['run.json', ...TRAIN_RUN.files].map((name) =>
      stat(join(path, name)).then(
        ({ size, mtimeMs }) => `${size}-${mtimeMs}`,
        () => '',
      ),
    ),
  )
  return parts.join(' ')
}

async function pageOf(source: Source): Promise<RunPage> {
  const version = await versionOf(source.path)
  if (source.known?.version !== version) {
    const page = await runPage(folderReader(await readFolder(TRAIN_RUN, source.path)))
    source.known = { version, page }
  }
  return source.known.page
}

/** The application without a socket. */
export function studioApp({ folders, log = (error: unknown) => console.error(error) }: Omit<StudioOptions, 'port'>): Hono {
  const assets = assetsOf(join(PACKAGE_FOLDER, 'dist/studio/page'))
  const sources = new Map(folders.map((path, at): [string, Source] => [String(at), { name: basename(resolve(path)), path }]))
  const sourceOf = (id: string): Source => {
    const source = sources.get(id)
    if (source === undefined) throw new ApiError(404, `there is no run ${JSON.stringify(id)} here; GET /api/runs lists them`)
    return source
  }
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
  app.get('/api/runs', async (c) => {
    const kinds = await Promise.all(
      [...sources.values()].map(({ path }) =>
        readFolder(TRAIN_RUN, path).then(
          () => true,
          () => false,
        ),
      ),
    )
    return c.json([...sources].filter((_, at) => kinds[at]).map(([id, { name }]) => ({ id, name })))
  })
  app.get('/api/runs/:id', async (c) => c.json(await pageOf(sourceOf(c.req.param('id')))))
  app.get('/api/runs/:id/version', async (c) => c.json({ version: await versionOf(sourceOf(c.req.param('id')).path) }))
  app.get('/api/runs/:id/metrics', async (c) => {
    const from = Number(c.req.query('from') ?? 0)
    if (!Number.isSafeInteger(from) || from < 0) throw new ApiError(400, `from is ${c.req.query('from')}; give a whole number, 0 or more`)
    return c.json(await runMetrics(folderReader(await readFolder(TRAIN_RUN, sourceOf(c.req.param('id')).path)), from))
  })
  app.route('/api/models', modelRoutes(folders))
  app.route('/api/transcripts', transcriptRoutes(folders))
  app.get('*', (c) => {
    const asset = assets.get(c.req.path === '/' ? '/index.html' : c.req.path)
    if (asset === undefined) throw new ApiError(404, `there is no ${c.req.path} here; the page is at /`)
    return c.body(asset.body, 200, { 'content-type': asset.type })
  })
  return app
}

/** Starts listening. Throws ConfigError if the page is not built or the port is taken, StorageError for a folder that no command wrote. */
export async function serveStudio(options: StudioOptions): Promise<Studio> {
  for (const path of options.folders) await openTranscripts(path)
  const { at, close } = await listening(studioApp(options), '127.0.0.1', options.port)
  return { url: urlOf('127.0.0.1', at), close: () => close(GRACE) }
}
