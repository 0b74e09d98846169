/** Routes of a person's games: '/api/record'. The folder is the one that was named at the start. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { checkConfig } from '../checks.ts'
import { ApiError } from '../server/api-error.ts'
import { jsonBody } from '../server/json-body.ts'
import { type HumanRun, humanGame } from './human-run.ts'

/** Bytes of a game at most. */
const LARGEST = 256 * 1024

/** `run`: null where the studio keeps no games. */
export function recordRoutes(run: HumanRun | null): Hono {
  const app = new Hono()
  app.get('/', (c) => c.json(run === null ? null : run.state()))
  app.post(
    '/',
    bodyLimit({
      maxSize: LARGEST,
      onError: () => {
        throw new ApiError(413, `the game is over ${LARGEST} bytes; send one game with its moves`)
      },
    }),
    async (c) => {
      if (run === null) throw new ApiError(409, 'this studio keeps no games; start it with --record FOLDER')
      return c.json(await run.keep(checkConfig(humanGame, await jsonBody(c.req.raw), 'the game')))
    },
  )
  return app
}
