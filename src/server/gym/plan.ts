/** An episode that a request asks for, ready to be played: its spec and its first moment. */
import { ConfigError, StateError } from '../../errors.ts'
import type { AnyGame } from '../../game.ts'
import {
  decodeState,
  difficultyPreset,
  type EnvSnapshot,
  type EnvSpec,
  envSpec,
  PLAIN_SKIN,
  startSnapshot,
  withLevels,
} from '../../gym/index.ts'
import { themeNamed } from '../../render/index.ts'
import { HIDDEN_SEEDS, isHiddenSeed } from '../../rng.ts'
import { didYouMean } from '../../suggest.ts'
import { ApiError } from '../api-error.ts'
import { nodeDigest } from './digest.ts'
import type { ResetRequest } from './reset-request.ts'

/** What a server offers. */
export interface Offer {
  readonly games: readonly AnyGame[]
  /** Game of requests that name none. */
  readonly game: AnyGame
  /** Horizon of requests that name neither one nor a preset; null: none. */
  readonly horizon: number | null
  /** Pixels of a picture at most. */
  readonly maxPixels: number
  /** Whether games of hidden seeds are dealt (`HIDDEN_SEEDS`). */
  readonly hiddenSeeds: boolean
}

/** What is played, and from where. */
export interface Plan {
  readonly spec: EnvSpec
  readonly start: EnvSnapshot
  /** Pixels of its pictures; 0: none are drawn. */
  readonly pixels: number
}

/** Plans an episode; `seed`: of a request without one. Throws ApiError that names the field at fault. */
export function planOf(offer: Offer, request: ResetRequest, seed: number): Plan {
  try {
    const plan = request.state === undefined ? freshPlan(offer, request, seed) : goneOn(offer, request, request.state)
    return { ...plan, pixels: request.image === 'none' ? 0 : pixelsOf(plan.spec, plan.start, offer.maxPixels) }
  } catch (error) {
    if (error instanceof StateError) throw new ApiError(422, `state: ${error.message}`, 'state', 'VALIDATION_ERROR')
    if (error instanceof ConfigError) throw new ApiError(422, error.message, null, 'VALIDATION_ERROR')
    throw error
  }
}

/** A game by its id. Throws ApiError. */
export function gameOf({ games, game }: Offer, id: string | undefined): AnyGame {
  if (id === undefined) return game
  const found = games.find((one) => one.id === id)
  if (found !== undefined) return found
  const known = games.map((one) => one.id)
  const reason = `no game is called ${JSON.stringify(id)}${didYouMean(id, known)}; choose one of ${known.join(', ')}`
  throw new ApiError(422, reason, 'game', 'VALIDATION_ERROR')
}

/** Pixels of the pictures of a spec; a board keeps its size. Throws ConfigError where they are too many. */
function pixelsOf({ game, skin }: EnvSpec, { state }: EnvSnapshot, most: number): number {
  const { width, height } = game.draw(state, skin, themeNamed(skin.theme))
  if (width * height <= most) return width * height
  throw new ConfigError(
    `the picture would have ${width} × ${height} pixels and may have ${most} at most; choose a smaller skin.tile or board, or start the server with a larger --max-pixels`,
  )
}

function freshPlan(offer: Offer, request: ResetRequest, seed: number): Omit<Plan, 'pixels'> {
  const game = gameOf(offer, request.game)
  const { preset, perception, reasoning } = request
  if (!offer.hiddenSeeds && isHiddenSeed(request.seed ?? seed))
    throw new ConfigError(
      `the seed ${request.seed} is kept for evaluation, as all from ${HIDDEN_SEEDS} on; give a smaller one, or evaluate at a server with --hidden-seeds`,
    )
  if (preset !== undefined && (perception !== undefined || reasoning !== undefined))
    throw new ConfigError('preset and levels do not go together: both choose the knobs; give one of the two')
  const named = preset === undefined ? undefined : difficultyPreset(game, preset)
  const base = { game, config: named?.config ?? game.config.parse({}), skin: PLAIN_SKIN }
  const { config, skin } = withLevels(base, {
    ...(perception !== undefined && { perception }),
    ...(reasoning !== undefined && { reasoning }),
  })
  const spec = specWith(offer, request, {
    ...{ game, skin: { ...skin, ...request.skin } },
    config: { ...(config as object), ...request.config },
    horizon: named?.horizon,
  })
  return { spec, start: startSnapshot(spec, request.seed ?? seed) }
}

/** Fields that a state decides. */
const DECIDED = ['config', 'preset', 'perception', 'reasoning'] as const

function goneOn(offer: Offer, request: ResetRequest, token: string): Omit<Plan, 'pixels'> {
  const extra = DECIDED.find((name) => request[name] !== undefined)
  if (extra !== undefined)
    throw new ConfigError(`${extra} and state do not go together: the token already holds the knobs; leave ${extra} out`)
  const { game, state, last } = decodeState(token, offer.games, nodeDigest)
  if (request.game !== undefined && gameOf(offer, request.game) !== game)
    throw new ConfigError(`the token of state is of the game ${game.id}, not of ${request.game}`)
  const spec = specWith(offer, request, { game, config: game.rules.configOf(state), skin: { ...PLAIN_SKIN, ...request.skin } })
  return { spec, start: { state, last, steps: request.steps, return: request.return } }
}

function specWith(
  { horizon }: Offer,
  request: ResetRequest,
  chosen: Pick<EnvSpec, 'game' | 'config'> & { skin: object; horizon?: number | undefined },
): EnvSpec {
  const { prompt, feedback, mode, tags, restart, reward } = request
  return envSpec({
    ...{ game: chosen.game, config: chosen.config, skin: chosen.skin as EnvSpec['skin'] },
    ...{ promptStyle: prompt, feedback, mode, tags, restart, reward },
    horizon: request.horizon === undefined ? (chosen.horizon ?? horizon) : request.horizon,
  })
}
