/**
 * Evaluating as a job: the games of a config, played by everyone it names. In a run folder every reply and episode is kept, and a stopped
 * evaluation goes on from there.
 *
 *     const config = evalConfig.parse({ names: ['random', 'greedy-1'], game: 'swap', episodes: 20 })
 *     const { evaluations } = await runEvaluation(config, { pace: { retries: 6, timeout: 120, threads: 2 }, out: 'runs/mine', onEvent: console.log })
 */
import { EngineError } from '../errors.ts'
import type { Evaluation } from '../eval/index.ts'
import type { RequestEdits } from '../policies/endpoints.ts'
import type { ProtocolResults } from '../report/index.ts'
import { type EndpointLine, openEpisodeStore } from '../runs/index.ts'
import type { EvalConfig, EvalPace } from './eval-config.ts'
import { type Endpoints, evalEndpoints, keepEndpoints } from './eval-endpoints.ts'
import { type EvalJob, evalJobs, presetResults } from './eval-games.ts'
import { introLines } from './eval-intro.ts'
import { beginRun, checkSameGames, type EvalRun, evaluateIn, openEvalRun } from './eval-run.ts'
import type { JobControl } from './events.ts'
import { loadExtras } from './extras.ts'
import { checkPlayers, type Player, withPlayers } from './players.ts'
import { runningFigures } from './running-figures.ts'

/** How an evaluation is run. */
export interface EvalOptions extends JobControl {
  readonly pace: EvalPace
  /** Changes to every request to models behind HTTP, secrets included; default none. */
  readonly edits?: (config: EvalConfig) => RequestEdits
}

/** Where an evaluation is kept. */
export interface NewEvalOptions extends EvalOptions {
  /** Run folder; absent: nothing is kept. */
  readonly out?: string | undefined
  /** Use a folder that is not empty. */
  readonly force?: boolean
}

/** What came out. */
export interface EvalOutcome {
  /** The run folder; null: nothing is kept. */
  readonly path: string | null
  /** One for each game and player, in the order they were played. An endpoint's may hold episodes that failed. */
  readonly evaluations: readonly Evaluation[]
  /** Results by the protocol of the config's preset; none without one. */
  readonly protocols: readonly ProtocolResults[]
  /** How each model behind HTTP was asked. */
  readonly endpoints: readonly EndpointLine[]
}

/**
 * A new evaluation; its plugins and pictures are loaded already. Everything that can be refused is refused before anything is written. Throws
 * ConfigError, EngineError, StorageError; the reason of the signal when that aborts.
 */
export async function runEvaluation(config: EvalConfig, options: NewEvalOptions): Promise<EvalOutcome> {
  const { out, force = false, signal } = options
  const jobs = await jobsOf(config, out !== undefined)
  const work = await workOf(config, jobs, options)
  const run =
    out === undefined ? null : await beginRun(out, jobs, { ...work, local: options.pace, force }, signal ?? new AbortController().signal)
  try {
    return await playJobs({ ...work, run })
  } finally {
    await run?.folder.close()
  }
}

/** Goes on with an evaluation: what was done is not done again, failed episodes are tried again. Throws as `runEvaluation` does. */
export async function resumeEvaluation(path: string, options: EvalOptions): Promise<EvalOutcome> {
  const { folder, config, games } = await openEvalRun(path)
  try {
    await loadExtras(config)
    const jobs = await jobsOf(config, true)
    checkSameGames(path, games, jobs)
    const work = await workOf(config, jobs, options)
    return await playJobs({ ...work, run: { folder, store: await openEpisodeStore(folder) } })
  } finally {
    await folder.close()
  }
}

/** What is played; `kept`: in a run folder, where anchors play along. */
export async function jobsOf(config: EvalConfig, kept: boolean): Promise<EvalJob[]> {
  const { theme, tile, layout, prompt, mode, feedback } = config
  const look = { skin: { theme, tile: tile ?? 16, layout: layout ?? 'board' }, prompt: prompt ?? 'brief', mode, feedback } as const
  const jobs = await evalJobs({ ...config, look })
  return kept && config.anchors ? jobs.map(withAnchors) : jobs
}

/** Random and solver, where the game has one, so that scores can be set between them. */
function withAnchors(job: EvalJob): EvalJob {
  const anchors = ['random', ...(job.spec.game.expert?.solver ? ['solver'] : [])]
  return { ...job, names: [...job.names, ...anchors.filter((name) => !job.names.includes(name))] }
}

interface Work extends JobControl {
  readonly config: EvalConfig
  readonly local: EvalPace
  readonly endpoints: Endpoints
  readonly jobs: readonly EvalJob[]
}

/** Everyone who plays, found fit to. */
async function workOf(config: EvalConfig, jobs: readonly EvalJob[], { pace, edits, onEvent, signal }: EvalOptions): Promise<Work> {
  const onWait = (seconds: number, reason: string): void =>
    onEvent?.({ type: 'note', text: `the server asks to wait ${seconds} s (${reason})` })
  const endpoints = evalEndpoints({ config, local: pace, edits: edits?.(config) ?? {}, onWait })
  const work = { config, local: pace, endpoints, jobs, onEvent, signal }
  await checkPlayers(
    jobs.flatMap(({ names }) => names),
    work,
  )
  return work
}

/** Plays everything, and writes what is to be kept. */
async function playJobs(work: Work & { readonly run: EvalRun | null }): Promise<EvalOutcome> {
  const { run, config, jobs, onEvent } = work
  if (run !== null) onEvent?.({ type: 'folder', path: run.folder.path })
  for (const text of introLines(config, jobs)) onEvent?.({ type: 'note', text })
  const played: Evaluation[][] = jobs.map(() => [])
  for (const [at, job] of jobs.entries()) {
    for (const name of job.names) {
      await withPlayers(name, job.spec, work, async (player) => {
        played[at]?.push(await playOne(work, job, player))
      })
    }
  }
  const evaluations = played.flat()
  await run?.folder.write(
    'results.json',
    evaluations.flatMap(({ rows }) => rows),
  )
  return {
    path: run?.folder.path ?? null,
    evaluations,
    protocols: config.preset === null ? [] : jobs.flatMap((job, at) => presetResults(job, config.preset as string, played[at] ?? [])),
    endpoints: run === null ? work.endpoints.lines() : await keepEndpoints(run.folder, work.endpoints),
  }
}

async function playOne(work: Work & { readonly run: EvalRun | null }, job: EvalJob, player: Player): Promise<Evaluation> {
  const { run, config, jobs, onEvent, signal } = work
  const { policy, decoding } = player
  const stage = `${jobs.length > 1 ? `${job.spec.game.id}, ` : ''}${policy.name}, ${decoding}`
  const running = runningFigures()
  const result = await evaluateIn(run, player, {
    ...job.rules,
    specs: [player.spec],
    episodes: config.episodes,
    seed: config.seed,
    hidden: config.hidden,
    ...(signal && { signal }),
    onEpisode: (episode) => {
      running.add(episode)
      onEvent?.({ type: 'episode', episode })
    },
    onProgress: (step, total) => onEvent?.({ type: 'progress', stage, step, total, figures: running.figures() }),
  })
  const failed = result.episodes.find(({ problem }) => problem !== null)
  if (failed && !player.endpoint) throw new EngineError(`${policy.name} failed: ${failed.problem}`)
  return result
}
