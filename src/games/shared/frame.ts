/** What the games' pictures share around the board: the cache of their catalogues, and the line with a number above the board. */
import type { Scene, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'

/** Pixels of the sprites of all catalogues that a cache keeps; each takes some bytes once it is rasterised. */
const MOST_PIXELS = 8 * 1024 * 1024

/** Catalogues by theme, layout, tile, symbols and labels. Those made first go when all together are too large, so that no row of skins fills the memory. */
export class CatalogueCache {
  readonly #themes = new WeakMap<Theme, Map<string, SpriteCatalogue>>()
  /** In the order they were made. */
  readonly #kept: { readonly ofTheme: Map<string, SpriteCatalogue>; readonly key: string; readonly pixels: number }[] = []
  #pixels = 0

  get(theme: Theme, key: string): SpriteCatalogue | undefined {
    return this.#themes.get(theme)?.get(key)
  }

  /** Keeps a catalogue, at least until the next one. */
  keep(theme: Theme, key: string, catalogue: SpriteCatalogue): void {
    const ofTheme = this.#themes.get(theme) ?? new Map<string, SpriteCatalogue>()
    this.#themes.set(theme, ofTheme.set(key, catalogue))
    const pixels = catalogue.sprites.reduce((sum, { width, height }) => sum + width * height, 0)
    this.#kept.push({ ofTheme, key, pixels })
    this.#pixels += pixels
    while (this.#pixels > MOST_PIXELS && this.#kept.length > 1) {
      const oldest = this.#kept.shift()!
      oldest.ofTheme.delete(oldest.key)
      this.#pixels -= oldest.pixels
    }
  }
}

/**
 * The catalogue of a skin and theme; its sprites are made once, and again only after it has gone from the cache. `what`: what else the sprites
 * hang on, such as the picture that they are pieces of.
 */
export function cachedCatalogue(
  cache: CatalogueCache,
  { layout, tile, symbols, labels }: Skin,
  theme: Theme,
  make: () => Sprite[],
  what = '',
): SpriteCatalogue {
  const key = [layout, tile, symbols, labels, what].join(' ')
  const known = cache.get(theme, key)
  if (known !== undefined) return known
  const catalogue = { sprites: make() }
  cache.keep(theme, key, catalogue)
  return catalogue
}

/** Where a line stands, pixels, and where its sprites are: ten digits from `firstDigit` on, then its words. */
export interface NumberLine {
  readonly left: number
  readonly width: number
  readonly y: number
  readonly firstDigit: number
}

/** A number in digits, flush right in `width` pixels from `left`; the words flush left where they fit. Leading digits that do not fit go. */
export function numberLine(
  value: number,
  { sprites }: SpriteCatalogue,
  { left, width, y, firstDigit }: NumberLine,
): Scene['items'][number][] {
  const advance = sprites[firstDigit]!.width
  const digits = Array.from(String(value).slice(-Math.floor(width / advance)), (digit) => firstDigit + Number(digit))
  const start = left + width - digits.length * advance
  const items = digits.map((sprite, i) => ({ sprite, x: start + i * advance, y }))
  const words = firstDigit + 10
  if (left + sprites[words]!.width <= start) items.push({ sprite: words, x: left, y })
  return items
}
