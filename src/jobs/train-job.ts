/** The main job: train the recipes, evaluate every policy on the same games, analyse the models. Each part goes on where it was stopped. */
import { join } from 'node:path'
import type { Engine, EngineNeeds, WeightsRef } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { type EvaluateOptions, type Evaluation, evaluate } from '../eval/index.ts'
import type { AnyGame } from '../game.ts'
import { loadGames } from '../games/registry.ts'
import { createPolicy, samplerPolicy } from '../policies/index.ts'
import {
  type EpisodeRecord,
  type EpisodeStore,
  openEpisodeStore,
  type Replay,
  type ResultRow,
  replayList,
  resultRows,
} from '../runs/index.ts'
import {
  checkEngineInfo,
  finishedWeights,
  gamesOf,
  lexiconOf,
  mixOf,
  stagesOf,
  type TrainConfig,
  type TrainEvent,
  train,
} from '../train/index.ts'
import { analyseAll, type TrainJobOptions } from './analyses.ts'
import { loadEngineModule } from './engine-module.ts'
import type { JobProgress } from './events.ts'
import { fitting } from './named.ts'

/** Figures of a step that are shown while it runs. */
const SHOWN = ['loss', 'reward', 'perceptionExact', 'think', 'reasoning', 'legal', 'kl', 'entropy'] as const
const LABELS: Record<string, string> = { perceptionExact: 'perception' }
/** Replays kept of each model and decoding. */
const REPLAYS = 2

/**
 * Words of a new run: those of its own games, so that other games change nothing of it. They stand in the run folder, since a later version
 * of a game may have others.
 */
export const newWords = async ({ games }: Pick<TrainConfig, 'games'>): Promise<string[]> =>
  lexiconOf(await loadGames(games.map(({ id }) => id)))

/** The engine of a run, found fit for its stages and all of its games. `folder`: of the run. Throws ConfigError, EngineError. */
export async function engineFor(config: TrainConfig, folder: string, needs: EngineNeeds): Promise<Engine> {
  await loadGames(config.games.map(({ id }) => id))
  const { createEngine } = await loadEngineModule(config.engine)
  const { model, seed, threads } = config
  const engine = await createEngine({ model, seed, threads, folder: join(folder, 'checkpoints') }, needs)
  try {
    checkEngineInfo(engine.info, config, stagesOf(config))
  } catch (error) {
    await engine.close()
    throw error
  }
  return fitting(
    engine,
    mixOf(config).map(({ spec }) => spec),
    config.maxTokens,
  )
}

/** Runs what is left of a job. 'stopped': interrupted, everything saved. */
export async function runTrainJob(options: TrainJobOptions): Promise<'finished' | 'stopped'> {
  const { folder, config, engine, others, onEvent, signal } = options
  const { name, parameters } = engine.info
  onEvent?.({
    type: 'note',
    text: `${name}: ${parameters.toLocaleString('en-US')} parameters, ${engine.chat.vocabularySize} words, run folder ${folder.path}`,
  })
  const tokens = new Map<string, number>()
  const onStep = (event: TrainEvent): void => {
    const { stage, line } = event
    const sum = (tokens.get(stage) ?? 0) + (line.values.tokens ?? 0)
    tokens.set(stage, sum)
    onEvent?.({ type: 'metrics', line })
    onEvent?.(progressOf(event, sum))
  }
  if ((await train({ folder, config, engine, others, onEvent: onStep, ...(signal && { signal }) })) === 'stopped') return 'stopped'
  return (await evaluateAll(options)) === 'stopped' ? 'stopped' : analyseAll(options)
}

function progressOf({ stage, step, steps, stageIndex, stages, engine, line }: TrainEvent, tokens: number): JobProgress {
  const figures = Object.fromEntries(SHOWN.filter((name) => name in line.values).map((name) => [LABELS[name] ?? name, line.values[name]]))
  return { type: 'progress', stage: `[${stageIndex + 1}/${stages}] ${stage}`, step, total: steps, engine, figures, tokens }
}

