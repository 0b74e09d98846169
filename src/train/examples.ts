/** Supervised examples of the format stage and of the teacher. */
import type { ChatFormat } from '../chat.ts'
import type { Datum, Engine } from '../engine.ts'
import { formatReply, observationOf } from '../gym/index.ts'
import { type TeacherHabits, teacherDecision } from '../policies/index.ts'
import type { Observation } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { datumOf, sequencesOf, type TokenSequence } from './datums.ts'
import { type MixEntry, type StateSource, sampleState, type TrainingState } from './states.ts'

/** An observation and a whole reply to it as one sequence. Throws EngineError for what the model cannot read or write. */
export function replySequence(chat: ChatFormat, observation: Pick<Observation, 'messages'>, reply: string): TokenSequence {
  const [sequence] = sequencesOf([{ prompt: chat.prompt(observation), tokens: chat.reply(reply) }]) as [TokenSequence]
  return sequence
}

/** The datum of a reply to an observation: every token of it counts 1. */
export function replyDatum({ chat }: Pick<Engine, 'chat'>, observation: Pick<Observation, 'messages'>, reply: string): Datum {
  const sequence = replySequence(chat, observation, reply)
  return datumOf(sequence, (turn) => ({ weights: sequence.turns[turn]?.tokens.map(() => 1) ?? [] }))
}

/** The text of a supervised reply: the true perception of a state, the thought and the action given. */
function replyText({ spec, snapshot }: TrainingState, think: string, action: unknown): string {
  const { game } = spec
  const perception = game.perception.format(game.perception.of(snapshot.state))
  return formatReply({ perception, think, answer: game.answer.format(snapshot.state, action) })
}

/**
 * Format only: the picture of one state with a reply about another, unrelated one, and a random answer. What is learned is how replies
 * look; nothing about this picture can be. The stand-in for an instruct model that follows the format.
 */
export function formatExample(engine: Engine, entry: MixEntry, source: StateSource, seed: number): Datum {
  const rng = seededRng(seed, 'format')
  const shown = sampleState(entry, source, deriveSeed(seed, 'shown'))
  const other = sampleState(entry, source, deriveSeed(seed, 'told'))
  const { game } = entry.spec
  const think = game.teacher?.teach(other.snapshot.state, { blind: true }).think ?? ''
  const reply = replyText(other, think, rng.pick(game.rules.actions(other.snapshot.state)))
  return replyDatum(engine, observationOf(shown.spec, shown.snapshot), reply)
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
  return replyDatum(engine, observationOf(shown.spec, shown.snapshot), replyText(shown, think, action))
}
