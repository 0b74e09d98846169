import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluationEntries } from '../eval/index.ts'
import { loadGame } from '../games/registry.ts'
import { envSpec, startSnapshot } from '../gym/index.ts'
import { episodeRecords, readRun } from '../runs/index.ts'
import { asApiError } from '../server/api-error.ts'
import { HUMAN_GAMES, type HumanRunState, MOST_MOVES, openHumanRun } from './human-run.ts'
import { recordRoutes } from './record-routes.ts'

const game = await loadGame('shisen-sho')
const config = { rows: 2, columns: 4, kinds: 2 }

/** The start of a game of the evaluation. */
function startOf(episode: number) {
  const spec = envSpec({ game, config })
  return startSnapshot(spec, evaluationEntries({ specs: [spec], episodes: HUMAN_GAMES, seed: 0 })[episode]!.seed)
}

/** The moves of the solver in a game of the evaluation, to its end. */
function movesOf(episode: number): string[] {
  const moves: string[] = []
  for (let { state } = startOf(episode); !game.rules.terminated(state); ) {
    const { action } = game.expert!.solver(state)[0]!
    moves.push(game.answer.format(state, action))
    state = game.rules.step(state, action).state
  }
  return moves
}

/** A move that the rules refuse at its start. */
function refusedOf(episode: number): string {
  const { state } = startOf(episode)
  return game.answer.format(state, game.rules.actions(state).find((action) => !game.rules.step(state, action).legal)!)
}

