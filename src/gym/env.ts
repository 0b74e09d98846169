/**
 * One game being played: what the player sees, and what a reply does. The whole of an env is its spec (what is played and how it looks)
 * and a snapshot (plain JSON: state with chance inside, feedback, counters). The pure functions below are all there is to it; `Env` holds
 * a snapshot for those who like an object.
 *
 *     const env = new Env(envSpec({ game, skin }), 7)
 *     const { score, observation } = env.step(await ask(env.observe()))
 */
import { checkConfig } from '../checks.ts'
import { ConfigError } from '../errors.ts'
import type { AnyGame, PromptStyle, StepResult } from '../game.ts'
import type { Observation, Reply } from '../policy.ts'
import { encodePng, encodeScene, hasEffects, renderInto, renderSkinned, themeNamed } from '../render/index.ts'
import type { Frame, Skin } from '../scene.ts'
import { didYouMean } from '../suggest.ts'
import { blankFrame, captionOf, OBSERVATION_MODES, type ObservationMode } from './observation-mode.ts'
import { REPLY_TAGS, type ReplyTags, tagsReplaced } from './protocol.ts'
import { playReply, type ReplyScore } from './score.ts'
import { gameFeedback, gamePrompt } from './texts.ts'
import type { LastStep } from './token.ts'

/** What is played and how it looks. */
export interface EnvSpec {
  readonly game: AnyGame
  /** The game's own config, complete. */
  readonly config: unknown
  readonly skin: Skin
  readonly promptStyle: PromptStyle
  /** Whether the prompt ends with feedback on the last move. */
  readonly feedback: boolean
  /** What is given of a board; 'image' but for analyses. */
  readonly mode: ObservationMode
  /** The tags that full prompts ask for and worked examples show. Replies are read in either set. */
  readonly tags: ReplyTags
}

/** An env at one moment; plain JSON. */
export interface EnvSnapshot {
  readonly state: unknown
  readonly last: LastStep
  /** Replies played since the reset. */
  readonly steps: number
  /** Sum of environment rewards since the reset. */
  readonly return: number
}

/** What one reply did. `observation` is the one after it. */
export interface EnvStep {
  readonly score: ReplyScore
  readonly reward: number
  readonly legal: boolean
  readonly terminated: boolean
  readonly events: StepResult<unknown>['events']
  readonly observation: Observation
}

/**
 * A spec with the config completed by the game's defaults. Throws ConfigError. Defaults: prompt style 'full', feedback on, mode 'image',
 * tags 'paper'.
 */
export function envSpec(options: Pick<EnvSpec, 'game' | 'skin'> & Partial<EnvSpec>): EnvSpec {
  const { game, skin, promptStyle = 'full', feedback = true, mode = 'image', tags = 'paper' } = options
  themeNamed(skin.theme)
  if (!OBSERVATION_MODES.includes(mode))
    throw new ConfigError(
      `there is no observation mode ${JSON.stringify(mode)}${didYouMean(mode, OBSERVATION_MODES)}; choose one of ${OBSERVATION_MODES.join(', ')}`,
    )
  if (!REPLY_TAGS.includes(tags))
    throw new ConfigError(
      `there are no reply tags ${JSON.stringify(tags)}${didYouMean(tags, REPLY_TAGS)}; choose one of ${REPLY_TAGS.join(', ')}`,
    )
  const config = checkConfig(game.config, options.config ?? {}, `the config of ${game.id}`)
  return { game, config, skin, promptStyle, feedback, mode, tags }
}

/** A fresh game. */
export function startSnapshot(spec: Pick<EnvSpec, 'game' | 'config'>, seed: number): EnvSnapshot {
  return { state: spec.game.rules.init(spec.config, seed), last: null, steps: 0, return: 0 }
}

const prompts = new WeakMap<EnvSpec, string>()

/** A text of the game in the spec's tags: games write the paper's. */
function tagged({ promptStyle, tags }: EnvSpec, text: string): string {
  return promptStyle === 'full' ? tagsReplaced(text, tags) : text
}

function promptOf(spec: EnvSpec): string {
  const known = prompts.get(spec) ?? tagged(spec, gamePrompt(spec.game, spec.config, spec.promptStyle, spec.skin))
  prompts.set(spec, known)
  return known
}

