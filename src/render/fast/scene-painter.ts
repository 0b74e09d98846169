/**
 * The fast way from scenes to pixels and PNG files, behind one function. Sprites are rasterised once (stamps.ts). For each catalogue,
 * background and size the last picture is kept in the kernel's memory: the next one draws over it what has changed, and a frame is a copy of
 * it. Pixels never depend on what was drawn before. PNG files are written without a picture (scene-png.ts).
 */
import type { Frame, Scene } from '../../scene.ts'
import type { PngOptions } from '../png.ts'
import { Block, blockOf, inputs, kernel, shareKernelMemory } from './kernel.ts'
import { createLayoutCache, type Layout } from './layout.ts'
import { createRecent } from './recent.ts'
import { SceneEncoder } from './scene-png.ts'
import { createStampCache, inRgb, type Prepared } from './stamps.ts'

/** Draws and encodes scenes, whose sides are already checked. Holds rasterised catalogues and their last pictures, weakly. */
export interface ScenePainter {
  /** As `renderInto` of a renderer with `onto`, as `renderScene` without. */
  draw(scene: Scene, onto?: Frame): Frame
  /** As `shareFrame` of a renderer. */
  share(frame: Frame): Frame
  /** A PNG file; null for a scene that must be drawn first: it has more colours than a palette holds, or see SceneEncoder. */
  encode(scene: Scene, options: Pick<PngOptions, 'text' | 'rgb'>): Uint8Array | null
  /** Gives this thread, all painters of it, memory that other threads can read. Call it before anything is drawn. */
  shareMemory(): void
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
      (known) => known.layout === layout || isRedrawn(known.layout, layout),
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

/** Whether two layouts of one size are drawn anew each time, so that one canvas will do: where things move freely every scene has its own layout. */
function isRedrawn(known: Layout | null, { apart, width, height }: Layout): boolean {
  return known !== null && !known.apart && !apart && known.width === width && known.height === height
}

/** A painter with a cache of its own. */
export function createScenePainter(): ScenePainter {
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

  const share = (frame: Frame): Frame => {
    if (kernel.memory.buffer instanceof ArrayBuffer) throw new Error('A frame can be shared only after shareKernelMemory().')
    const pixels = new Block(frame.pixels.length)
    const copy = { ...frame, pixels: pixels.bytes() }
    copy.pixels.set(frame.pixels)
    canvases.set(copy, { pixels, layout: null, drawn: new Block(0) })
    return copy
  }

  return { draw, share, encode: (scene, options) => painterOf(preparedOf(scene)).encode(scene, options), shareMemory: shareKernelMemory }
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
