/**
 * The picture of a field; layouts as in shared/framed-board.ts, with the balls left on top, the column numbers a scale in bricks. Sprites: 0 the whole bare field,
 * then a brick for each row, the paddle, the ball, and the dots of its trail, the latest first. With the skin's `symbols` letters or dots it is line
 * art: bricks and paddle are frames, the ball is a ring.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { inkOf, lineInk } from '../shared/tile-art.ts'
import { BRICK, COLUMNS_MAX, HEIGHT, PADDLE_TOP, RADIUS, ROWS_MAX, TOP } from './rules.ts'
import type { StateBreakout } from './state.ts'

const STYLE: FrameStyle = { side: COLUMNS_MAX, phrase: 'Balls left', room: 2.4 }

const BRICKS = 1
const PADDLE = BRICKS + ROWS_MAX
const BALL = PADDLE + 1
const TRAIL = BALL + 1
const COUNT = TRAIL + 3
/** Half a side of a dot's square. */
const DOT = 1
/** Height of the paddle. */
const PADDLE_HEIGHT = 4

/** Rows of tiles. */
const TILES = HEIGHT / BRICK.width

/** Display list of a state; equal paddle, columns, skin and theme give the same catalogue object. */
export function draw(state: StateBreakout, skin: Skin, theme: Theme): Scene {
  const { columns, bricks, ball, trail, at, left, paddle } = state
  const { tile, layout } = skin
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => fieldSprites(state, skin, theme), `${paddle} ${columns}`)
  const scene = drawBoard({ rows: TILES, columns, sprites: [], value: left, frame: COUNT }, STYLE, catalogue, skin, theme)
  const x0 = layout === 'full' ? Math.floor(tile / 2) : 0
  const y0 = layout === 'full' ? tile + x0 : 0
  const item = (sprite: number, x: number, y: number): Scene['items'][number] => ({
    sprite,
    x: x0 + pixels(x, tile),
    y: y0 + pixels(y, tile),
  })
  const items = [item(0, 0, 0), ...scene.items]
  // From the earliest on, so that later ones lie on top.
  for (let k = trail.length - 1; k >= 0; k--) items.push(item(TRAIL + k, trail[k]![0] - DOT, trail[k]![1] - DOT))
  items.push(item(BALL, ball.x - RADIUS, ball.y - RADIUS), item(PADDLE, at - paddle / 2, PADDLE_TOP))
  for (const [place, there] of bricks.entries()) {
    const [row, column] = [Math.floor(place / columns), place % columns]
    if (there === 1) items.push(item(BRICKS + row, column * BRICK.width, TOP + row * BRICK.height))
  }
  return { ...scene, items }
}

const catalogues = new CatalogueCache()

/** Tenths of a tile in whole pixels. */
const pixels = (tenths: number, tile: number): number => Math.floor((tenths * tile) / BRICK.width)

function fieldSprites({ paddle, columns }: StateBreakout, { tile, symbols = 'numbers' }: Skin, theme: Theme): Sprite[] {
  const art = symbols !== 'numbers'
  const line = Math.max(1, Math.round(tile / 24))
  const ink = lineInk(theme.board)
  /** A rounded block with a rim of field, or its frame. */
  const block = (width: number, height: number, fill: Color): Shape[] => {
    const rect = (inset: number, colour: Color): Shape => {
      const size = { width: Math.max(1, width - 2 * inset), height: Math.max(1, height - 2 * inset) }
      return { kind: 'rect', x: inset, y: inset, ...size, radius: tile / 16, fill: colour }
    }
    const rim = Math.min(line, Math.floor((height - 1) / 2))
    return art ? [rect(rim / 2, fill), rect(rim / 2 + line, theme.board)] : [rect(rim / 2, fill)]
  }
  const sprite = (width: number, height: number, shapes: Shape[]): Sprite => ({ width, height, fill: theme.board, shapes })
  const disc = (side: number, fill: Color, ring: boolean): Sprite => {
    const circle = (radius: number, colour: Color): Shape => ({ kind: 'circle', x: side / 2, y: side / 2, radius, fill: colour })
    return sprite(side, side, ring ? [circle(side / 2, fill), circle(side / 2 - line, theme.board)] : [circle(side / 2, fill)])
  }
  const rows = Array.from({ length: ROWS_MAX }, (_, row) => {
    const height = pixels(TOP + (row + 1) * BRICK.height, tile) - pixels(TOP + row * BRICK.height, tile)
    return sprite(tile, height, block(tile, height, inkOf(row, theme)))
  })
  const [wide, high] = [pixels(paddle, tile), Math.max(1, pixels(PADDLE_HEIGHT, tile))]
  const side = Math.max(1, pixels(2 * RADIUS, tile))
  const dot = Math.max(1, pixels(2 * DOT, tile))
  const dots = [1, 0.8, 0.6].map(
    (size): Sprite => sprite(dot, dot, [{ kind: 'circle', x: dot / 2, y: dot / 2, radius: (dot / 2) * size, fill: ink }]),
  )
  return [sprite(columns * tile, TILES * tile, []), ...rows, sprite(wide, high, block(wide, high, ink)), disc(side, ink, art), ...dots]
}