/** The prompt after a step (null: before the first), with feedback when on: brief prompts are joined to their word directly, full ones get a paragraph. */
export function promptAfter(spec: EnvSpec, last: LastStep): string {
  const prompt = promptOf(spec)
  if (!spec.feedback) return prompt
  const feedback = tagged(spec, gameFeedback(spec.game, last, spec.promptStyle))
  if (feedback === '') return prompt
  return spec.promptStyle === 'brief' ? prompt + feedback : `${prompt}\n\n${feedback}`
}

/** The picture of a state under a skin. Draws no chance of the game's: equal states and skins give equal pixels. */
export function drawState(game: AnyGame, state: unknown, skin: Skin): Frame {
  const theme = themeNamed(skin.theme)
  return renderSkinned(game.draw(state, skin, theme), skin, theme)
}

/** The same as a PNG file, many times faster than `encodePng` of the frame where the skin has no effects and the colours fit a palette. `rgb`: see PngOptions. */
export function drawPng(game: AnyGame, state: unknown, skin: Skin, options: { readonly rgb?: boolean } = {}): Uint8Array {
  if (hasEffects(skin)) return encodePng(drawState(game, state, skin), options)
  return encodeScene(game.draw(state, skin, themeNamed(skin.theme)), options)
}

/** What a player may see of a snapshot: never the state, and its text only in a mode that says so. The frame is drawn on first use and kept. */
export function observationOf(spec: EnvSpec, snapshot: Pick<EnvSnapshot, 'state' | 'last'>): Observation {
  const { game, skin, mode } = spec
  const { state, last } = snapshot
  const blank = mode === 'caption'
  const caption = captionOf(game, state, mode)
  let drawn: Frame | undefined
  const frame = (): Frame => {
    drawn ??= blank ? blankFrame(game, state, skin) : drawState(game, state, skin)
    return drawn
  }
  return {
    game: game.id,
    prompt: promptAfter(spec, last),
    frame,
    ...(caption !== undefined && { caption }),
    ...(blank && { blank }),
  }
}

/** The snapshot after a played reply. */
export function advance(snapshot: EnvSnapshot, result: StepResult<unknown>): EnvSnapshot {
  const { state, legal, events, reward } = result
  return { state, last: { legal, events }, steps: snapshot.steps + 1, return: snapshot.return + reward }
}

/** A game being played. Copies share nothing that changes. */
export class Env {
  readonly spec: EnvSpec
  #now: EnvSnapshot
  #observation: Observation | undefined

  constructor(spec: EnvSpec, seed: number) {
    this.spec = spec
    this.#now = startSnapshot(spec, seed)
  }

  /** Starts a fresh game. */
  reset(seed: number): Observation {
    return this.#move(startSnapshot(this.spec, seed))
  }

  observe(): Observation {
    this.#observation ??= observationOf(this.spec, this.#now)
    return this.#observation
  }

  /** Draws the picture of this moment over `frame` and returns it, if it is a frame of this spec without effects; else a fresh frame. */
  drawInto(frame: Frame): Frame {
    const { game, skin, mode } = this.spec
    if (mode === 'caption') return this.observe().frame()
    if (hasEffects(skin)) return drawState(game, this.#now.state, skin)
    return renderInto(game.draw(this.#now.state, skin, themeNamed(skin.theme)), frame)
  }

  get terminated(): boolean {
    return this.spec.game.rules.terminated(this.#now.state)
  }

  /** Plays a reply. After the end of the game nothing moves: reward 0, not legal. */
  step(reply: Reply | string): EnvStep {
    const { score, result } = playReply(this.spec.game, this.#now.state, reply)
    const observation = this.#move(advance(this.#now, result))
    return { score, reward: result.reward, legal: result.legal, terminated: result.terminated, events: result.events, observation }
  }

  /** A copy of this moment. */
  snapshot(): EnvSnapshot {
    return structuredClone(this.#now)
  }

  /** Goes back (or over) to a snapshot of the same spec; a state from outside goes through `game.parseState` first. */
  restore(snapshot: EnvSnapshot): Observation {
    return this.#move(structuredClone(snapshot))
  }

  clone(): Env {
    const copy = new Env(this.spec, 0)
    copy.restore(this.#now)
    return copy
  }

  #move(snapshot: EnvSnapshot): Observation {
    this.#now = snapshot
    this.#observation = undefined
    return this.observe()
  }
}
