/** The main job: train the recipes, evaluate every policy on the same games, analyse the models. Each part goes on where it was stopped. */
import { join } from 'node:path'
import type { Engine, EngineNeeds } from '../engine.ts'
import { loadGames } from '../games/registry.ts'
import { checkEngineInfo, lexiconOf, mixOf, stagesOf, type TrainConfig, type TrainEvent, train } from '../train/index.ts'
import { analysisPieces } from './analyses.ts'
import { engineNamed } from './engine-module.ts'
import type { JobProgress } from './events.ts'
import { makeAll, type TrainJobOptions } from './judging.ts'
import { fitting } from './named.ts'
import { tablePieces } from './table.ts'

/** Figures of a step that are shown while it runs. */
const SHOWN = ['loss', 'reward', 'perceptionExact', 'think', 'reasoning', 'legal', 'kl', 'entropy'] as const
const LABELS: Record<string, string> = { perceptionExact: 'perception' }

/**
 * Words of a new run: those of its own games, so that other games change nothing of it. They stand in the run folder, since a later version
 * of a game may have others. None for a model that has a tokenizer of its own.
 */
export const newWords = async ({ games, tinker }: Pick<TrainConfig, 'games' | 'tinker'>): Promise<string[]> =>
  tinker === undefined ? lexiconOf(await loadGames(games.map(({ id }) => id))) : []

/** The engine of a run, found fit for its stages and all of its games. `folder`: of the run. Throws ConfigError, EngineError. */
export async function engineFor(config: TrainConfig, folder: string, needs: EngineNeeds): Promise<Engine> {
  await loadGames(config.games.map(({ id }) => id))
  const { model, seed, threads } = config
  const engine = await engineNamed(config.engine, { model, seed, threads, folder: join(folder, 'checkpoints') }, needs, config.tinker)
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
  const { folder, config, engine, others, play, onEvent, signal } = options
  const { name, parameters } = engine.info
  onEvent?.({
    type: 'note',
    text: `${name}: ${parameters > 0 ? `${parameters.toLocaleString('en-US')} parameters, ` : ''}${engine.chat.vocabularySize} words, run folder ${folder.path}`,
  })
  const tokens = new Map<string, number>()
  const onStep = (event: TrainEvent): void => {
    const { stage, line } = event
    const sum = (tokens.get(stage) ?? 0) + (line.values.tokens ?? 0)
    tokens.set(stage, sum)
    onEvent?.({ type: 'metrics', line })
    onEvent?.(progressOf(event, sum))
  }
  if ((await train({ folder, config, engine, others, play, onEvent: onStep, ...(signal && { signal }) })) === 'stopped') return 'stopped'
  const { pieces, arrange } = await tablePieces(options)
  const end = await makeAll([...pieces, ...(await analysisPieces(options))], options)
  if (end === 'finished') await arrange()
  return end
}

function progressOf({ stage, step, steps, stageIndex, stages, engine, line }: TrainEvent, tokens: number): JobProgress {
  const figures = Object.fromEntries(SHOWN.filter((name) => name in line.values).map((name) => [LABELS[name] ?? name, line.values[name]]))
  return { type: 'progress', stage: `[${stageIndex + 1}/${stages}] ${stage}`, step, total: steps, engine, figures, tokens }
}
