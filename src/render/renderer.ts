/**
 * Scene -> Frame or PNG. Sprites are rasterised once (stamps.ts). For each catalogue, background and size the last picture is kept in the
 * kernel's memory: the next one draws over it what has changed, and a frame is a copy of it. Pixels never depend on what was drawn before.
 */
import type { Frame, Scene } from '../scene.ts'
import { SceneEncoder } from './fast/scene-png.ts'
import { Block, blockOf, inputs, kernel } from './kernel.ts'
import { createLayoutCache, type Layout } from './layout.ts'
import { encodePng, type PngOptions } from './png.ts'
import { checkSide } from './raster.ts'
import { createRecent } from './recent.ts'
import { createStampCache, inRgb, type Prepared } from './stamps.ts'

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

/** Pictures that are kept for a catalogue, the latest ones. */
const CANVASES = 4

/** A picture in the kernel's memory. */
interface Canvas {
  readonly pixels: Block
  /** Where the items on it stand; null: nothing is drawn yet. */
  layout: Layout | null
  /** Sprite of each item, i32; -1: not drawn yet. */
  drawn: Block
}

/** Draws the scenes of one catalogue and background. */
class CataloguePainter {
  readonly #ready: Prepared
  readonly layoutOf = createLayoutCache()
  /** By whether it writes RGB. */
  readonly #encoders = new Map<boolean, SceneEncoder>()
  /** The sprites as the kernel wants them. */
  readonly #stamps: Block
  readonly #recentCanvas = createRecent<Canvas>(CANVASES)

  constructor(ready: Prepared) {
    this.#ready = ready
    const { block, at } = blockOf(ready.stamps.map(({ pixels }) => pixels))
    const records = ready.stamps.flatMap(({ width, height }, i) => [at[i]!, width, height])
    this.#stamps = blockOf([Int32Array.from(records)], block).block
  }

  /** A PNG file; null for a scene that must be drawn first: it has more colours than a palette holds, or see SceneEncoder. */
  encode(scene: Scene, { rgb = false, ...options }: Pick<PngOptions, 'text' | 'rgb'>): Uint8Array | null {
    const ready = this.#ready
    const { palette } = ready
    if (palette === undefined) return null
    const encoder = this.#encoders.get(rgb) ?? new SceneEncoder(rgb ? inRgb({ ...ready, palette }) : ready, this.layoutOf)
    this.#encoders.set(rgb, encoder)
    return encoder.encode(scene, options)
  }

  /** The pixels of a scene on the canvas of its layout; valid until the next one is drawn. */
  paint(scene: Scene, layout: Layout): Uint8Array {
    const size = layout.width * layout.height * this.#ready.channels
    const canvas = this.#recentCanvas(
      (known) => known.layout === layout,
      () => ({ pixels: new Block(size), layout: null, drawn: new Block(0) }),
    )
    this.paintOn(canvas, scene, layout)
    return canvas.pixels.bytes()
  }

  /** Draws a scene over what stands on a canvas of its size: all of it if items stand elsewhere or overlap, otherwise those that changed. */
  paintOn(canvas: Canvas, { width, items }: Scene, layout: Layout): void {
    const { channels, ground } = this.#ready
    if (canvas.layout !== layout || !layout.apart) {
      if (canvas.drawn.size < 4 * items.length) canvas.drawn = new Block(4 * items.length)
      canvas.drawn.bytes().fill(255)
      fill(canvas.pixels.bytes(), ground)
      canvas.layout = layout
    }
    const [sprites, boxes] = inputs(
      items.map(({ sprite }) => sprite),
      layout.boxes,
    )
    kernel.draw(items.length, sprites!, canvas.drawn.at, boxes!, this.#stamps.at, canvas.pixels.at, width * channels, channels)
  }
}

/** A renderer with a cache of its own. */
export function createRenderer(): Renderer {
  const preparedOf = createStampCache()
  const painters = new WeakMap<Prepared, CataloguePainter>()
  /** Of shared frames. */
  const canvases = new WeakMap<Frame, Canvas>()

  const painterOf = (ready: Prepared): CataloguePainter => {
    const painter = painters.get(ready) ?? new CataloguePainter(ready)
    painters.set(ready, painter)
    return painter
  }

  const draw = (scene: Scene, onto?: Frame): Frame => {
    const { width, height } = scene
    checkSide(width)
    checkSide(height)
    keepFreedMemory()
    const ready = preparedOf(scene)
    const { palette } = ready
    const painter = painterOf(ready)
    const layout = painter.layoutOf(scene)
    if (onto && onto.width === width && onto.height === height && onto.palette === palette) {
      const canvas = canvases.get(onto)
      if (canvas) painter.paintOn(canvas, scene, layout)
      else onto.pixels.set(painter.paint(scene, layout))
      return onto
    }
    const copy = new Uint8Array(painter.paint(scene, layout))
    return palette ? { width, height, pixels: copy, palette } : { width, height, pixels: copy }
  }

  const encodeScene: Renderer['encodeScene'] = (scene, options = {}) => {
    checkSide(scene.width)
    checkSide(scene.height)
    return painterOf(preparedOf(scene)).encode(scene, options) ?? encodePng(draw(scene), options)
  }

  const shareFrame = (frame: Frame): Frame => {
    if (kernel.memory.buffer instanceof ArrayBuffer) throw new Error('A frame can be shared only after shareKernelMemory().')
    const pixels = new Block(frame.pixels.length)
    const copy = { ...frame, pixels: pixels.bytes() }
    copy.pixels.set(frame.pixels)
    canvases.set(copy, { pixels, layout: null, drawn: new Block(0) })
    return copy
  }

  return { renderScene: (scene) => draw(scene), renderInto: draw, shareFrame, encodeScene }
}

/** Repeats `ground` (1 or 3 bytes) over the whole buffer. */
function fill(pixels: Uint8Array, ground: Uint8Array): void {
  if (ground.length === 1) {
    pixels.fill(ground[0]!)
    return
  }
  pixels.set(ground)
  for (let done = ground.length; done < pixels.length; done *= 2) pixels.copyWithin(done, 0, Math.min(done, pixels.length - done))
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

const shared = createRenderer()

/** `renderScene` of a renderer shared by the process (see Renderer). */
export const renderScene: (scene: Scene) => Frame = shared.renderScene

/** `renderInto` of a renderer shared by the process (see Renderer). */
export const renderInto: (scene: Scene, frame: Frame) => Frame = shared.renderInto

/** `shareFrame` of a renderer shared by the process (see Renderer). */
export const shareFrame: (frame: Frame) => Frame = shared.shareFrame

/** `encodeScene` of a renderer shared by the process (see Renderer). */
export const encodeScene: Renderer['encodeScene'] = shared.encodeScene
