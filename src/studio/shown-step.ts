/** A step of an episode as the page shows it: what was seen, said, meant and true. Plain JSON. */
import type { AnyGame, Statement } from '../game.ts'
import { gridOf } from '../games/shared/grid-perception.ts'
import {
  type EnvSpec,
  type EpisodeStep,
  encodeState,
  expertScores,
  type LastStep,
  perceptionPartsOf,
  type ReplyReading,
  type ReplyScore,
  regretOf,
  statementsOf,
} from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import type { Reply, Usage } from '../policy.ts'

/** What of an episode or a step went wrong, or what became of it. */
export type Mark = 'failed' | 'unreadable' | 'illegal' | 'misread' | 'worse' | 'going' | 'kept' | 'dropped' | 'group' | 'flat'

/** Rows of labels; of a perception that is no grid its text, a line a row. */
export type Cells = readonly (readonly string[])[]

/** What a reply of training was worth, section by section and added up: its reward, and that against the other replies of its group. */
export interface Worth {
  readonly rewards: { readonly perception: number; readonly think: number; readonly answer: number }
  readonly advantages: Worth['rewards']
  readonly reward: number
  readonly advantage: number
}

/** A reply to a state. Places are UTF-16 code units of `reply`. */
export interface ShownStep {
  readonly marks: readonly Mark[]
  /** Address of the picture; `sent`: it is the one that was sent, not the same board drawn larger. */
  readonly picture: string
  readonly sent: boolean
  /** Address of the same board without a frame, and its cells; null where the perception is no grid. */
  readonly board: { readonly picture: string; readonly rows: number; readonly columns: number } | null
  readonly prompt: string
  /** What stood before the prompt; null if nothing. */
  readonly before: string | null
  readonly reply: string
  /** Parts of the perception, and statements of the thoughts, each with whether it is true. */
  readonly parts: readonly Statement[]
  readonly thoughts: readonly Statement[]
  readonly truth: Cells
  /** Null where the perception cannot be read. */
  readonly read: Cells | null
  readonly action: string | null
  readonly outcome: string
  readonly problem: string | null
  readonly reward: number
  readonly regret: number | null
  /** The expert's best moves, best first; none where there is no expert. */
  readonly best: readonly { readonly action: string; readonly score: number }[]
  readonly usage: Usage | null
  readonly finish: string | null
  readonly assembly: string | null
  /** What the server kept apart as thoughts. */
  readonly reasoning: string | null
  /** Token of the state; null where it was not kept. */
  readonly token: string | null
  /** In a group of training; else null. */
  readonly worth: Worth | null
}

/** An episode in the list. */
export interface ListedEpisode {
  /** Names it among the episodes of its folder. */
  readonly key: string
  readonly game: string
  readonly policy: string
  readonly decoding: string
  readonly seed: number | null
  readonly steps: number
  readonly points: number | null
  readonly marks: readonly Mark[]
  /** Mean of its moves; null without an expert. */
  readonly regret: number | null
  readonly cost: number | null
  /** Mean of its replies. */
  readonly seconds: number | null
  readonly problem: string | null
  /** Of a group of training: its step, and the mean reward of its replies; else absent. */
  readonly training?: { readonly step: number; readonly reward: number }
}

/** The board of an episode as it stands, or after a reply of training. */
export interface WallBoard {
  /** Names its place on the wall. */
  readonly key: string
  /** The episode and the step that it leads to. */
  readonly episode: string
  readonly at: number
  readonly game: string
  /** Of the state. */
  readonly token: string
  readonly theme: string
  readonly steps: number
  /** What the last reply came to. */
  readonly last: 'gain' | 'fine' | 'refused' | 'failed' | null
  readonly over: boolean
}

/** Boards that have changed, and the mark to ask for what changes after them. */
export interface WallNews {
  readonly mark: number
  readonly boards: readonly WallBoard[]
}

/** An episode with its steps. */
export interface ShownEpisode {
  readonly key: string
  readonly steps: readonly ShownStep[]
  /** What there is to say of what is missing; null if nothing is. */
  readonly note: string | null
  /** Whether the steps are replies to one state, compared with each other. Default: they follow on from one another. */
  readonly group?: boolean
}

/** Moves of the expert that are listed. */
const LISTED = 5

/** Cells of a perception. */
export function cellsOf({ perception }: AnyGame, seen: unknown): Cells {
  const rows = perception.grid?.(seen).cells
  return (
    rows ??
    perception
      .format(seen)
      .split('\n')
      .map((line) => [line])
  )
}

/** What went wrong with a reply. `sees`: whether whoever replied looks at the picture. */
export function marksOf(score: ReplyScore, regret: number | null, sees: boolean): Mark[] {
  if (score.boundary === 'endpoint' || score.boundary === 'engine') return ['failed']
  return [
    ...(score.outcome === 'played' ? [] : [score.outcome]),
    ...(sees && score.perceptionExact === 0 ? (['misread'] as const) : []),
    ...(regret !== null && regret > 1e-6 ? (['worse'] as const) : []),
  ]
}

/** What a step is made of. */
export interface StepFacts {
  readonly spec: EnvSpec
  readonly state: unknown
  readonly last: LastStep
  readonly prompt: string
  readonly before: string | null
  readonly reply: Reply
  /** The text that was read; that of the reply unless it was mended. */
  readonly text: string
  readonly score: ReplyScore
  readonly read: ReplyReading
  readonly reward: number
  readonly sees: boolean
  /** Address of its pictures, without '.png'. */
  readonly picture: string
}

export function shownStep(facts: StepFacts): ShownStep {
  const { spec, state, last, prompt, before, reply, text, score, read, reward, sees, picture } = facts
  const { game } = spec
  const grid = gridOf(game, state)
  const scores = expertScores(game, state, 'solver')
  const regret = regretOf(score, scores)
  const best = [...(scores ?? [])].map(([action, value]) => ({ action, score: value })).sort((a, b) => b.score - a.score)
  return {
    marks: marksOf(score, regret, sees),
    picture: `${picture}.png`,
    sent: true,
    board: grid && { picture: `${picture}-board.png`, rows: grid.rows, columns: grid.columns },
    ...{ prompt, before, reply: text },
    parts: perceptionPartsOf(game, state, text, read),
    thoughts: statementsOf(game, state, text, read),
    truth: cellsOf(game, game.perception.of(state)),
    read: read.perception === null ? null : cellsOf(game, read.perception),
    ...{ action: score.action, outcome: score.outcome, problem: score.problem, reward, regret, best: best.slice(0, LISTED) },
    ...{
      usage: reply.usage ?? null,
      finish: reply.finish ?? null,
      assembly: reply.assembly ?? null,
      reasoning: reply.raw?.reasoning ?? null,
    },
    token: encodeState(game, state, last),
    worth: null,
  }
}

/** The facts of a step that was played. */
export function factsOf(
  spec: EnvSpec,
  step: EpisodeStep,
  last: LastStep,
  more: { readonly sees: boolean; readonly picture: string },
): StepFacts {
  const { observation, reply, state, read } = step
  const earlier = observation.messages.filter(({ role }) => role === 'assistant').length
  const before =
    earlier === 0
      ? null
      : `${earlier} earlier ${earlier === 1 ? 'exchange' : 'exchanges'} (worked examples and turns of this game) stood before it`
  const { score, reward } = step.step
  return { spec, state, last, prompt: promptOf(observation), before, reply, text: reply.text, score, read, reward, ...more }
}
