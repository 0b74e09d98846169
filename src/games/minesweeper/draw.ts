/**
 * The picture of a Minesweeper board; layouts as in shared/framed-board.ts, with the mines less the flags on top. Sprites by look: 0..8 open cells,
 * 9 a covered one, 10 a flag, 11 the mine that was opened. Numbers are digits, or as the skin asks letters (A for 1) or dots; each has a colour of
 * its own, or with the knob `plain` all have one.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { inkOf, plainInk } from '../shared/tile-art.ts'
import { BURST, COVERED, FLAG, SIZE_MAX } from './rules.ts'
import type { StateMinesweeper } from './state.ts'

const STYLE: FrameStyle = { side: SIZE_MAX, phrase: 'Mines left', room: 2.6 }

/** Display list of a state; equal skin, theme and `plain` give the same catalogue object. */
export function draw({ size, mines, shown, plain }: StateMinesweeper, skin: Skin, theme: Theme): Scene {
  const what = plain ? 'plain' : 'coloured'
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => lookSprites(plain, skin, theme), what)
  const flags = shown.reduce((sum, look) => sum + (look === FLAG ? 1 : 0), 0)
  const framed = { rows: size, columns: size, sprites: shown, value: Math.max(0, mines - flags), frame: BURST + 1 }
  return drawBoard(framed, STYLE, catalogue, skin, theme)
}

const catalogues = new CatalogueCache()

/** Colours of the numbers 1 to 6, indices of tile-art's COLOURS: blue, green, red, magenta, cyan, yellow. 7 and 8 have none. */
const NUMBER_COLOURS = [2, 1, 0, 4, 5, 3]

/** What a number is written in. */
export function numberInk(number: number, plain: boolean, theme: Theme): Color {
  const colour = plain ? undefined : NUMBER_COLOURS[number - 1]
  return colour === undefined ? plainInk(theme) : inkOf(colour, theme)
}

function lookSprites(plain: boolean, skin: Skin, theme: Theme): Sprite[] {
  const { tile } = skin
  const numbers = Array.from({ length: COVERED }, (_, number) => {
    return openSprite(tile, theme, number === 0 ? [] : numberShapes(number, skin, numberInk(number, plain, theme)))
  })
  return [
    ...numbers,
    coveredSprite(tile, theme, []),
    coveredSprite(tile, theme, flag(tile, theme)),
    openSprite(tile, theme, mine(tile, theme)),
  ]
}

/** A flat cell, a pixel or more of board around it. */
function openSprite(tile: number, theme: Theme, shapes: readonly Shape[]): Sprite {
  const gap = gapOf(tile)
  const flat: Shape = { kind: 'rect', x: gap, y: gap, width: tile - 2 * gap, height: tile - 2 * gap, fill: theme.empty }
  return { width: tile, height: tile, fill: theme.board, shapes: [flat, ...shapes] }
}

/** A raised cell in a tile colour, its lower edge in the shade. */
function coveredSprite(tile: number, theme: Theme, shapes: readonly Shape[]): Sprite {
  const gap = gapOf(tile)
  const side = tile - 2 * gap
  const edge = Math.max(1, Math.round(tile / 10))
  const { fill, ink } = lidOf(theme)
  return {
    width: tile,
    height: tile,
    fill: theme.board,
    shapes: [
      { kind: 'rect', x: gap, y: gap, width: side, height: side, radius: tile / 10, fill: ink },
      { kind: 'rect', x: gap, y: gap, width: side, height: side - edge, radius: tile / 10, fill },
      ...shapes,
    ],
  }
}

/** The colours of a covered cell. */
export const lidOf = (theme: Theme): Theme['tiles'][number] => theme.tiles[0]!

const gapOf = (tile: number): number => Math.max(1, Math.round(tile / 24))

function numberShapes(number: number, { tile, symbols = 'numbers' }: Skin, fill: Color): Shape[] {
  if (symbols === 'dots') return dots(number, tile, fill)
  const text = symbols === 'letters' ? String.fromCharCode(64 + number) : String(number)
  return [{ kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.62, text, fill }]
}

/** One dot to eight, in rows of at most three. */
function dots(count: number, tile: number, fill: Color): Shape[] {
  const perRow = count <= 4 ? 2 : 3
  const rows = Math.ceil(count / perRow)
  const step = tile * 0.26
  return Array.from({ length: count }, (_, k): Shape => {
    const row = Math.floor(k / perRow)
    const inRow = Math.min(perRow, count - row * perRow)
    const x = tile / 2 + ((k % perRow) - (inRow - 1) / 2) * step
    return { kind: 'circle', x, y: tile / 2 + (row - (rows - 1) / 2) * step, radius: tile * 0.1, fill }
  })
}

/** A pennant on a pole. */
function flag(tile: number, theme: Theme): Shape[] {
  const { ink } = lidOf(theme)
  return [
    { kind: 'rect', x: tile * 0.34, y: tile * 0.18, width: Math.max(1, tile * 0.08), height: tile * 0.6, fill: ink },
    { kind: 'polygon', points: [0.42, 0.18, 0.78, 0.34, 0.42, 0.5].map((part) => part * tile), fill: '#d7192d' },
  ]
}

/** A ball with spikes. */
function mine(tile: number, theme: Theme): Shape[] {
  const fill = plainInk(theme)
  const [centre, half, thick] = [tile / 2, tile * 0.36, tile * 0.08]
  const bar = (turn: number): Shape => {
    const [x, y] = [Math.cos(turn), Math.sin(turn)]
    const corner = (along: number, across: number): number[] => [centre + along * x - across * y, centre + along * y + across * x]
    const points = [corner(-half, -thick / 2), corner(half, -thick / 2), corner(half, thick / 2), corner(-half, thick / 2)].flat()
    return { kind: 'polygon', points, fill }
  }
  return [
    ...[0, 1, 2, 3].map((eighth) => bar((eighth * Math.PI) / 4)),
    { kind: 'circle', x: centre, y: centre, radius: tile * 0.24, fill },
    { kind: 'circle', x: tile * 0.43, y: tile * 0.43, radius: tile * 0.06, fill: theme.empty },
  ]
}
