/**
 * Scene -> Frame. A catalogue is rasterised once, in its own order, and kept as long as the catalogue object lives; a frame is then a
 * fill and row copies. The palette depends on catalogue and background alone, never on what was drawn before.
 */
import type { Frame } from '../policy.ts'
import type { Color, Scene, SpriteCatalogue } from '../scene.ts'
import { checkSide, parseColor, rasterizeSprite } from './raster.ts'
import { spriteAt } from './sprite-at.ts'

/** Draws scenes; holds a cache of rasterised catalogues, weakly. */
export interface Renderer {
  /**
   * A fresh frame: palette-indexed when catalogue and background need at most 256 colours, otherwise RGB. Frames of one catalogue
   * and background share the palette array, which must not be written to.
   */
  renderScene(scene: Scene): Frame
  /** Draws over `frame` and returns it if size and palette are this scene's own; otherwise leaves it alone and returns a fresh frame. */
  renderInto(scene: Scene, frame: Frame): Frame
}

/** A sprite ready for copying: `rows[y]` holds `width * channels` bytes. */
interface Stamp {
  readonly rows: readonly Uint8Array[]
}

/** A catalogue on one background. `ground`: bytes of one background pixel; `palette` absent: RGB. */
interface Prepared {
  readonly channels: 1 | 3
  readonly palette: Uint8Array | undefined
  readonly ground: readonly number[]
  readonly stamps: readonly Stamp[]
}

/** A rasterised catalogue. `colours`: in order of first appearance. */
interface Rasterized {
  readonly sprites: readonly Uint32Array[]
  readonly colours: ReadonlySet<number>
  readonly onBackground: Map<Color, Prepared>
}

/** A renderer with a cache of its own. */
export function createRenderer(): Renderer {
  const cache = new WeakMap<SpriteCatalogue, Rasterized>()

  const prepared = (scene: Scene): Prepared => {
    const entry = cache.get(scene.catalogue) ?? rasterize(scene.catalogue)
    cache.set(scene.catalogue, entry)
    const ready = entry.onBackground.get(scene.background) ?? prepare(scene.catalogue, entry, scene.background)
    entry.onBackground.set(scene.background, ready)
    return ready
  }

  const draw = (scene: Scene, onto?: Frame): Frame => {
    const ready = prepared(scene)
    const { width, height } = scene
    if (onto && onto.width === width && onto.height === height && onto.palette === ready.palette) {
      compose(scene, ready, onto.pixels)
      return onto
    }
    checkSide(width)
    checkSide(height)
    const pixels = new Uint8Array(width * height * ready.channels)
    compose(scene, ready, pixels)
    return ready.palette ? { width, height, pixels, palette: ready.palette } : { width, height, pixels }
  }

  return { renderScene: (scene) => draw(scene), renderInto: draw }
}

const shared = createRenderer()

/** `renderScene` of a renderer shared by the process (see Renderer). */
export const renderScene: (scene: Scene) => Frame = shared.renderScene

/** `renderInto` of a renderer shared by the process (see Renderer). */
export const renderInto: (scene: Scene, frame: Frame) => Frame = shared.renderInto

function rasterize(catalogue: SpriteCatalogue): Rasterized {
  const sprites = catalogue.sprites.map(rasterizeSprite)
  const colours = new Set<number>()
  for (const pixels of sprites) for (const pixel of pixels) colours.add(pixel)
  return { sprites, colours, onBackground: new Map() }
}

function prepare(catalogue: SpriteCatalogue, { sprites, colours }: Rasterized, background: Color): Prepared {
  const ground = parseColor(background)
  const all = [...new Set(colours).add(ground)]
  const index = all.length <= 256 ? new Map(all.map((colour, i) => [colour, i])) : undefined
  const bytes = (colour: number): number[] => (index ? [index.get(colour)!] : rgb(colour))
  const stamps = catalogue.sprites.map(({ width, height }, i) => stampOf(sprites[i]!, width, height, bytes))
  const palette = index && Uint8Array.from(all.flatMap(rgb))
  return { channels: index ? 1 : 3, palette, ground: bytes(ground), stamps }
}

function stampOf(pixels: Uint32Array, width: number, height: number, bytes: (colour: number) => number[]): Stamp {
  const rows = Array.from({ length: height }, (_, y) => {
    const row: number[] = []
    for (const pixel of pixels.subarray(y * width, (y + 1) * width)) row.push(...bytes(pixel))
    return Uint8Array.from(row)
  })
  return { rows }
}

function rgb(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255]
}

function compose(scene: Scene, { channels, ground, stamps }: Prepared, pixels: Uint8Array): void {
  fill(pixels, ground)
  const stride = scene.width * channels
  for (const item of scene.items) {
    spriteAt(scene, item)
    const { rows } = stamps[item.sprite]!
    let at = item.y * stride + item.x * channels
    for (let i = 0; i < rows.length; i++) {
      pixels.set(rows[i]!, at)
      at += stride
    }
  }
}

/** Repeats `ground` (1 or 3 bytes) over the whole buffer. */
function fill(pixels: Uint8Array, ground: readonly number[]): void {
  if (ground.length === 1) {
    pixels.fill(ground[0]!)
    return
  }
  pixels.set(ground)
  for (let done = ground.length; done < pixels.length; done *= 2) pixels.copyWithin(done, 0, Math.min(done, pixels.length - done))
}
