/** The run folder of an evaluation: made when the first reply of every endpoint is there, opened again to go on. */
import { isDeepStrictEqual } from 'node:util'
import { ConfigError, StorageError } from '../errors.ts'
import { type EvaluateOptions, type Evaluation, evaluate, evaluationEntries, firstReply, policySeed, resultRowsOf } from '../eval/index.ts'
import { boundedHorizon } from '../gym/index.ts'
import { isEndpointName } from '../policies/endpoints.ts'
import type { Reply } from '../policy.ts'
import {
  type Contestant,
  checkNewFolder,
  createFolder,
  type EpisodeStore,
  EVAL_RUN,
  type NewFolderOptions,
  openEpisodeStore,
  openFolder,
  type RunFolder,
} from '../runs/index.ts'
import { type EvalConfig, type EvalRunConfig, evalRunConfig } from './eval-config.ts'
import { keepEndpoints } from './eval-endpoints.ts'
import type { EvalJob } from './eval-games.ts'
import { endpointPlayers, type Player, type PlayerOptions } from './players.ts'

/** A run folder that is open, and what was done in it. */
export interface EvalRun {
  readonly folder: RunFolder
  readonly store: EpisodeStore
}

/** What is played, so that only like is compared with like. */
export function playedGames(jobs: readonly EvalJob[]): EvalRunConfig['games'] {
  return jobs.map(({ spec, rules: { counts = 'points' } }) => {
    return { game: spec.game.id, config: spec.config, horizon: boundedHorizon(spec), restart: spec.restart, counts }
  })
}

/** Opens a run to go on with it. Throws ConfigError for a folder of another kind, StorageError for one of another version. */
export async function openEvalRun(path: string): Promise<{ folder: RunFolder; config: EvalConfig; games: EvalRunConfig['games'] }> {
  const folder = await openFolder(EVAL_RUN, path)
  const parsed = evalRunConfig.safeParse(folder.config)
  if (parsed.success) return { folder, config: parsed.data.eval, games: parsed.data.games }
  await folder.close()
  throw new StorageError(`the config in ${folder.file('run.json')} is of another version of vlm-gym; use that version, or start a new run`)
}

/** Refuses to go on where the program would play other games than before. */
export function checkSameGames(path: string, before: EvalRunConfig['games'], jobs: readonly EvalJob[]): void {
  if (!isDeepStrictEqual(before, JSON.parse(JSON.stringify(playedGames(jobs)))))
    throw new StorageError(`${path} was begun with other rules of its games; use the vlm-gym version that began it, or start a new run`)
}

interface First {
  readonly who: Contestant
  readonly reply: Reply
}

/** The first reply of every endpoint, so that a wrong key, address or model is known before anything is written. */
async function firstReplies(jobs: readonly EvalJob[], options: PlayerOptions, signal: AbortSignal): Promise<First[]> {
  const firsts: First[] = []
  const names = new Set(jobs.flatMap((job) => job.names.filter(isEndpointName)))
  for (const name of names) {
    const job = jobs.find((one) => one.names.includes(name)) as EvalJob
    for (const { policy, decoding, spec, pace } of await endpointPlayers(name, job.spec, options)) {
      const { episodes, seed, hidden } = options.config
      const entries = evaluationEntries({ specs: [spec], episodes, seed, hidden })
      const reply = await firstReply({ policy, entries, seed: policySeed(seed), pace: pace ?? { concurrency: 1 }, signal })
      firsts.push({ who: { game: spec.game.id, policy: policy.name, decoding }, reply })
    }
  }
  return firsts
}

/** Makes the run folder. Nothing is written if an endpoint cannot be asked or the folder holds a run already. */
export async function beginRun(
  path: string,
  jobs: readonly EvalJob[],
  options: PlayerOptions & NewFolderOptions,
  signal: AbortSignal,
): Promise<EvalRun> {
  await checkNewFolder(EVAL_RUN, path, options)
  const firsts = await firstReplies(jobs, options, signal)
  const config: EvalRunConfig = { kind: 'eval', eval: options.config, games: playedGames(jobs) }
  const folder = await createFolder(EVAL_RUN, path, config, options)
  const store = await openEpisodeStore(folder)
  for (const { who, reply } of firsts) await store.keepReply(who, 0, 0, reply)
  await keepEndpoints(folder, options.endpoints)
  return { folder, store }
}

/**
 * Evaluates a player, in a run or without. In a run, finished episodes are not played again; a player without a pace costs nothing and
 * plays all of its episodes.
 */
export async function evaluateIn(
  run: EvalRun | null,
  { policy, decoding, pace }: Player,
  options: Omit<EvaluateOptions, 'policy' | 'decoding'>,
): Promise<Evaluation> {
  const all = { ...options, policy, decoding }
  if (run === null) return evaluate({ ...all, ...(pace && { pace }) })
  if (pace !== null) return evaluate({ ...all, pace: { ...pace, store: run.store } })
  const game = options.specs[0]?.game.id
  if (game === undefined) throw new ConfigError('There is no game to play.')
  const done = run.store.finished({ game, policy: policy.name, decoding })
  if (done.size >= options.episodes) {
    const episodes = [...done.values()].sort((a, b) => a.episode - b.episode)
    return { rows: resultRowsOf(episodes, options.seed), replays: [], episodes }
  }
  const result = await evaluate(all)
  for (const record of result.episodes) if (!done.has(record.episode)) await run.store.keepEpisode(record)
  return result
}
