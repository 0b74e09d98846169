/** The cells of a board as a terminal shows them: what the game declares, or else its labels on the colours of its picture. */
import type { AnyGame, Grid } from '../../game.ts'
import type { CellLook } from '../../game-play.ts'
import { frameToRgb, renderScene, themeNamed } from '../../render/index.ts'
import type { Color } from '../../scene.ts'
import { inkOn, type Paint } from './paint.ts'

/** A cell: its text, and its colours where there are any. */
export interface ShownCell {
  readonly text: string
  readonly paint: Paint | null
}

/** What the terminal can show. */
export interface Abilities {
  readonly colours: boolean
  readonly unicode: boolean
}

/** The cells of a state, whose labels are `grid`, row by row. No text is longer than `width`. */
export function shownCells(
  game: AnyGame,
  state: unknown,
  grid: Grid,
  theme: string,
  { colours, unicode }: Abilities,
  width: number,
): ShownCell[][] {
  const { cells, rows, columns } = grid
  const look = game.play?.look
  const looks = look === undefined ? null : cells.map((row) => row.map((label) => look(label, themeNamed(theme))))
  const texts = looks ? looks.map((row) => row.map((one) => cellText(one, { colours, unicode }))) : cells.map((row) => row.map(plainText))
  const fits = fitted(texts.flat(), width)
  const fills = colours && looks === null ? pictureFills(game, state, theme, rows, columns) : null
  const paintOf = (r: number, c: number): Paint | null => {
    if (!colours) return null
    const fill = fills?.[r]?.[c] ?? null
    return looks?.[r]?.[c] ?? (fill && { fill, ink: inkOn(fill) })
  }
  return texts.map((row, r) => row.map((text, c) => ({ text: fits.get(text)!, paint: paintOf(r, c) })))
}

/** The text of a look: with its mark where there are no colours, in ASCII where there is no Unicode. */
export function cellText({ text, ascii = text, mark = '' }: CellLook, { colours, unicode }: Abilities): string {
  const shown = unicode ? text : ascii
  return colours || shown === '' ? shown : `${mark}${shown}`
}

/** The label of an empty cell of most games is not written out. */
const plainText = (label: string): string => (label === '_' ? '' : label)

/**
 * Texts that are longer than `width`, shortened: every word of a text is cut to the same length, as far as the texts stay apart; where they do
 * not, they are numbered. All of them are shortened if one is too long.
 */
export function fitted(texts: readonly string[], width: number): Map<string, string> {
  const all = [...new Set(texts)]
  const longest = Math.max(0, ...all.map((text) => text.length))
  for (let letters = longest; letters > 0; letters--) {
    const short = all.map((text) => (letters === longest ? text : cutWords(text, letters)))
    if (short.every((text) => text.length <= width) && new Set(short).size === all.length)
      return new Map(all.map((text, i) => [text, short[i]!]))
  }
  return new Map(all.map((text, i) => [text, text === '' ? '' : String(i + 1).slice(-width)]))
}

/** Words of at most that many letters. */
function cutWords(text: string, letters: number): string {
  return text
    .split(' ')
    .map((word) => word.slice(0, letters))
    .join(' ')
}

/** The commonest colour of each cell of the picture; null when the picture is not cut evenly by the grid. */
function pictureFills(game: AnyGame, state: unknown, theme: string, rows: number, columns: number): Color[][] | null {
  const frame = renderScene(game.draw(state, { theme, tile: 16, layout: 'board' }, themeNamed(theme)))
  const [across, down] = [frame.width / columns, frame.height / rows]
  if (!Number.isInteger(across) || !Number.isInteger(down)) return null
  const pixels = frameToRgb(frame)
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => {
      const counts = new Map<number, number>()
      for (let y = r * down; y < (r + 1) * down; y++) {
        for (let x = c * across; x < (c + 1) * across; x++) {
          const at = 3 * (y * frame.width + x)
          const colour = (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!
          counts.set(colour, (counts.get(colour) ?? 0) + 1)
        }
      }
      const [colour] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))
      return `#${colour.toString(16).padStart(6, '0')}` as const
    }),
  )
}
