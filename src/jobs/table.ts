/** The table of a training run: every policy on the same games. */
import type { WeightsRef } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { type Evaluation, evaluate } from '../eval/index.ts'
import type { AnyGame } from '../game.ts'
import { createPolicy } from '../policies/index.ts'
import {
  type Contestant,
  EPISODES,
  type EpisodeRecord,
  type EpisodeStore,
  openEpisodeStore,
  replayList,
  resultRows,
} from '../runs/index.ts'
import { finishedWeights, gamesOf, stagesOf, type TrainConfig } from '../train/index.ts'
import { openRows, type Piece, type TrainJobOptions } from './judging.ts'
import { modelsOf, type Player } from './models.ts'

/** Replays kept of each model and decoding. */
const REPLAYS = 2

/**
 * The players of a game, in the order of the table. `uniform` chooses among all answers (the paper's Random), `random` among the legal ones.
 * What a game does not have (a teacher, a look-ahead, a solver) is left out.
 */
function playersOf(config: TrainConfig, weights: { readonly [stage: string]: WeightsRef }, game: AnyGame): Player[] {
  const scripted = (name: string, there: boolean = true): Player[] =>
    there ? [{ name, decoding: 'scripted', policyOn: () => createPolicy(name, config.teacher) }] : []
  const models = modelsOf(config, weights, stagesOf(config), ['sampled', 'greedy'])
  return [
    ...scripted('uniform'),
    ...scripted('random'),
    ...scripted('teacher', game.teacher?.teach !== undefined),
    ...models,
    ...scripted('greedy-1', game.expert?.lookahead !== undefined),
    ...scripted('solver', game.expert?.solver !== undefined),
  ]
}

const isOf =
  (who: Contestant) =>
  (one: Contestant): boolean =>
    one.game === who.game && one.policy === who.policy && one.decoding === who.decoding

/** What the table lacks, a game and a player at a time. Episodes are kept before the rows that sum them up. */
export async function tablePieces(options: TrainJobOptions): Promise<{ pieces: Piece[]; arrange: () => Promise<void> }> {
  const { folder, config, onEvent } = options
  const { seed } = config.evaluation
  const weights = await finishedWeights(folder)
  const all = gamesOf(config).flatMap(({ spec, episodes }) =>
    playersOf(config, weights, spec.game).map((player) => {
      const { name: policy, decoding } = player
      return { spec, episodes, player, who: { game: spec.game.id, policy, decoding } }
    }),
  )
  const placeOf = (one: Contestant): number => all.findIndex(({ who }) => isOf(one)(who))
  const results = await openRows(folder, 'results.json', resultRows, placeOf)
  const replays = await openRows(folder, 'replays.json', replayList, placeOf)
  const store = await openEpisodeStore(folder)

  const left = all.filter(({ player, who, episodes }) => {
    const isShown = player.decoding === 'scripted' || replays.rows.some(isOf(who))
    return !(results.rows.some(isOf(who)) && isShown && isWhole(store.finished(who).size, episodes))
  })
  const pieces = left.map(({ spec, episodes, player, who }): Piece => {
    const { name, decoding } = player
    const stage = `evaluate ${name}${decoding === 'scripted' ? '' : `, ${decoding}`} on ${spec.game.id}`
    return {
      name: stage,
      make: async ({ engine, index, signal }) => {
        const policy = player.policyOn(engine)
        const result = await evaluate({
          ...{ policy, decoding, specs: [spec], episodes, seed, signal, replays: policy.privileged ? 0 : REPLAYS },
          onProgress: (step, total) => onEvent?.({ type: 'progress', stage, step, total, engine: index }),
          onEpisode: (episode: EpisodeRecord) => onEvent?.({ type: 'episode', episode }),
        })
        await keepEpisodes(store, result)
        await replays.put(result.replays, isOf(who))
        await results.put(result.rows, isOf(who))
      },
    }
  })
  return { pieces, arrange: () => folder.arrangeLines(EPISODES, placeOf) }
}

/** Whether the episodes of rows that are there are all there; none at all are those of a run that was evaluated before they were kept. */
const isWhole = (there: number, episodes: number): boolean => there === 0 || there >= episodes

/** Appends the episodes that are not in the file yet. Throws EngineError if one failed: a failed model is no result. */
async function keepEpisodes(store: EpisodeStore, { episodes }: Evaluation): Promise<void> {
  const failed = episodes.find(({ problem }) => problem !== null)
  if (failed) throw new EngineError(`${failed.policy} failed in the evaluation of ${failed.game}: ${failed.problem}; go on with --resume`)
  for (const record of episodes) if (!store.finished(record).has(record.episode)) await store.keepEpisode(record)
}
