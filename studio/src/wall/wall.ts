/** Many boards on one canvas: each is drawn when its state changes, and a frame around it flashes with what the last move came to. */
import type { AnyGame } from '../../../src/game.ts'
import { drawState } from '../../../src/gym/index.ts'
import { themeNamed } from '../../../src/render/index.ts'
import type { Frame } from '../../../src/scene.ts'
import { putFrame, tileFor } from '../play/picture.tsx'

/** What the last move of a board came to. */
export type Flash = 'gain' | 'fine' | 'refused' | 'failed'

/** A place on the wall. */
interface Spot {
  game: AnyGame
  state: unknown
  theme: string
  /** What it flashes with, and until when, ms. */
  flash: Flash
  until: number
  over: boolean
  dirty: boolean
}

/** Milliseconds of a flash. */
const FLASH = 500
/** Pixels between two boards, in which frames are drawn. */
const GAP = 8

/** Colours of a wall, of the page's own. */
export interface WallColours {
  readonly page: string
  readonly gain: string
  readonly bad: string
  readonly chosen: string
}

export class Wall {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #spots: Spot[] = []
  readonly #scratch = document.createElement('canvas')
  #columns = 1
  #side = 48
  #chosen = 0
  #resized = true
  colours: WallColours

  constructor(canvas: HTMLCanvasElement, colours: WallColours) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D
    this.colours = colours
  }

  get count(): number {
    return this.#spots.length
  }

  get columns(): number {
    return this.#columns
  }

  get chosen(): number {
    return this.#chosen
  }

  /** Marks the board that the keyboard stands on. */
  choose(at: number): void {
    this.#chosen = Math.min(this.count - 1, Math.max(0, at))
    this.#resized = true
  }

  /** The state of a board; a new one is put behind the others. `flash`: what the last move came to; null: nothing flashes. */
  set(at: number, game: AnyGame, state: unknown, theme: string, flash: Flash | null, over: boolean, now: number): void {
    const spot = this.#spots[at]
    const shown = {
      game,
      state,
      theme,
      flash: flash ?? 'fine',
      until: flash === null || flash === 'fine' ? 0 : now + FLASH,
      over,
      dirty: true,
    }
    if (spot === undefined) {
      this.#spots[at] = shown
      this.#resized = true
    } else Object.assign(spot, shown)
  }

  clear(): void {
    this.#spots.length = 0
    this.#resized = true
  }

  /** Fits the boards to a width, px of the screen; they are as large as lets all of them be seen at once, 32 to 128 px. */
  layOut(width: number, height: number): void {
    const density = Math.min(2, devicePixelRatio)
    let side = 128
    while (side > 32 && Math.ceil(this.count / Math.max(1, Math.floor(width / (side + GAP)))) * (side + GAP) > height) side -= 4
    const columns = Math.max(1, Math.floor(width / (side + GAP)))
    const rows = Math.ceil(this.count / columns)
    const [w, h] = [columns * (side + GAP), Math.max(1, rows) * (side + GAP)]
    this.#columns = columns
    this.#side = side * density
    this.#canvas.width = w * density
    this.#canvas.height = h * density
    this.#canvas.style.width = `${w}px`
    this.#resized = true
  }

  /** The board under a point of the canvas, px of the screen; -1 where there is none. */
  at(x: number, y: number): number {
    const density = Math.min(2, devicePixelRatio)
    const step = (this.#side + GAP * density) / density
    const at = Math.floor(y / step) * this.#columns + Math.floor(x / step)
    return Math.floor(x / step) < this.#columns && at >= 0 && at < this.count ? at : -1
  }

  /** Draws what has changed. Returns how many boards it drew. */
  draw(now: number): number {
    const context = this.#context
    if (this.#resized) {
      context.fillStyle = this.colours.page
      context.fillRect(0, 0, this.#canvas.width, this.#canvas.height)
      for (const spot of this.#spots) spot.dirty = true
      this.#resized = false
    }
    let drawn = 0
    for (const [at, spot] of this.#spots.entries()) {
      if (!spot.dirty && spot.until === 0) continue
      const gap = GAP * Math.min(2, devicePixelRatio)
      const [x, y] = this.#cornerOf(at)
      if (spot.dirty) {
        const frame = frameOf(spot, this.#side)
        context.fillStyle = this.colours.page
        context.fillRect(x - gap / 2, y - gap / 2, this.#side + gap, this.#side + gap)
        this.#put(frame, x, y, spot.over)
        drawn++
      }
      this.#frame(spot, at, x, y, now)
      spot.dirty = false
    }
    return drawn
  }

  #cornerOf(at: number): [number, number] {
    const density = Math.min(2, devicePixelRatio)
    const step = this.#side + GAP * density
    return [(at % this.#columns) * step + (GAP * density) / 2, Math.floor(at / this.#columns) * step + (GAP * density) / 2]
  }

  #put(frame: Frame, x: number, y: number, over: boolean): void {
    const context = this.#context
    putFrame(this.#scratch, frame)
    // A board of many tiles is drawn larger, since tiles have a least size, and made smaller here.
    const scale = Math.min(1, this.#side / Math.max(frame.width, frame.height))
    const [width, height] = [Math.round(frame.width * scale), Math.round(frame.height * scale)]
    const [left, top] = [Math.round(x + (this.#side - width) / 2), Math.round(y + (this.#side - height) / 2)]
    context.drawImage(this.#scratch, left, top, width, height)
    if (!over) return
    context.fillStyle = this.colours.page
    context.globalAlpha = 0.55
    context.fillRect(left, top, width, height)
    context.globalAlpha = 1
  }

  /** The frame of a board: all around for points, a bar below for a refused move or a failed request, dashed for the chosen board. */
  #frame(spot: Spot, at: number, x: number, y: number, now: number): void {
    const context = this.#context
    const width = 3
    const [left, top, side] = [x - width, y - width, this.#side + 2 * width]
    context.fillStyle = this.colours.page
    for (const [a, b, w, h] of edges(left, top, side, width)) context.fillRect(a, b, w, h)
    const rest = spot.until - now
    if (rest <= 0) spot.until = 0
    context.globalAlpha = spot.over && spot.flash === 'failed' ? 1 : Math.max(0, rest / FLASH)
    context.fillStyle = spot.flash === 'gain' ? this.colours.gain : this.colours.bad
    const shown = edges(left, top, side, width)
    for (const [a, b, w, h] of spot.flash === 'gain' ? shown : shown.slice(1, 2)) context.fillRect(a, b, w, h)
    context.globalAlpha = 1
    if (at !== this.#chosen) return
    context.strokeStyle = this.colours.chosen
    context.lineWidth = 2
    context.setLineDash([6, 3])
    context.strokeRect(left + 1, top + 1, side - 2, side - 2)
    context.setLineDash([])
  }
}

/** Top, bottom, left and right edge of a square. */
const edges = (x: number, y: number, side: number, width: number): readonly (readonly [number, number, number, number])[] => [
  [x, y, side, width],
  [x, y + side - width, side, width],
  [x, y, width, side],
  [x + side - width, y, width, side],
]

/** The sides of tiles that boards of a game and a look have on the wall. */
const tiles = new Map<string, number>()

function frameOf({ game, state, theme }: Spot, side: number): Frame {
  const look = { theme, layout: 'board' as const }
  const { width, height } = game.draw(state, { ...look, tile: 16 }, themeNamed(theme))
  const key = `${game.id} ${width} ${height} ${side}`
  const tile = tiles.get(key) ?? within(tileFor(game, state, look, side), side, Math.max(width, height) / 16)
  tiles.set(key, tile)
  return drawState(game, state, { ...look, tile })
}

/** A tile with which so many of them do not reach over the side. */
const within = (tile: number, side: number, count: number): number => Math.max(8, Math.min(tile, Math.floor(side / count)))
