/**
 * Observation modes: what a player is given of a board. 'image' is the gym as it is; the others are interventions for analyses, which tell
 * apart what a model sees, what its prompt says, and what it makes of either. The caption is the canonical perception text of a board.
 */
import { GameError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { themeNamed } from '../render/index.ts'
import { deriveSeed } from '../rng.ts'
import type { Frame, Skin } from '../scene.ts'

/** Every mode, in the order of tables. */
export const OBSERVATION_MODES = ['image', 'image+caption', 'caption', 'wrong-caption'] as const

/**
 * 'image': the picture alone. 'image+caption': the picture and the true perception text. 'caption': that text and a blank picture.
 * 'wrong-caption': the picture and the perception text of another board of the same config.
 */
export type ObservationMode = (typeof OBSERVATION_MODES)[number]

/** Other boards that are tried before a config is found to have one board only. */
const ATTEMPTS = 64

const perceptionText = (game: AnyGame, state: unknown): string => game.perception.format(game.perception.of(state))

/** The caption of a state in a mode; undefined in 'image'. Throws GameError where 'wrong-caption' finds no other board. */
export function captionOf(game: AnyGame, state: unknown, mode: ObservationMode): string | undefined {
  if (mode === 'image') return undefined
  return mode === 'wrong-caption' ? wrongCaption(game, state) : perceptionText(game, state)
}

/** A full prompt with a caption before it. */
export const captioned = (caption: string, prompt: string): string => `The board as text:\n${caption}\n\n${prompt}`

/**
 * The perception text of another board: scattered where the game scatters, else fresh. It is decided by what the picture shows, so it
 * reveals nothing of the chance to come, and equal boards get equal wrong captions.
 */
function wrongCaption(game: AnyGame, state: unknown): string {
  const truth = perceptionText(game, state)
  const config = game.rules.configOf(state)
  const draw = game.scatter ?? game.rules.init
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const other = perceptionText(game, draw(config, deriveSeed(0, 'wrong-caption', game.id, truth, attempt)))
    if (other !== truth) return other
  }
  throw new GameError(`${game.id} ${JSON.stringify(config)}: no other board was found in ${ATTEMPTS} draws, so no caption can be wrong.`)
}

/** A frame of the usual size in uniform mid-grey: for models that need a picture and shall see none. */
export function blankFrame(game: AnyGame, state: unknown, skin: Skin): Frame {
  const { width, height } = game.draw(state, skin, themeNamed(skin.theme))
  return { width, height, pixels: new Uint8Array(width * height), palette: Uint8Array.of(128, 128, 128) }
}
