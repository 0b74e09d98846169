/** Scenes on a browser canvas, pixel for pixel what `renderScene` gives. */
import type { Scene } from '../scene.ts'
import { frameToRgba } from './frame.ts'
import { renderScene } from './renderer.ts'

/** The part of ImageData that is used. `data`: RGBA, 4 bytes a pixel. */
export interface ImageDataLike {
  readonly data: { set(source: ArrayLike<number>): void }
}

/** The part of CanvasRenderingContext2D that is used; a real context fits. */
export interface CanvasContextLike<Image extends ImageDataLike = ImageDataLike> {
  createImageData(width: number, height: number): Image
  putImageData(image: Image, x: number, y: number): void
}

/** Draws the scene with its top left corner at (x, y), canvas pixels; any transform of the context is ignored. */
export function drawSceneOnCanvas<Image extends ImageDataLike>(scene: Scene, context: CanvasContextLike<Image>, x = 0, y = 0): void {
  const image = context.createImageData(scene.width, scene.height)
  image.data.set(frameToRgba(renderScene(scene)))
  context.putImageData(image, x, y)
}