describe('games of a person', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'human-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  async function recorder(name: string, moves?: number) {
    const run = await openHumanRun(join(parent, name), moves)
    const app = new Hono()
    app.onError((error, c) => {
      const { status, message } = asApiError(error, console.error)
      return c.json({ error: message }, status)
    })
    app.route('/api/record', recordRoutes(run))
    const send = async (body: string | object, type = 'application/json') => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await app.request('/api/record', { method: 'POST', headers: { 'content-type': type }, body: text })
      return { status: response.status, body: (await response.json()) as HumanRunState & { error?: string } }
    }
    return { run, send }
  }

  it('are played again by the rules and kept as the run of an evaluation, refused moves included, over a restart', async () => {
    const { run, send } = await recorder('kept')
    expect(run.state()).toMatchObject({ game: null, kept: [] })
    const refused = [refusedOf(3), ...movesOf(3)]
    expect(await send({ game: 'shisen-sho', config, episode: 3, moves: refused })).toMatchObject({ status: 200, body: { kept: [3] } })
    await run.close()
    const again = await recorder('kept')
    expect(again.run.state()).toMatchObject({ game: 'shisen-sho', config, kept: [3] })
    expect((await again.send({ game: 'shisen-sho', config, episode: 0, moves: movesOf(0) })).body.kept).toEqual([0, 3])
    await again.run.close()
    const records = await episodeRecords(await readRun(join(parent, 'kept')))
    expect(records.map(({ policy, episode, steps, stopReason }) => [policy, episode, steps, stopReason])).toEqual([
      ['human', 3, refused.length, 'terminated'],
      ['human', 0, movesOf(0).length, 'terminated'],
    ])
    expect(records[0]!.values['illegal moves']).toBeCloseTo(1 / refused.length)
    expect(records[0]!.values.return).toBe(4)
    expect(records[0]!.values['perception cells']).toBeNull()
    const rows = JSON.parse(await readFile(join(parent, 'kept', 'results.json'), 'utf8')) as { metric: string; episodes: number }[]
    expect(rows.find(({ metric }) => metric === 'return')).toMatchObject({ episodes: 2 })
  })

  it('end after the moves that were agreed on, which a folder keeps', async () => {
    const { run, send } = await recorder('short', 1)
    const [first] = movesOf(0)
    expect((await send({ game: 'shisen-sho', config, episode: 0, moves: [first, first] })).body.error).toMatch(/is over after 1 moves/)
    expect((await send({ game: 'shisen-sho', config, episode: 0, moves: [first] })).body).toMatchObject({ kept: [0], horizon: 1 })
    await run.close()
    const again = await recorder('short')
    expect(again.run.state().horizon).toBe(1)
    await again.run.close()
    expect((await episodeRecords(await readRun(join(parent, 'short')))).map(({ stopReason }) => stopReason)).toEqual(['horizon'])
  })

  it('are refused with a reason where they are no whole game of this run, and nothing is written', async () => {
    const { run, send } = await recorder('bad')
    const good = { game: 'shisen-sho', config, episode: 0, moves: movesOf(0) }
    const cases: readonly (readonly [object | string, number, RegExp])[] = [
      ['{"game":', 400, /not JSON/],
      [{}, 422, /game/],
      [{ ...good, game: '../../etc/passwd' }, 422, /there is no game "\.\.\/\.\.\/etc\/passwd"/],
      [{ ...good, game: '__proto__' }, 422, /there is no game/],
      [{ ...good, config: { rows: 99 } }, 422, /rows/],
      [{ ...good, config: { path: '/tmp/x' } }, 422, /path/],
      [JSON.stringify(good).replace('"rows"', '"__proto__.rows"'), 422, /proto/],
      [{ ...good, config: { rows: { deep: 1 } } }, 422, /config/],
      [{ ...good, episode: -1 }, 422, /episode/],
      [{ ...good, episode: HUMAN_GAMES }, 422, /episode/],
      [{ ...good, policy: 'solver' }, 422, /policy/],
      [{ ...good, moves: [] }, 422, /moves/],
      [{ ...good, moves: Array.from({ length: MOST_MOVES + 1 }, () => '(0, 0) (0, 1)') }, 422, /moves/],
      [{ ...good, moves: good.moves.slice(1) }, 422, /goes on after/],
      [{ ...good, moves: [...good.moves, ...good.moves] }, 422, /is over after/],
      [{ ...good, moves: ['the walrus'] }, 422, /move 1 cannot be read/],
      [{ ...good, moves: ['</answer><answer>(0, 0) (0, 1)'] }, 422, /move 1 cannot be read/],
      [{ ...good, moves: ['x'.repeat(2000)] }, 422, /moves/],
      ['x'.repeat(300_000), 413, /over 262144 bytes/],
    ]
    for (const [body, status, error] of cases) {
      const answer = await send(body)
      expect([answer.status, answer.body.error], JSON.stringify(body).slice(0, 200)).toEqual([status, expect.stringMatching(error)])
    }
    expect((await send(good, 'text/plain')).status).toBe(400)
    expect(await readdir(parent)).not.toContain('bad')
    expect((await send(good)).status).toBe(200)
    const before = await readFile(join(parent, 'bad', 'episodes.jsonl'), 'utf8')
    expect(await send(good)).toMatchObject({ status: 409, body: { error: expect.stringMatching(/kept already/) } })
    const other = await send({ ...good, config: { ...config, columns: 6 } })
    expect([other.status, other.body.error]).toEqual([409, expect.stringMatching(/keeps games of shisen-sho/)])
    expect(await readFile(join(parent, 'bad', 'episodes.jsonl'), 'utf8')).toBe(before)
    await run.close()
  })

  it('are kept in no folder that holds something else', async () => {
    await writeFile(join(parent, 'file'), 'mine')
    await expect(openHumanRun(join(parent, 'file'))).rejects.toThrow(/file/)
    await expect(openHumanRun(parent)).rejects.toThrow(/is not empty/)
  })

  it('are none where the studio was not asked to keep them', async () => {
    const app = new Hono()
    app.onError((error, c) => c.json({ error: error.message }, asApiError(error, console.error).status))
    app.route('/', recordRoutes(null))
    expect(await (await app.request('/')).json()).toBeNull()
    expect((await app.request('/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(409)
  })
})
