/**
 * The game contract. A game is pure and isomorphic: rules on plain data; no Node, DOM, clock, `Math.random` or fonts.
 *
 *     const state = game.init(config, 7)                         // plain JSON, generator state included
 *     const { state: next, reward, legal } = game.step(state, game.legalActions(state)[0])
 *     game.parseAction(game.formatAction(state, action), state)  // -> { action }
 *
 * Implementations: src/games/<id>/. The registry: src/games/index.ts. Conformance: `checkGame` in src/testing.
 */
import type * as z from 'zod'
import type { Rng } from './rng.ts'
import type { Color, Scene, Skin, Theme } from './scene.ts'

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

/** What a reply's action came to; the input of `trainingReward`. `unreadable`: no action could be parsed. */
export interface ActionOutcome {
  readonly kind: 'played' | 'illegal' | 'unreadable'
  readonly reward: number
}

/** Ground truth of a picture of a grid: a label per cell, row-major, `cells[row][column]`. */
export interface Perception {
  readonly rows: number
  readonly columns: number
  readonly cells: readonly (readonly string[])[]
}

/** A perception with its canonical text, line by line; line i is row i of the cells. */
export interface WrittenPerception {
  readonly perception: Perception
  readonly lines: readonly string[]
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

/**
 * Levels of difficulty 0 (easiest) to 5 on the axes that a game knows of; six entries each, every one harder than the one before in what
 * test/difficulty.test.ts measures. `difficulty` of gym/difficulty.ts lays perception and reasoning over the config's defaults, in this order.
 */
export interface Levels<C> {
  /** Knobs of what there is to tell apart; the skin's levels (SKIN_LEVELS) come on top. */
  readonly perception: readonly Partial<C>[]
  /** Knobs of the rules and the board. */
  readonly reasoning: readonly Partial<C>[]
  /** Moves a game. */
  readonly horizon: readonly number[]
  /** Settles what two levels together would make invalid (more kinds than pairs). States which of the two gives way. */
  fit?(config: C): C
}

/** A result that others report, to stand beside one's own. */
export interface KnownResult {
  /** Who played: a model, or one of this project's policies by its name. */
  readonly player: string
  /** 'published': in the paper. 'measured': play of the paper's own code, run and counted by this project. */
  readonly source: 'published' | 'measured'
  /** Replies an episode. */
  readonly horizon: number
  /** Mean over episodes of what the protocol counts. */
  readonly mean: number
  /** Standard error of the mean; null where none is known. */
  readonly error: number | null
}

/** How whole games under a preset are played and counted, and what is known of play under it. Plain JSON. */
export interface Protocol {
  /** An ended game is followed by a fresh one, and the count goes on until the horizon. */
  readonly restart: boolean
  /** Result of an episode: the sum of its positive environment rewards, or the number of its legal moves. */
  readonly counts: 'points' | 'legal moves'
  /** What that is, for people: 'pairs removed'. */
  readonly unit: string
  /** Episodes behind a published mean. */
  readonly published: number
  /** Policies that play when none is named: chance in its variants. Name -> a few words on what it is. */
  readonly anchors: { readonly [policy: string]: string }
  readonly results: readonly KnownResult[]
}

/** A named way of playing: knobs over the defaults, and moves a game. */
export interface GamePreset<C> {
  readonly config: Partial<C>
  readonly horizon: number
  /** Absent: the preset says what is played, and leaves the counting open. */
  readonly protocol?: Protocol
}

/** How a person sees a cell at a terminal. */
export interface CellLook {
  /** What stands in the cell, a few characters; '' for an empty cell. */
  readonly text: string
  /** The same in ASCII, for terminals without Unicode. Default: `text`. */
  readonly ascii?: string
  /** Put before the text where there are no colours, for cells that colour alone tells apart: 'r' for red. ASCII. */
  readonly mark?: string
  readonly fill: Color
  readonly ink: Color
}

/** An action that a single key plays. */
export interface PlayKey<A> {
  /** 'up', 'right', 'down' and 'left' are the arrow keys; all others are one printable character, but none of u, n, h, ? and q. */
  readonly keys: readonly string[]
  /** What the action does, for people: 'up'. May be typed too. */
  readonly name: string
  readonly action: A
}

/** What helps a person to play at a terminal. Every field may be left out; a game that declares none is played by typed answers. */
export interface PlayAids<A, C> {
  /** The rules for a person, a paragraph a line. Nothing about replies to a model, and nothing about keys, which `play` adds. */
  rules?(config: C): string
  readonly keys?: readonly PlayKey<A>[]
  /** For answers that name cells: how many, and the answer for cells picked in that order, 0-based from the top left. */
  readonly pick?: { readonly cells: number; answer(cells: readonly (readonly [row: number, column: number])[]): string }
  /** The look of a cell by its label in the perception. Absent: the label, on the commonest colour of the cell's picture. */
  look?(label: string, theme: Theme): CellLook
}

/** S: state, A: action, C: config. All three are plain JSON. */
export interface Game<S = unknown, A = unknown, C = unknown> {
  readonly id: string
  readonly title: string
  readonly summary: string
  /** Raised when rules or texts change so that old states or runs no longer mean the same. */
  readonly version: number
  /** Every field has a default; unknown keys are refused. */
  readonly config: z.ZodType<C>
  readonly knobs: { readonly [field: string]: Knob }
  /** Absent: the default config at every level, and the horizons of gym/difficulty.ts. */
  readonly levels?: Levels<C>
  /** 'laptop': what the training preset of that name plays. 'paper': the published settings. Absent: the default config. */
  readonly presets?: { readonly laptop: GamePreset<C>; readonly paper: GamePreset<C> }
  /** For people at a terminal (`vlm-gym play`). */
  readonly play?: PlayAids<A, C>

