/**
 * The game contract. A game is pure and isomorphic: rules on plain data; no Node, DOM, clock, `Math.random` or fonts. It has facets: rules,
 * picture, perception, answer and text are in every game; the others may be left out.
 *
 *     const state = game.rules.init(config, 7)                         // plain JSON, generator state included
 *     const { state: next, reward, legal } = game.rules.step(state, game.rules.legalActions(state)[0])
 *     game.answer.parse(game.answer.format(state, action), state)      // -> { action }
 *
 * An author writes a `GameDefinition`; `defineGame` (games/define-game.ts) makes a `Game` of it and adds the laws that hold for all.
 * Implementations: src/games/<id>/. The registry: src/games/registry.ts. Conformance: `checkGame` in src/testing.
 * Beside it: game-presets.ts (levels, presets, how play is counted) and game-play.ts (help for a person at a terminal).
 */
import type { PlayAids } from './game-play.ts'
import type { GamePreset, Levels } from './game-presets.ts'
import type { Rng } from './rng.ts'
import type { Scene, Skin, Theme } from './scene.ts'
import type { Schema } from './schema.ts'

/** What happened in one step, for feedback, logs and replay. `kind` is from the game's own list; the rest is plain JSON. */
export interface GameEvent {
  readonly kind: string
  readonly [field: string]: unknown
}

/** Result of one step. `reward` is the environment reward of the paper (not the training reward). */
export interface StepResult<S> {
  readonly state: S
  readonly reward: number
  readonly legal: boolean
  readonly terminated: boolean
  readonly events: readonly GameEvent[]
}

/** What a reply's action came to. `unreadable`: no action could be parsed. */
export interface ActionOutcome {
  readonly kind: 'played' | 'illegal' | 'unreadable'
  readonly reward: number
}

/** Labels in rows and columns, row-major: `cells[row][column]`. */
export interface Grid {
  readonly rows: number
  readonly columns: number
  readonly cells: readonly (readonly string[])[]
}

/** A knob's axis: what it makes harder. */
export type Axis = 'perception' | 'reasoning' | 'horizon'

/** Documentation of one config field. */
export interface Knob {
  readonly axis: Axis
  readonly summary: string
}

/** Expert's opinion of one action; larger is better; scores of one state are comparable with each other only. */
export interface ScoredAction<A> {
  readonly action: A
  readonly score: number
}

/**
 * Other spellings of answers and cells, for the lenient column of evaluations alone: play, training and all other scores keep to the strict
 * grammars. Keys in lower case.
 */
export interface Spellings {
  /** Word -> the answer that it means: { up: '0' }. */
  readonly answers?: { readonly [word: string]: string }
  /** What stands in a cell -> the label that it means: { '0': '_' }; '' for a cell with nothing in it. No key is a label itself. */
  readonly cells?: { readonly [text: string]: string }
}

/** Outcome of reading an answer. `reason` is a sentence for people and logs. */
export type ParsedAction<A> = { readonly action: A } | { readonly reason: string }

/** 'full': rules, actions and reply format in sentences, for real VLMs. 'brief': a few tokens, for the embedded engine. */
export type PromptStyle = 'full' | 'brief'

/** A decision with the reasoning that leads to it, as text for `<think>`. */
export interface Thought<A> {
  readonly think: string
  readonly action: A
}

/** A statement in a text of thoughts: characters start (inclusive) to end (exclusive), and whether it is true of the state. */
export interface Statement {
  readonly start: number
  readonly end: number
  readonly holds: boolean
}

/** A scripted teacher's habits: see the game's own documentation for what its blind spots are. */
export interface TeacherOptions {
  /** Systematic blind spots on or off. */
  readonly blind: boolean
}

