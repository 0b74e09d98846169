/** What the games' pictures share around the board: the cache of their catalogues, and the line with a number above the board. */
import type { Scene, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'

/** Catalogues by theme, layout, tile, symbols and labels. */
export type CatalogueCache = WeakMap<Theme, Map<string, SpriteCatalogue>>

/** The catalogue of a skin and theme; its sprites are made once. */
export function cachedCatalogue(
  cache: CatalogueCache,
  { layout, tile, symbols, labels }: Skin,
  theme: Theme,
  make: () => Sprite[],
): SpriteCatalogue {
  const key = [layout, tile, symbols, labels].join(' ')
  const ofTheme = cache.get(theme) ?? new Map<string, SpriteCatalogue>()
  cache.set(theme, ofTheme)
  const known = ofTheme.get(key)
  if (known !== undefined) return known
  const catalogue = { sprites: make() }
  ofTheme.set(key, catalogue)
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
