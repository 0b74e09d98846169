/** The picture of a moment as a PNG file, and what it costs a model to look at it. */
import { qwenImageTokens } from '../../chat-formats/qwen.ts'
import { drawPng, type EnvSnapshot, type EnvSpec, observationOf } from '../../gym/index.ts'
import { frameOf } from '../../messages.ts'
import { encodePng, pngSize } from '../../render/index.ts'

/** A PNG file; equal states, specs and options give equal bytes. */
export interface Picture {
  readonly png: Uint8Array
  readonly width: number
  readonly height: number
  /** Tokens that Qwen3-VL makes of it with its processor's default bounds: an estimate for other models. */
  readonly tokens: number
}

/** Side of an image token and the bounds of a picture's pixels, as Qwen3-VL has them. */
const TOKEN_SIDE = 32
const LEAST_PIXELS = 65_536
const MOST_PIXELS = 16_777_216

/** Draws what the player sees. */
export function pictureOf(spec: EnvSpec, now: EnvSnapshot, rgb: boolean): Picture {
  // In this mode the player sees a blank picture.
  const png =
    spec.mode === 'caption' ? encodePng(frameOf(observationOf(spec, now)), { rgb }) : drawPng(spec.game, now.state, spec.skin, { rgb })
  const { width, height } = pngSize(png) as { width: number; height: number }
  return { png, width, height, tokens: qwenImageTokens({ width, height }, TOKEN_SIDE, LEAST_PIXELS, MOST_PIXELS) }
}

/** Base64 of the bytes. */
export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