/** What the author of a game writes of its rules; `defineGame` makes `Rules` of it. */
export interface RulesDefinition<S, A, C> {
  /** A fresh state. Equal config and seed give an equal state on every platform. seed: any safe integer. */
  init(config: C, seed: number): S
  configOf(state: S): C
  /** Schema of a state, invariants included: judges states from outside. Its issues name the field and the reason. */
  readonly state: Schema<S>
  /** Schema of an event: judges those from outside. Absent: any plain object with a kind, whose texts are short names such as 'no-run'. */
  readonly event?: Schema<GameEvent>
  /** The same state with its chance replaced by the stream of `seed` (for independent chance within a group). */
  reseed(state: S, seed: number): S
  /** All actions of the grammar on this state's board, legal or not, in a fixed order. */
  actions(state: S): readonly A[]
  /** The legal ones, in the order of `actions`. Empty once terminated. */
  legalActions(state: S): readonly A[]
  terminated(state: S): boolean
  /**
   * For speed: the game ends only where no action is legal, so its own step refuses every action then, and `terminated` is asked after refused
   * moves alone. Absent: it is asked before every move.
   */
  readonly endsWhenStuck?: true
  /** Whether the game has been won; null where the config has nothing to win. Absent: the game has no winning, only points. */
  won?(state: S): boolean | null
  /** One move; never asked for after the end. Never mutates. An illegal action leaves board and chance alone. */
  step(state: S, action: A): StepResult<S>
}

/** Rules with the laws that hold for every game. */
export interface Rules<S, A, C> extends RulesDefinition<S, A, C> {
  /** One move. After the end nothing moves: reward 0, legal false, and the event { kind: 'refused', reason: 'ended', action }. */
  step(state: S, action: A): StepResult<S>
  /** Validates a state from outside by the schema and copies it. Throws StateError with the field and the reason. */
  parseState(value: unknown): S
  /** What an unreadable reply does: the board stays; reward -1, after the end 0; the event { kind: 'unreadable' }. */
  unreadable(state: S): StepResult<S>
}

/** How a section of a reply is written, for the full prompt. */
export interface SectionLayout {
  /** Stands between the tags of the shown layout; lines are separated by '\n'. */
  readonly example: string
  /** What to write: the sentence goes on after 'In <perception>, ' or 'In <answer>, ' and has no full stop. */
  readonly how: string
}

/**
 * What there is to see. P: what is true of a picture: a grid of labels (see `gridPerception`), objects with positions, a graph, numbers.
 * Plain JSON.
 */
export interface PerceptionFacet<S, C, P> {
  /** The truth of a state. */
  of(state: S): P
  /** The canonical text. */
  format(perception: P): string
  /** Reads a model's own text back; null for a text outside the grammar. `parse(format(p))` is p. */
  parse(text: string): P | null
  /** How far a read perception agrees with the true one, 0..1; 1 if and only if they are equal. */
  agreement(truth: P, read: P): number
  layout(config: C): SectionLayout
  /** The perception as a grid of labels. Absent: the perception is no grid, and counts by cell are left out. */
  grid?(perception: P): Grid
  /**
   * The parts of a text in its order, each with whether it is true: the k-th of two readable texts speak about the same thing. Unreadable text
   * has none. Absent: all words of a perception answer for the whole of it.
   */
  judge?(truth: P, text: string): readonly Statement[]
  /**
   * The state with another board: the one that a perception tells of; null where it cannot be one of this config. For thoughts and moves about
   * a board as it was told, so it need not keep the invariants of `rules.state`. Absent: training makes no examples with misread boards.
   */
  told?(state: S, perception: P): S | null
}

/** How actions are written and read. */
export interface AnswerFacet<S, A, C> {
  format(state: S, action: A): string
  /** One strict grammar; surrounding white space is free, nothing else is. */
  parse(text: string, state: S): ParsedAction<A>
  layout(config: C): SectionLayout
  /** Absent: answers and cells have one spelling each. */
  readonly spellings?: Spellings
}

/** What feedback is made of: the last step; null before the first. */
export type FeedbackStep<S> = Pick<StepResult<S>, 'legal' | 'events'> | null

/** Prompts and feedback for vision-language models, in sentences. */
export interface TextFacet<S, C> {
  /** Goal, rules and actions. The layout of a reply is not part of it: the gym adds it. `skin`: only where tiles show symbols to be explained. */
  rules(config: C, skin?: Skin): string
  /** Feedback on the last step: a sentence; '' when there is nothing to say and before the first step. */
  feedback(result: FeedbackStep<S>): string
}

