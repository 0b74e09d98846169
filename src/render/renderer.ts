/**
 * Scene -> Frame or PNG. Sprites are rasterised once (stamps.ts). For each catalogue, background and size the last picture is kept in the
 * kernel's memory: the next one draws over it what has changed, and a frame is a copy of it. Pixels never depend on what was drawn before.
 */
import type { Frame } from '../policy.ts'
import type { Scene } from '../scene.ts'
import { Block, blockOf, inputs, kernel } from './kernel.ts'
import { createLayoutCache, type Layout } from './layout.ts'
import { encodePng, type PngOptions } from './png.ts'
import { checkSide } from './raster.ts'
import { createRecent } from './recent.ts'
import { SceneEncoder } from './scene-png.ts'
import { createStampCache, type Prepared } from './stamps.ts'

/** Draws scenes; holds a cache of rasterised catalogues and their last pictures, weakly. */
export interface Renderer {
  /**
   * A fresh frame: palette-indexed when catalogue and background need at most 256 colours, otherwise RGB. Frames of one catalogue
   * and background share the palette array, which must not be written to.
   */
  renderScene(scene: Scene): Frame
  /** Draws over `frame` and returns it if size and palette are this scene's own; otherwise leaves it alone and returns a fresh frame. */
  renderInto(scene: Scene, frame: Frame): Frame
  /** A PNG file of the scene, in a fraction of the time that `encodePng` takes for its frame. Takes `text` as `encodePng` does. */
  encodeScene(scene: Scene, options?: Pick<PngOptions, 'text'>): Uint8Array
}

/** Pictures that are kept for a catalogue, the latest ones. */
const CANVASES = 4

/** The last picture with one layout, in the kernel's memory. */
interface Canvas {
  readonly layout: Layout
  readonly pixels: Block
  /** Sprite of each item, i32; -1: not drawn yet. */
  readonly drawn: Block
}

/** Draws the scenes of one catalogue and background. */
class CataloguePainter {
  readonly #ready: Prepared
  readonly layoutOf = createLayoutCache()
  readonly encoder: SceneEncoder
  /** The sprites as the kernel wants them. */
  readonly #stamps: Block
  readonly #recentCanvas = createRecent<Canvas>(CANVASES)

  constructor(ready: Prepared) {
    this.#ready = ready
    this.encoder = new SceneEncoder(ready, this.layoutOf)
    const { block, at } = blockOf(ready.stamps.map(({ pixels }) => pixels))
    const records = ready.stamps.flatMap(({ width, height }, i) => [at[i]!, width, height])
    this.#stamps = blockOf([Int32Array.from(records)], block).block
  }

  /** The pixels of a scene; valid until the next one is drawn. */
  paint({ width, items }: Scene, layout: Layout): Uint8Array {
    const { channels } = this.#ready
    const { pixels, drawn } = this.#canvasOf(layout)
    const [sprites, boxes] = inputs(
      items.map(({ sprite }) => sprite),
      layout.boxes,
    )
    kernel.draw(items.length, sprites!, drawn.at, boxes!, this.#stamps.at, pixels.at, width * channels, channels)
    return pixels.bytes()
  }

  /** What is drawn over: the last picture of this layout, or an empty one if there is none, or if items overlap. */
  #canvasOf(layout: Layout): Canvas {
    const { channels, ground } = this.#ready
    const make = (): Canvas => {
      const pixels = new Block(layout.width * layout.height * channels)
      return clear({ layout, pixels, drawn: new Block(layout.boxes.byteLength / 4) }, ground)
    }
    const canvas = this.#recentCanvas((one) => one.layout === layout, make)
    return layout.apart ? canvas : clear(canvas, ground)
  }
}

/** A renderer with a cache of its own. */
export function createRenderer(): Renderer {
  const preparedOf = createStampCache()
  const painters = new WeakMap<Prepared, CataloguePainter>()

  const painterOf = (ready: Prepared): CataloguePainter => {
    const painter = painters.get(ready) ?? new CataloguePainter(ready)
    painters.set(ready, painter)
    return painter
  }

  const draw = (scene: Scene, onto?: Frame): Frame => {
    const { width, height } = scene
    checkSide(width)
    checkSide(height)
    const ready = preparedOf(scene)
    const { palette } = ready
    const painter = painterOf(ready)
    const pixels = painter.paint(scene, painter.layoutOf(scene))
    if (onto && onto.width === width && onto.height === height && onto.palette === palette) {
      onto.pixels.set(pixels)
      return onto
    }
    const copy = new Uint8Array(pixels)
    return palette ? { width, height, pixels: copy, palette } : { width, height, pixels: copy }
  }

  const encodeScene: Renderer['encodeScene'] = (scene, options = {}) => {
    checkSide(scene.width)
    checkSide(scene.height)
    return painterOf(preparedOf(scene)).encoder.encode(scene, options) ?? encodePng(draw(scene), options)
  }

  return { renderScene: (scene) => draw(scene), renderInto: draw, encodeScene }
}

/** Makes a canvas an empty one. */
function clear(canvas: Canvas, ground: Uint8Array): Canvas {
  canvas.drawn.bytes().fill(255)
  fill(canvas.pixels.bytes(), ground)
  return canvas
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

/**
 * The C library of most Linux systems gives large blocks back as soon as they are freed, and the system clears every page that it lends
 * again: for frames that costs more than drawing. It stops doing so for blocks that are smaller than one it has seen freed (mallopt(3),
 * M_MMAP_THRESHOLD), of at most 32 MiB. No page of this one is ever touched.
 */
function keepFreedMemory(): void {
  if (globalThis.process?.platform === 'linux') new ArrayBuffer(31 << 20)
}

keepFreedMemory()
const shared = createRenderer()

/** `renderScene` of a renderer shared by the process (see Renderer). */
export const renderScene: (scene: Scene) => Frame = shared.renderScene

/** `renderInto` of a renderer shared by the process (see Renderer). */
export const renderInto: (scene: Scene, frame: Frame) => Frame = shared.renderInto

/** `encodeScene` of a renderer shared by the process (see Renderer). */
export const encodeScene: Renderer['encodeScene'] = shared.encodeScene
