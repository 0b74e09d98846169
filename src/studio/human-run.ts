/**
 * What a person plays on the page, kept as the run of an evaluation whose policy is 'human': the moves are played again here by the rules of the
 * game, so that a run holds nothing which a page made up. One game with one config a run; the first game that is kept decides which.
 */
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { ConfigError } from '../errors.ts'
import { recordOf } from '../eval/evaluate.ts'
import { evaluationEntries, resultRowsOf } from '../eval/index.ts'
import { episodeTally } from '../eval/tally.ts'
import { findGame, loadKnownGames } from '../games/registry.ts'
import { boundedHorizon, type EnvSpec, Episode } from '../gym/index.ts'
import { evalConfig } from '../jobs/eval-config.ts'
import { jobsOf } from '../jobs/eval-job.ts'
import { openEvalRun, playedGames } from '../jobs/eval-run.ts'
import { checkNewFolder, createFolder, type EpisodeRecord, EVAL_RUN, openEpisodeStore, type RunFolder } from '../runs/index.ts'
import { ApiError } from '../server/api-error.ts'

/** The policy of the run. */
const HUMAN = 'human'
/** Games of the evaluation that can be played, and its seed. */
export const HUMAN_GAMES = 1000
export const HUMAN_SEED = 0
/** Most moves of a game: those of `vlm-gym eval` where nothing else is said, and what may be said. */
export const HUMAN_MOVES = 100
export const MOST_MOVES = 1000

/** A game that was played: the number of the evaluation's game, and the moves as they are typed, refused ones included. */
export const humanGame = z.strictObject({
  game: z.string().max(64),
  config: z.record(
    z.string().max(64),
    z.union([z.string().max(1000), z.number(), z.boolean(), z.array(z.union([z.string().max(1000), z.number()])).max(1000)]),
  ),
  episode: z
    .number()
    .int()
    .min(0)
    .max(HUMAN_GAMES - 1),
  moves: z.array(z.string().min(1).max(1000)).min(1).max(MOST_MOVES),
})
export type HumanGame = z.output<typeof humanGame>

/** What is kept. `game` and `config`: null before the first game. `kept`: numbers of the evaluation's games. */
export interface HumanRunState {
  readonly folder: string
  readonly game: string | null
  readonly config: unknown
  readonly kept: readonly number[]
  /** Most moves of a game; one that goes on is kept with so many. */
  readonly horizon: number
}

export interface HumanRun {
  state(): HumanRunState
  /** Keeps a game. Throws ApiError for one that has not ended, that was kept already, or of another game; nothing is written then. */
  keep(played: HumanGame): Promise<HumanRunState>
  close(): Promise<void>
}

interface Open {
  readonly folder: RunFolder
  readonly spec: EnvSpec
  readonly records: Map<number, EpisodeRecord>
  readonly store: Awaited<ReturnType<typeof openEpisodeStore>>
}

/** The evaluation that a person plays. Throws ConfigError for a game or knobs that are not there. */
async function evaluationOf({ game: id, config }: Pick<HumanGame, 'game' | 'config'>, horizon: number) {
  await loadKnownGames([id])
  const game = findGame(id)
  if (game === undefined) throw new ConfigError(`there is no game ${JSON.stringify(id)} here; play one that the page lists`)
  const set = Object.entries(config).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const common = { names: [HUMAN], game: game.id, set, anchors: false, restart: false }
  const settings = evalConfig.parse({ ...common, episodes: HUMAN_GAMES, horizon, seed: HUMAN_SEED })
  const jobs = await jobsOf(settings, true)
  return { settings, jobs, spec: (jobs[0] as (typeof jobs)[number]).spec }
}

