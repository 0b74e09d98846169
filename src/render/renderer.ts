/** Scene -> Frame or PNG: sides are checked here, the work is done by render/fast/. */
import type { Frame, Scene } from '../scene.ts'
import { createScenePainter, type ScenePainter } from './fast/scene-painter.ts'
import { encodePng, type PngOptions } from './png.ts'
import { checkSide } from './raster.ts'

/** Draws scenes; holds a cache of rasterised catalogues and their last pictures, weakly. */
export interface Renderer {
  /**
   * A fresh frame: palette-indexed when catalogue and background need at most 256 colours, otherwise RGB. Frames of one catalogue
   * and background share the palette array, which must not be written to.
   */
  renderScene(scene: Scene): Frame
  /** Draws over `frame` and returns it if size and palette are this scene's own; otherwise leaves it alone and returns a fresh frame. */
  renderInto(scene: Scene, frame: Frame): Frame
  /**
   * A copy of a frame in the kernel's memory, which must be shared (`shareKernelMemory`): other threads can read it, and `renderInto` draws
   * over it only what changes, without a copy. Nobody else may write to it.
   */
  shareFrame(frame: Frame): Frame
  /** A PNG file of the scene, in a fraction of the time that `encodePng` takes for its frame. Takes `text` and `rgb` as `encodePng` does. */
  encodeScene(scene: Scene, options?: Pick<PngOptions, 'text' | 'rgb'>): Uint8Array
}

/** A renderer with a cache of its own. */
export function createRenderer(): Renderer {
  return rendererOf(createScenePainter())
}

function rendererOf(painter: ScenePainter): Renderer {
  const checkSides = ({ width, height }: Scene): void => {
    checkSide(width)
    checkSide(height)
  }
  const draw = (scene: Scene, onto?: Frame): Frame => {
    checkSides(scene)
    keepFreedMemory()
    return painter.draw(scene, onto)
  }
  const encodeScene: Renderer['encodeScene'] = (scene, options = {}) => {
    checkSides(scene)
    return painter.encode(scene, options) ?? encodePng(draw(scene), options)
  }
  return { renderScene: (scene) => draw(scene), renderInto: draw, shareFrame: painter.share, encodeScene }
}

let memoryKept = false

/**
 * The C library of most Linux systems gives large blocks back as soon as they are freed, and the system clears every page that it lends
 * again: for frames that costs more than drawing. It stops doing so for blocks that are smaller than one it has seen freed (mallopt(3),
 * M_MMAP_THRESHOLD), of at most 32 MiB. No page of this one is ever touched. Called before the first picture; elsewhere it changes nothing.
 */
function keepFreedMemory(): void {
  if (memoryKept) return
  memoryKept = true
  new ArrayBuffer(31 << 20)
}

const sharedPainter = createScenePainter()
const shared = rendererOf(sharedPainter)

/** Gives this thread's renderers memory that other threads can read, as `shareFrame` needs. Call it before anything is drawn. */
export const shareKernelMemory: () => void = sharedPainter.shareMemory

/** `renderScene` of a renderer shared by the process (see Renderer). */
export const renderScene: (scene: Scene) => Frame = shared.renderScene

/** `renderInto` of a renderer shared by the process (see Renderer). */
export const renderInto: (scene: Scene, frame: Frame) => Frame = shared.renderInto

/** `shareFrame` of a renderer shared by the process (see Renderer). */
export const shareFrame: (frame: Frame) => Frame = shared.shareFrame

/** `encodeScene` of a renderer shared by the process (see Renderer). */
export const encodeScene: Renderer['encodeScene'] = shared.encodeScene