type Contestant = Pick<EvaluateOptions, 'policy' | 'decoding'>

/**
 * Policies of the table, in its order. `uniform` chooses among all answers (the paper's Random), `random` among the legal ones. What a game
 * does not have (a teacher, a look-ahead, a solver) is left out.
 */
export function contestants(
  config: TrainConfig,
  engine: Engine,
  weights: { readonly [stage: string]: WeightsRef },
  game: AnyGame,
): Contestant[] {
  const scripted = (name: string, there: boolean = true): Contestant[] =>
    there ? [{ policy: createPolicy(name, config.teacher), decoding: 'scripted' }] : []
  const models = stagesOf(config).flatMap(({ name }) =>
    ([1, 0] as const).map((temperature): Contestant => {
      const policy = samplerPolicy(engine, { maxTokens: config.maxTokens, temperature, weights: weights[name] as WeightsRef, name })
      return { policy, decoding: temperature === 0 ? 'greedy' : 'sampled' }
    }),
  )
  return [
    ...scripted('uniform'),
    ...scripted('random'),
    ...scripted('teacher', game.teacher?.teach !== undefined),
    ...models,
    ...scripted('greedy-1', game.expert?.lookahead !== undefined),
    ...scripted('solver', game.expert?.solver !== undefined),
  ]
}

/** Evaluates what results.json does not hold yet, a game and a policy at a time. Episodes are kept before the rows that sum them up. */
async function evaluateAll({ folder, config, engine, onEvent, signal }: TrainJobOptions): Promise<'finished' | 'stopped'> {
  const { seed } = config.evaluation
  let rows: ResultRow[] = (await folder.readDerived('results.json', resultRows)) ?? []
  let replays: Replay[] = (await folder.readDerived('replays.json', replayList)) ?? []
  const store = await openEpisodeStore(folder)
  const weights = await finishedWeights(folder)
  for (const { spec, episodes } of gamesOf(config)) {
    for (const { policy, decoding } of contestants(config, engine, weights, spec.game)) {
      const who = { game: spec.game.id, policy: policy.name, decoding }
      const same = (one: typeof who): boolean => one.game === who.game && one.policy === who.policy && one.decoding === decoding
      const isShown = policy.privileged || replays.some((one) => same(one as typeof who))
      if (rows.some(same) && isShown && isWhole(store.finished(who).size, episodes)) continue
      const stage = `evaluate ${policy.name}${decoding === 'scripted' ? '' : `, ${decoding}`} on ${spec.game.id}`
      const onProgress = (step: number, total: number): void => onEvent?.({ type: 'progress', stage, step, total })
      const onEpisode = (episode: EpisodeRecord): void => onEvent?.({ type: 'episode', episode })
      const common = { policy, decoding, episodes, seed, ...(signal && { signal }), onProgress, onEpisode }
      try {
        const result = await evaluate({ ...common, specs: [spec], replays: policy.privileged ? 0 : REPLAYS })
        await keepEpisodes(store, result)
        rows = [...rows.filter((one) => !same(one)), ...result.rows]
        replays = [...replays.filter((one) => !same(one as typeof who)), ...result.replays]
      } catch (error) {
        if (signal?.aborted) return 'stopped'
        throw error
      }
      await folder.write('replays.json', replays)
      await folder.write('results.json', rows)
    }
  }
  return signal?.aborted ? 'stopped' : 'finished'
}

/** Whether the episodes of rows that are there are all there; none at all are those of a run that was evaluated before they were kept. */
const isWhole = (there: number, episodes: number): boolean => there === 0 || there >= episodes

/** Appends the episodes that are not in the file yet. Throws EngineError if one failed: a failed model is no result. */
async function keepEpisodes(store: EpisodeStore, { episodes }: Evaluation): Promise<void> {
  const failed = episodes.find(({ problem }) => problem !== null)
  if (failed) throw new EngineError(`${failed.policy} failed in the evaluation of ${failed.game}: ${failed.problem}; go on with --resume`)
  for (const record of episodes) if (!store.finished(record).has(record.episode)) await store.keepEpisode(record)
}