  /** A fresh state. Equal config and seed give an equal state on every platform. seed: any safe integer. */
  init(config: C, seed: number): S
  configOf(state: S): C
  /**
   * Named ways of answering by chance alone, apart from the uniform ones that every game has: the text of an answer, which need not be
   * readable. The policy of that name plays them.
   */
  readonly draws?: { readonly [name: string]: (state: S, rng: Rng) => string }

  /** Validates a state from outside, invariants included. Throws StateError. */
  parseState(value: unknown): S
  /** The same state with its chance replaced by the stream of `seed` (for independent chance within a group). */
  reseed(state: S, seed: number): S

  /** All actions of the grammar on this state's board, legal or not, in a fixed order. */
  actions(state: S): readonly A[]
  /** The legal ones, in the order of `actions`. Empty once terminated. */
  legalActions(state: S): readonly A[]
  terminated(state: S): boolean
  /** Whether the game has been won; null where the config has nothing to win. Absent: the game has no winning, only points. */
  won?(state: S): boolean | null
  /** Never mutates. An illegal action leaves board and chance alone. After the end: no-op, reward 0, legal false. */
  step(state: S, action: A): StepResult<S>
  /** What an unreadable reply does: the board stays; the paper's reward for it. */
  unreadable(state: S): StepResult<S>
  /** The paper's ±1 shaping. */
  trainingReward(outcome: ActionOutcome): number

  draw(state: S, skin: Skin, theme: Theme): Scene
  perceive(state: S): Perception
  /** Canonical text of a perception: a line per row, cells separated by ' | '. */
  formatPerception(perception: Perception): string
  /**
   * Reads a model's own text back; null when it is not a grid of known labels. White space around cells and lines is free. `likely`: what the
   * text may well say, to save reading its lines again; the rows of equal lines may then be its own. It never changes what is read.
   */
  parsePerception(text: string, likely?: WrittenPerception): Perception | null

  /** `skin`: only where tiles show symbols that the rules do not explain, and in style 'full' only. */
  prompt(config: C, style: PromptStyle, skin?: Skin): string
  /**
   * What the player is told of the last step; null before the first. 'full': a sentence, '' when there is nothing to say.
   * 'brief': always exactly one word of the lexicon, so that prompts keep their length.
   */
  feedback(result: Pick<StepResult<S>, 'legal' | 'events'> | null, style: PromptStyle): string
  formatAction(state: S, action: A): string
  /** One strict grammar; surrounding white space is free, nothing else is. */
  parseAction(text: string, state: S): ParsedAction<A>
  /** Absent: answers and cells have one spelling each. */
  readonly spellings?: Spellings

  /** Expert's scores of the legal actions, best first; deterministic. `depth`: look-ahead in own moves, 1 or more. */
  solver?(state: S, depth?: number): readonly ScoredAction<A>[]
  /** Expected points of each legal action over `plies` own moves (the first included) with best play for points; best first. */
  lookahead?(state: S, plies: number): readonly ScoredAction<A>[]
  /** The scripted teacher: true thoughts; the decision is blind in documented ways when `blind`. Deterministic; slips are the policy's. */
  teach?(state: S, options: TeacherOptions): Thought<A>
  /** Whether the thoughts in a text agree with the state: share of true statements, 0..1; unreadable text is 0. */
  scoreThink?(state: S, think: string): number
  /** The same, statement by statement, in the order of the text: the k-th of two readable texts speak about the same thing. Unreadable text has none. */
  judgeThink?(state: S, think: string): readonly Statement[]
  /**
   * The words of the embedded engine's tokenizer for this config: every prompt, feedback, perception, thought and answer of the game
   * must be a concatenation of them (white space belongs to the words).
   */
  lexicon(config: C): readonly string[]
  /** A state with a board drawn without regard to play, for training perception evenly; may be unreachable by play but is valid. */
  scatter?(config: C, seed: number): S
  /** The config with things that training never shows (pictures of another split) in place of those that it shows; null if there are none. */
  heldOut?(config: C): C | null
}

/** A game whose types are erased, as the registry and shared code hold it. */
// biome-ignore lint/suspicious/noExplicitAny: erased on purpose; a game only ever meets its own states and actions
export type AnyGame = Game<any, any, any>
