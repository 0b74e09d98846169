/** Episodes to look at: a few evenly spread steps of a trajectory, with pictures drawn large. */
import { drawPng, type EnvSpec, expertScores, type ReplyReading, regretOf, type Trajectory, type TrajectoryStep } from '../gym/index.ts'
import type { Replay } from '../runs/index.ts'

/** Steps kept of an episode. */
const REPLAY_STEPS = 15
/** Side of a tile in a replay's picture, pixels. */
const REPLAY_TILE = 48

/** A step as it was played; `state` is that before the reply. */
export interface ReplayMoment {
  readonly state: unknown
  readonly step: TrajectoryStep
  readonly read: ReplyReading
  readonly prompt: string
}

/** Indices 0..length-1, at most `count`, evenly spread, the first and the last among them. */
export function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i)
  return Array.from({ length: count }, (_, k) => Math.round((k * (length - 1)) / (count - 1)))
}

/** A replay of an episode's moments. The picture is the state anew in the skin of the spec, not the policy's own small frame. */
export function replayOf(spec: EnvSpec, trajectory: Trajectory, moments: readonly ReplayMoment[], decoding: string): Replay {
  const kept = spread(moments.length, REPLAY_STEPS).map((i) => moments[i] as ReplayMoment)
  return {
    game: trajectory.game,
    policy: trajectory.policy,
    decoding,
    seed: trajectory.seed,
    return: trajectory.score,
    steps: kept.map((moment) => replayStep(spec, moment)),
  }
}

/** The cells of a grid; of another perception its text, a cell a line. */
function cellsOf({ perception }: EnvSpec['game'], seen: unknown): string[][] {
  const rows = perception.grid?.(seen).cells
  return (
    rows?.map((row) => [...row]) ??
    perception
      .format(seen)
      .split('\n')
      .map((line) => [line])
  )
}

function replayStep({ game, skin }: EnvSpec, { state, step, read: { perception: read }, prompt }: ReplayMoment): Replay['steps'][number] {
  const { action, outcome, problem } = step.score
  const png = drawPng(game, state, { ...skin, tile: REPLAY_TILE, layout: 'board' })
  return {
    picture: `data:image/png;base64,${Buffer.from(png).toString('base64')}`,
    prompt,
    reply: step.reply,
    truth: cellsOf(game, game.perception.of(state)),
    read: read === null ? null : cellsOf(game, read),
    action,
    outcome,
    problem,
    reward: step.reward,
    regret: regretOf(step.score, expertScores(game, state, 'solver')),
  }
}
