/** From replies to training data: the token shift of the engine contract, supervised examples of the format stage and of the teacher. */
import type { Chunk, Datum, Engine, ModelInput } from '../engine.ts'
import { formatReply, observationOf } from '../gym/index.ts'
import { modelInputOf, type TeacherHabits, teacherDecision } from '../policies/index.ts'
import type { Observation } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { type MixEntry, type StateSource, sampleState, type TrainingState } from './states.ts'

/** Per-token lists of a reply, one entry per reply token. */
export interface ReplyLists {
  readonly weights?: readonly number[]
  readonly logprobs?: readonly number[]
  readonly advantages?: readonly number[]
}

const lengthOf = (chunk: Chunk): number => (chunk.type === 'image' ? chunk.expectedTokens : chunk.tokens.length)

/** Picture, prompt and reply as one sequence. `before`: tokens in front of the reply. */
export function replyInput(engine: Engine, observation: Observation, tokens: readonly number[]): { input: ModelInput; before: number } {
  const { chunks } = modelInputOf(engine, observation)
  const before = chunks.reduce((sum, chunk) => sum + lengthOf(chunk), 0)
  return { input: { chunks: [...chunks, { type: 'encoded_text', tokens }] }, before }
}

/** The datum of a reply to an observation: zeros over picture and prompt, then the lists over the reply, shifted by one. */
export function replyDatum(engine: Engine, observation: Observation, tokens: readonly number[], lists: ReplyLists): Datum {
  const { input, before } = replyInput(engine, observation, tokens.slice(0, -1))
  const padded = (list: readonly number[]): number[] => [...new Array<number>(before - 1).fill(0), ...list]
  const lossInputs: Record<string, number[]> = { targetTokens: padded(tokens) }
  for (const [name, list] of Object.entries(lists)) if (list) lossInputs[name] = padded(list)
  return {
    modelInput: input,
    lossInputs: lossInputs as unknown as Datum['lossInputs'],
  }
}

/** Tokens of a supervised reply: perception and thought of `seen`, the action given. */
function replyTokens(engine: Engine, { spec, snapshot }: TrainingState, think: string, action: unknown): number[] {
  const { game } = spec
  const perception = game.perception.format(game.perception.of(snapshot.state))
  return engine.tokenizer.encode(formatReply({ perception, think, answer: game.answer.format(snapshot.state, action) }))
}

/**
 * Format only: the picture of one state with a reply about another, unrelated one, and a random answer. What is learned is how replies
 * look; nothing about this picture can be. The stand-in for an instruct model that follows the format.
 */
export function formatExample(engine: Engine, entry: MixEntry, source: StateSource, seed: number): Datum {
  const rng = seededRng(seed, 'format')
  const shown = sampleState(entry, source, deriveSeed(seed, 'shown'))
  const told = sampleState(entry, source, deriveSeed(seed, 'told'))
  const { game } = entry.spec
  const think = game.teacher?.teach(told.snapshot.state, { blind: true }).think ?? ''
  const tokens = replyTokens(engine, told, think, rng.pick(game.rules.actions(told.snapshot.state)))
  return replyDatum(engine, observationOf(shown.spec, shown.snapshot), tokens, { weights: tokens.map(() => 1) })
}

/** Perception-enhanced cold start: the true perception in front of what the scripted teacher, told the true board, thinks and does. */
export function teacherExample(engine: Engine, entry: MixEntry, source: StateSource, teacher: TeacherHabits, seed: number): Datum {
  const rng = seededRng(seed, 'teacher')
  const shown = sampleState(entry, source, deriveSeed(seed, 'shown'))
  const { game } = shown.spec
  const { state } = shown.snapshot
  const { think, action } = game.teacher
    ? teacherDecision(game, state, teacher, rng)
    : { think: '', action: rng.pick(game.rules.legalActions(state)) }
  const tokens = replyTokens(engine, shown, think, action)
  return replyDatum(engine, observationOf(shown.spec, shown.snapshot), tokens, { weights: tokens.map(() => 1) })
}
