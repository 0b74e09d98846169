/**
 * One game being played: what the player sees, and what a reply does. The whole of an env is its spec (what is played and how it looks)
 * and a snapshot (plain JSON: state with chance inside, feedback, counters); life.ts says when an episode ends. The pure functions below do all the work; `Env` holds
 * a snapshot for those who like an object.
 *
 *     const env = new Env(envSpec({ game }), 7)
 *     const { score, observation } = env.step(await ask(env.observe()))
 */
import type { AnyGame, StepResult } from '../game.ts'
import { frameOf, userMessage } from '../messages.ts'
import type { Observation, Reply } from '../policy.ts'
import { encodePng, encodeScene, hasEffects, renderInto, renderSkinned, themeNamed } from '../render/index.ts'
import { deriveSeed } from '../rng.ts'
import type { Frame, Skin } from '../scene.ts'
import { type EnvSnapshot, type LifeSpec, type Moment, nextMoment, startSnapshot } from './life.ts'
import { blankFrame, captioned, captionOf } from './observation-mode.ts'
import { forcedPerception, tagsReplaced } from './protocol.ts'
import { playReply, type ReplyScore } from './score.ts'
import type { EnvSpec } from './spec.ts'
import { gameFeedback, gamePrompt } from './texts.ts'
import { type LastStep, stateHash } from './token.ts'

/** What one reply did. `observation` is the one after it. */
export interface EnvStep {
  readonly score: ReplyScore
  readonly reward: number
  readonly legal: boolean
  /** The episode ended with its game. */
  readonly terminated: boolean
  /** The horizon cut the episode, which could have gone on. */
  readonly truncated: boolean
  /** A game ended and a fresh one follows in the same episode (`restart` of the spec); `observation` is its first. */
  readonly restarted: boolean
  readonly events: StepResult<unknown>['events']
  readonly observation: Observation
}

const prompts = new WeakMap<EnvSpec, string>()

/** A text of the game in the spec's tags: games write the paper's. */
function tagged({ promptStyle, tags }: EnvSpec, text: string): string {
  return promptStyle === 'full' ? tagsReplaced(text, tags) : text
}

function specPrompt(spec: EnvSpec): string {
  const known = prompts.get(spec) ?? tagged(spec, gamePrompt(spec.game, spec.config, spec.promptStyle, spec.skin))
  prompts.set(spec, known)
  return known
}

/** The feedback on a step, in the spec's tags; '' before the first and where there is nothing to say. */
export function feedbackAfter(spec: EnvSpec, last: LastStep): string {
  return tagged(spec, gameFeedback(spec.game, last, spec.promptStyle))
}

/** The prompt after a step (null: before the first), with feedback when on: brief prompts are joined to their word directly, full ones get a paragraph. */
export function promptAfter(spec: EnvSpec, last: LastStep): string {
  const prompt = specPrompt(spec)
  if (!spec.feedback) return prompt
  const feedback = feedbackAfter(spec, last)
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

/**
 * What a player may see of a snapshot: never the state, and its text only in a mode that says so. The frame is drawn on first use and kept.
 * A caption stands before a full prompt; with a brief prompt it is the beginning of the reply, as if the model had written it.
 */
export function observationOf(spec: EnvSpec, snapshot: Pick<EnvSnapshot, 'state' | 'last'>): Observation {
  const { game, skin, mode, promptStyle } = spec
  const { state, last } = snapshot
  const blank = mode === 'caption'
  const caption = captionOf(game, state, mode)
  let drawn: Frame | undefined
  const frame = (): Frame => {
    drawn ??= blank ? blankFrame(game, state, skin) : drawState(game, state, skin)
    return drawn
  }
  const prompt = promptAfter(spec, last)
  if (caption === undefined) return { game: game.id, messages: [userMessage(prompt, frame, blank)] }
  if (promptStyle === 'brief') return { game: game.id, messages: [userMessage(prompt, frame, blank)], prefix: forcedPerception(caption) }
  return { game: game.id, messages: [userMessage(captioned(caption, prompt), frame, blank)] }
}

/**
 * The moment after a played reply. The seed of a game that follows another comes from the state in which that ended, so a snapshot is all
 * there is to know.
 */
export function momentAfter(spec: LifeSpec, snapshot: EnvSnapshot, result: StepResult<unknown>): Moment {
  return nextMoment(spec, snapshot, result, () => deriveSeed(0, 'restart', stateHash(spec.game, result.state)))
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
    if (mode === 'caption') return frameOf(this.observe())
    if (hasEffects(skin)) return drawState(game, this.#now.state, skin)
    return renderInto(game.draw(this.#now.state, skin, themeNamed(skin.theme)), frame)
  }

  /** Whether the game is over. */
  get terminated(): boolean {
    return this.spec.game.rules.terminated(this.#now.state)
  }

  /**
   * Plays a reply. After the end of the game nothing moves: reward 0, not legal. Beyond the horizon play goes on, and every step is truncated.
   */
  step(reply: Reply | string): EnvStep {
    const { game } = this.spec
    const { score, result } = playReply(game, this.#now.state, reply)
    const { reward, legal, events } = result
    const { snapshot, ending, restarted } = momentAfter(this.spec, this.#now, result)
    const observation = this.#move(snapshot)
    return { score, reward, legal, terminated: ending === 'terminated', truncated: ending === 'truncated', restarted, events, observation }
  }

  /** A copy of this moment. */
  snapshot(): EnvSnapshot {
    return structuredClone(this.#now)
  }

  /** Goes back (or over) to a snapshot of the same spec; a state from outside goes through `game.rules.parseState` first. */
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
