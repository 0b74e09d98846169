/** Supervised examples of the format stage and of the teacher. */
import type { ChatFormat } from '../chat.ts'
import type { Datum, Engine } from '../engine.ts'
import { GameError } from '../errors.ts'
import type { AnyGame, Thought } from '../game.ts'
import { formatReply, observationOf, parseReply } from '../gym/index.ts'
import { type TeacherHabits, teacherDecision } from '../policies/index.ts'
import type { Observation } from '../policy.ts'
import { randomThemeName } from '../render/index.ts'
import { deriveSeed, type Rng, seededRng } from '../rng.ts'
import type { Balance } from './config.ts'
import { sectionWeights } from './credit.ts'
import { datumOf, sequencesOf, type TokenSequence } from './datums.ts'
import { type MixEntry, type StateSource, sampleState, type TrainingState } from './states.ts'

/** An observation and a whole reply to it as one sequence. Throws EngineError for what the model cannot read or write. */
export function replySequence(chat: ChatFormat, observation: Pick<Observation, 'messages'>, reply: string): TokenSequence {
  const [sequence] = sequencesOf([{ prompt: chat.prompt(observation), tokens: chat.reply(reply) }]) as [TokenSequence]
  return sequence
}

/** An observation and the reply to it that is to be learned. */
export interface Example {
  readonly observation: Pick<Observation, 'messages' | 'prefix'>
  readonly reply: string
}

/** The datum of an example: every token of its reply counts alike, or with 'section' every section does; 1 on average. */
export function replyDatum({ chat }: Pick<Engine, 'chat'>, { observation, reply }: Example, balance: Balance = 'token'): Datum {
  const sequence = replySequence(chat, observation, reply)
  return datumOf(sequence, (turn) => {
    const tokens = sequence.turns[turn]?.tokens ?? []
    if (balance === 'token') return { weights: tokens.map(() => 1) }
    const { text, ends } = chat.read(tokens)
    return { weights: sectionWeights({ text, parsed: parseReply(text), ends }) }
  })
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
export function formatExample(entry: MixEntry, source: StateSource, seed: number): Example {
  const rng = seededRng(seed, 'format')
  const shown = sampleState(entry, source, deriveSeed(seed, 'shown'))
  const other = sampleState(entry, source, deriveSeed(seed, 'told'))
  const { game } = entry.spec
  const think = game.teacher?.teach(other.snapshot.state, { blind: true }).think ?? ''
  const reply = replyText(other, think, rng.pick(game.rules.actions(other.snapshot.state)))
  return { observation: observationOf(shown.spec, shown.snapshot), reply }
}

/** What the examples of the base are like. Shares 0..1. */
export interface BaseHabits {
  /** Random themes of its pictures; the theme that is played in is never among them. */
  readonly skins: number
  /** Share of the cells of a caption that are named after another cell of the board. */
  readonly labelNoise: number
  /** Share of examples whose board is told in words, with a grey picture. */
  readonly told: number
  /** Share of answers that act on the thoughts. */
  readonly insight: number
  /** Share of answers that are a random move, legal on the board as it was said; the rest are any action. */
  readonly legal: number
}

/** The themes of the base: random ones, without the one that is played in. The named themes stay unseen. */
export function baseThemes(played: string, { skins }: Pick<BaseHabits, 'skins'>): string[] {
  const themes = Array.from({ length: skins + 1 }, (_, i) => randomThemeName(i))
  return themes.filter((theme) => theme !== played).slice(0, skins)
}

/** Draws that are tried for one example before its game is found to have no thoughts. */
const ATTEMPTS = 64

/**
 * What a model knows that was trained on pictures and texts in general: the picture of a board in another theme than the one that is played in,
 * a caption of it with some cells misnamed, thoughts that are true of the board as the caption says it, and a weak answer. Or the board is told
 * in words, the picture is grey, and thoughts and answer alone are learned. The stand-in for an instruct model: no teacher, no reward, no
 * picture of the theme that is played in.
 */
export function captionExample(entry: MixEntry, source: StateSource, habits: BaseHabits, seed: number): Example {
  const rng = seededRng(seed, 'caption')
  const { game, skin } = entry.spec
  const theme = rng.pick(baseThemes(skin.theme, habits))
  const told = rng.real() < habits.told
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { spec, snapshot } = sampleState(entry, source, deriveSeed(seed, 'shown', attempt))
    const said = told ? snapshot.state : misread(game, snapshot.state, habits.labelNoise, rng)
    const thought = thoughtAbout(game, said)
    if (thought === null) continue
    const perception = game.perception.format(game.perception.of(said))
    const action = weakAction(game, said, thought.action, habits, rng)
    const reply = formatReply({ perception, think: thought.think, answer: game.answer.format(said, action) })
    const observation = observationOf({ ...spec, skin: { ...spec.skin, theme }, mode: told ? 'caption' : 'image' }, snapshot)
    return { observation, reply: reply.slice(observation.prefix?.length ?? 0) }
  }
  throw new GameError(`${game.id}: no board with thoughts was found in ${ATTEMPTS} draws; choose other settings for the base`)
}

/** The state with some cells of its board misread: each with probability `noise` as another cell of the board. */
function misread({ perception }: AnyGame, state: unknown, noise: number, rng: Rng): unknown {
  const truth = perception.of(state)
  const grid = perception.grid?.(truth)
  if (grid === undefined || perception.told === undefined || noise === 0) return state
  const labels = grid.cells.flat()
  const cells = grid.cells.map((row) => row.map((label) => (rng.real() < noise ? rng.pick(labels) : label)))
  return perception.told(state, { ...grid, cells }) ?? state
}

/** True thoughts about a board and the action that follows from them; null where there are none, as on a board without a move. */
function thoughtAbout({ teacher }: AnyGame, state: unknown): Thought<unknown> | null {
  if (teacher === undefined) return { think: '', action: null }
  try {
    return teacher.teach(state, { blind: false })
  } catch (error) {
    if (error instanceof GameError) return null
    throw error
  }
}

function weakAction({ rules, teacher }: AnyGame, said: unknown, insight: unknown, habits: BaseHabits, rng: Rng): unknown {
  const draw = rng.real()
  if (draw < habits.insight && teacher !== undefined) return insight
  const legal = draw < habits.insight + habits.legal ? rules.legalActions(said) : []
  return rng.pick(legal.length > 0 ? legal : rules.actions(said))
}

/** Perception-enhanced cold start: the true perception in front of what the scripted teacher, told the true board, thinks and does. */
export function teacherExample(entry: MixEntry, source: StateSource, teacher: TeacherHabits, seed: number): Example {
  const rng = seededRng(seed, 'teacher')
  const shown = sampleState(entry, source, deriveSeed(seed, 'shown'))
  const { game } = shown.spec
  const { state } = shown.snapshot
  const { think, action } = game.teacher
    ? teacherDecision(game, state, teacher, rng)
    : { think: '', action: rng.pick(game.rules.legalActions(state)) }
  return { observation: observationOf(shown.spec, shown.snapshot), reply: replyText(shown, think, action) }
}