/** Prompts and feedback for the embedded engine, in few words of a closed lexicon. Absent: the game is played by other models only. */
export interface EmbeddedFacet<S, C> {
  prompt(config: C): string
  /** Always exactly one word of the lexicon, so that prompts keep their length. */
  feedback(result: FeedbackStep<S>): string
  /**
   * The words of the embedded engine's tokenizer for this config: every brief prompt, feedback, perception, thought and answer of the game
   * must be a concatenation of them (white space belongs to the words).
   */
  lexicon(config: C): readonly string[]
}

/** Who knows good moves. */
export interface ExpertFacet<S, A> {
  /** Scores of the legal actions, best first; deterministic. `depth`: look-ahead in own moves, 1 or more. */
  solver(state: S, depth?: number): readonly ScoredAction<A>[]
  /** Expected points of each legal action over `plies` own moves (the first included) with best play for points; best first. */
  lookahead?(state: S, plies: number): readonly ScoredAction<A>[]
}

/** What the author of a game writes of its scripted teacher. */
export interface TeacherDefinition<S, A> {
  /** True thoughts; the decision is blind in documented ways when `blind`. Deterministic; slips are the policy's. */
  teach(state: S, options: TeacherOptions): Thought<A>
  /** The statements of a text in its order: the k-th of two readable texts speak about the same thing. Unreadable text has none. */
  judge(state: S, think: string): readonly Statement[]
  /** See `TeacherFacet`. Absent: counted from `judge`. Written for speed alone; `checkGame` compares the two. */
  share?(state: S, think: string): number
}

/** The scripted teacher, and the judge of thoughts. */
export interface TeacherFacet<S, A> extends TeacherDefinition<S, A> {
  /** True statements of a text, divided by all statements that the teacher's own thoughts make: 0..1; unreadable text is 0. */
  share(state: S, think: string): number
}

/** What is no different in a definition and in a game. S: state, A: action, C: config, P: perception. All four are plain JSON. */
interface Described<S, A, C, P> {
  readonly id: string
  readonly title: string
  readonly summary: string
  /** Raised when rules or texts change so that old states or runs no longer mean the same. */
  readonly version: number
  /** What kind of game it is, for lists: 'tiles', 'match'. */
  readonly tags?: readonly string[]
  /** Every field has a default; unknown keys are refused. */
  readonly config: Schema<C>
  readonly knobs: { readonly [field: string]: Knob }
  draw(state: S, skin: Skin, theme: Theme): Scene
  readonly perception: PerceptionFacet<S, C, P>
  readonly answer: AnswerFacet<S, A, C>
  readonly text: TextFacet<S, C>
  readonly embedded?: EmbeddedFacet<S, C>
  readonly expert?: ExpertFacet<S, A>
  /** Absent: the default config at every level, and the horizons of gym/difficulty.ts. */
  readonly levels?: Levels<C>
  /** Named ways of playing: 'paper' are published settings, 'laptop' what the training preset of that name plays. */
  readonly presets?: { readonly [name: string]: GamePreset<C> }
  /** For people at a terminal (`vlm-gym play`). */
  readonly play?: PlayAids<A, C, S>
  /**
   * Named ways of answering by chance alone, apart from the uniform ones that every game has: the text of an answer, which need not be
   * readable. The policy of that name plays them.
   */
  readonly draws?: { readonly [name: string]: (state: S, rng: Rng) => string }
  /** A state with a board drawn without regard to play, for training perception evenly; may be unreachable by play but is valid. */
  scatter?(config: C, seed: number): S
  /** The config with things that training never shows (pictures of another split) in place of those that it shows; null if there are none. */
  heldOut?(config: C): C | null
}

/** What the author of a game writes; see `defineGame`. */
export interface GameDefinition<S, A, C, P> extends Described<S, A, C, P> {
  readonly rules: RulesDefinition<S, A, C>
  readonly teacher?: TeacherDefinition<S, A>
}

/** A game as shared code holds it. */
export interface Game<S = unknown, A = unknown, C = unknown, P = unknown> extends Described<S, A, C, P> {
  readonly rules: Rules<S, A, C>
  readonly teacher?: TeacherFacet<S, A>
}

/** A game whose types are erased, as the registry and shared code hold it. What its perception is made of only `perception.grid` tells. */
// biome-ignore lint/suspicious/noExplicitAny: erased on purpose; a game only ever meets its own states and actions
export type AnyGame = Game<any, any, any, unknown>
