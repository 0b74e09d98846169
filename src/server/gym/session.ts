/** An episode that a client plays. */
import {
  type Ending,
  type EnvSnapshot,
  type EnvSpec,
  encodeAndHash,
  endingOf,
  feedbackAfter,
  momentAfter,
  observationOf,
  playReply,
  type ReplyScore,
  type Reward,
  rewardOf,
  rewardScores,
  specConfigOf,
  trainingReward,
} from '../../gym/index.ts'
import { promptOf } from '../../messages.ts'
import { hasEffects } from '../../render/index.ts'
import { nodeDigest } from './digest.ts'
import { base64Of, type Picture, pictureOf } from './picture.ts'
import type { Plan } from './plan.ts'
import type { View } from './reset-request.ts'
import type { Envelope, WireObservation, WireScore, WireState } from './wire.ts'

/** What a step came to, apart from what is shown of the moment after it. */
interface Played {
  readonly reward: number | null
  readonly score: ReplyScore | null
  readonly parts: Reward | null
  readonly restarted: boolean
}

const NOTHING_PLAYED: Played = { reward: null, score: null, parts: null, restarted: false }
const AFTER_THE_END: Played = { ...NOTHING_PLAYED, reward: 0 }

/** An envelope whose picture, if there is one, is still bytes: `observation.image` is null. */
export interface RawEnvelope {
  readonly envelope: Envelope
  readonly picture: Picture | null
}

/** An episode from its first moment on. `seed`: of its first game; null where it began at a state token. */
export class Session {
  readonly id: string
  readonly seed: number | null
  readonly spec: EnvSpec
  readonly view: View
  /** Bytes that its picture takes at most. */
  readonly pictureBytes: number
  readonly #pixels: number
  #now: EnvSnapshot
  #ending: Ending | null

  constructor(id: string, plan: Plan, view: View, seed: number | null) {
    const { spec, start, pixels } = plan
    this.#pixels = pixels
    this.pictureBytes = pixels * (view.rgb || hasEffects(spec.skin) ? 3 : 1)
    this.id = id
    this.seed = seed
    this.spec = spec
    this.view = view
    this.#now = start
    this.#ending = endingOf(spec, start.steps, spec.game.rules.terminated(start.state))
  }

  /** The answer to the reset. */
  begin(): Envelope {
    return shown(this.rawBegin(), this.view)
  }

  /** Plays a reply, whatever it is. After the end nothing moves and the reward is 0. */
  step(text: string): Envelope {
    return shown(this.rawStep(text), this.view)
  }

  /** As `begin`, with the picture as bytes. */
  rawBegin(): RawEnvelope {
    return this.#envelope(NOTHING_PLAYED)
  }

  /** As `step`, with the picture as bytes. */
  rawStep(text: string): RawEnvelope {
    return this.#envelope(this.#ending === null ? this.#play(text) : AFTER_THE_END)
  }

  /** Where it stands, with a snapshot. */
  state(): WireState {
    const { game } = this.spec
    const { state, last, steps, return: earned } = this.#now
    const { token, hash } = encodeAndHash(game, state, last, nodeDigest)
    return {
      ...{ episode_id: this.id, step_count: steps, game: game.id, seed: this.seed, return: earned },
      ...{ terminated: this.#ending === 'terminated', truncated: this.#ending === 'truncated' },
      ...{ state: token, hash, snapshot: this.#snapshot(token) },
    }
  }

  /** A session that goes on from this moment by itself. */
  fork(id: string): Session {
    return new Session(id, { spec: this.spec, start: this.#now, pixels: this.#pixels }, this.view, this.seed)
  }

  /** The reset that goes on from here. */
  #snapshot(token: string): { readonly [field: string]: unknown } {
    const { config: _, ...spec } = specConfigOf(this.spec)
    const { steps, return: earned } = this.#now
    return { ...spec, ...this.view, ...(this.seed !== null && { seed: this.seed }), state: token, steps, return: earned }
  }

  #play(text: string): Played {
    const { spec } = this
    const { game, reward: how } = spec
    const before = this.#now
    const { score, result } = playReply(game, before.state, text)
    const { snapshot, ending, restarted } = momentAfter(spec, before, result)
    const parts = rewardOf(how, score, how.signal === 'paper' ? null : rewardScores(how, game, before.state))
    this.#now = snapshot
    this.#ending = ending
    return { reward: parts.total, score, parts, restarted }
  }

  #envelope({ reward, score, parts, restarted }: Played): RawEnvelope {
    const { spec, view } = this
    const now = this.#now
    const picture = view.image === 'none' ? null : pictureOf(spec, now, view.rgb)
    const [terminated, truncated] = [this.#ending === 'terminated', this.#ending === 'truncated']
    const { token = null, hash = null } = view.tokens ? encodeAndHash(spec.game, now.state, now.last, nodeDigest) : {}
    const metadata: Envelope['metadata'] = {
      episode_id: this.id,
      seed: this.seed,
      steps: now.steps,
      return: now.return,
      restarted,
      score: score && wireScore(score),
      reward_parts: parts,
      state: token,
      hash,
    }
    const observation = observed(spec, now, view, picture)
    return { envelope: { observation, reward, done: terminated || truncated, terminated, truncated, metadata }, picture }
  }
}

/** Characters that count as a token in estimates of texts. */
const CHARACTERS_PER_TOKEN = 4

function observed(spec: EnvSpec, now: EnvSnapshot, view: View, picture: Picture | null): WireObservation {
  const { game } = spec
  const observation = observationOf(spec, now)
  const text = promptOf(observation)
  const { rules, answer } = game
  return {
    game: game.id,
    text,
    prefix: observation.prefix ?? null,
    feedback: feedbackAfter(spec, now.last),
    image: null,
    image_mime: picture && 'image/png',
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    image_tokens: picture?.tokens ?? 0,
    text_tokens: Math.ceil(text.length / CHARACTERS_PER_TOKEN),
    legal_actions: view.legal_actions ? rules.legalActions(now.state).map((action) => answer.format(now.state, action)) : null,
  }
}

/** The envelope with its picture as text. */
export function shown({ envelope, picture }: RawEnvelope, { image }: View): Envelope {
  if (picture === null) return envelope
  const text = base64Of(picture.png)
  return { ...envelope, observation: { ...envelope.observation, image: image === 'data_url' ? `data:image/png;base64,${text}` : text } }
}

/** A score in the names of the wire; `readScore` reads it. */
export function wireScore(score: ReplyScore): WireScore {
  return {
    format: score.format,
    perception_exact: score.perceptionExact,
    perception_cells: score.perceptionCells,
    think: score.think,
    outcome: score.outcome,
    action: score.action,
    game_reward: score.gameReward,
    boundary: score.boundary,
    problem: score.problem,
  }
}

/** A score of the wire. */
export function readScore(score: WireScore): ReplyScore {
  const { outcome, action, game_reward: gameReward } = score
  return {
    format: score.format as ReplyScore['format'],
    perceptionExact: score.perception_exact as ReplyScore['perceptionExact'],
    perceptionCells: score.perception_cells,
    think: score.think,
    outcome,
    action,
    gameReward,
    trainingReward: trainingReward({ kind: outcome, reward: gameReward }),
    boundary: score.boundary as ReplyScore['boundary'],
    problem: score.problem,
  }
}