/** A run in a folder, which is new or holds such a run already. `moves`: most moves of a game. Throws ConfigError, StorageError. */
export async function openHumanRun(path: string, moves: number = HUMAN_MOVES): Promise<HumanRun> {
  let horizon = moves
  let open: Open | null = null
  const opened = async (folder: RunFolder, spec: EnvSpec): Promise<Open> => {
    const store = await openEpisodeStore(folder)
    const who = { game: spec.game.id, policy: HUMAN, decoding: 'scripted' }
    return { folder, spec, store, records: new Map(store.finished(who)) }
  }
  const { refused } = await checkNewFolder(EVAL_RUN, path, {}).then(
    () => ({ refused: null }),
    (error: Error) => ({ refused: error }),
  )
  if (refused !== null) {
    const run = await openEvalRun(path).catch(() => {
      throw refused
    })
    try {
      const { names, game } = run.config
      horizon = run.config.horizon
      if (!isDeepStrictEqual(names, [HUMAN]))
        throw new ConfigError(`${path} holds an evaluation of ${names.join(', ')} and no games of a person; give --record another folder`)
      const { spec } = await evaluationOf({ game, config: run.games[0]?.config as HumanGame['config'] }, horizon)
      open = await opened(run.folder, spec)
    } catch (error) {
      await run.folder.close()
      throw error
    }
  }
  const state = (): HumanRunState => ({
    folder: path,
    game: open?.spec.game.id ?? null,
    config: open?.spec.config ?? null,
    kept: [...(open?.records.keys() ?? [])].sort((a, b) => a - b),
    horizon,
  })
  const keep = async (played: HumanGame): Promise<HumanRunState> => {
    const { spec, settings, jobs } = await evaluationOf(played, horizon)
    if (open !== null && (open.spec.game !== spec.game || !isDeepStrictEqual(open.spec.config, spec.config)))
      throw new ApiError(
        409,
        `${path} keeps games of ${open.spec.game.id} with ${JSON.stringify(open.spec.config)}; start a studio with another --record folder for others`,
      )
    if (open?.records.has(played.episode))
      throw new ApiError(409, `game ${played.episode} was kept already, and a game counts as it was played first; play another one`)
    const { record, texts } = await playedOut(spec, played)
    if (open === null) {
      const config = { kind: 'eval', eval: settings, games: playedGames(jobs) }
      open = await opened(await createFolder(EVAL_RUN, path, config), spec)
    }
    const who = { game: spec.game.id, policy: HUMAN, decoding: 'scripted' }
    for (const [step, text] of texts.entries()) await open.store.keepReply(who, played.episode, step, { text })
    await open.store.keepEpisode(record)
    open.records.set(played.episode, record)
    await open.folder.write('results.json', resultRowsOf([...open.records.values()], HUMAN_SEED))
    return state()
  }
  let turn: Promise<unknown> = Promise.resolve()
  return {
    state,
    keep: (played) => {
      const next = turn.then(() => keep(played))
      turn = next.catch(() => {})
      return next
    },
    close: async () => {
      await turn
      await open?.folder.close()
    },
  }
}

/** The record of a game from its moves, and the moves as replies. Throws ApiError for moves that do not make a whole game. */
async function playedOut(spec: EnvSpec, { episode: place, moves }: HumanGame): Promise<{ record: EpisodeRecord; texts: string[] }> {
  const entry = evaluationEntries({ specs: [spec], episodes: HUMAN_GAMES, seed: HUMAN_SEED })[place]
  if (entry === undefined) throw new ApiError(422, `there is no game ${place}; there are ${HUMAN_GAMES}, from 0`)
  const episode = new Episode(entry)
  const tally = episodeTally({ spec, episode: place, expertEvery: 1, counts: 'points', sees: false })
  const texts = moves.map((move) => `<answer>${move}</answer>`)
  for (const [at, text] of texts.entries()) {
    if (episode.stopped !== null)
      throw new ApiError(422, `the game is over after ${at} moves and ${moves.length} were sent; send those that were played`)
    const step = episode.play({ text })
    const { outcome, problem } = step.step.score
    if (outcome === 'unreadable') throw new ApiError(422, `move ${at + 1} cannot be read: ${problem} Send the moves as they are typed`)
    tally.see(step)
    // The expert judges every move, which may take a while.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (episode.stopped === null)
    throw new ApiError(422, `the game goes on after ${moves.length} moves; send it when it has ended, or has ${boundedHorizon(spec)} moves`)
  return { record: recordOf(episode.trajectory(HUMAN), place, tally, 'scripted'), texts }
}
