/** The picture of a state, drawn by the library's own renderer on a canvas. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { drawState } from '../../../src/gym/index.ts'
import { frameToRgba, themeNamed } from '../../../src/render/index.ts'
import type { Frame, Skin } from '../../../src/scene.ts'

/** The side of a tile with which the longer side of the picture comes near `pixels`. */
export function tileFor(game: AnyGame, state: unknown, skin: Omit<Skin, 'tile'>, pixels: number): number {
  const { width, height } = game.draw(state, { ...skin, tile: 16 }, themeNamed(skin.theme))
  return Math.min(256, Math.max(8, Math.round((16 * pixels) / Math.max(width, height))))
}

/** Puts a frame on a canvas of its size. */
export function putFrame(canvas: HTMLCanvasElement, frame: Frame): void {
  const { width, height } = frame
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const image = context.createImageData(width, height)
  image.data.set(frameToRgba(frame))
  context.putImageData(image, 0, 0)
}

/** `size`: pixels of its longer side, about; it is drawn as large as the screen can show it and shrinks with its place. */
export function Picture(props: {
  readonly game: AnyGame
  readonly state: unknown
  readonly skin: Omit<Skin, 'tile'>
  readonly size: number
  readonly label: string
}) {
  const { game, state, skin, size, label } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const look = JSON.stringify(skin)
  useLayoutEffect(() => {
    if (canvas.current === null) return
    const density = Math.min(2, devicePixelRatio)
    const tile = tileFor(game, state, skin, size * density)
    const frame = drawState(game, state, { ...skin, tile })
    putFrame(canvas.current, frame)
    canvas.current.style.width = `${frame.width / density}px`
  }, [game, state, look, size])
  return <canvas ref={canvas} class="picture" role="img" aria-label={label} />
}
