/**
 * The flight of the ball: no state, no chance, whole numbers only, so that it is equal on every platform.
 *
 * Lengths are tenths of a brick's width, x from the left and y from the top. The ball is a square of 2 * RADIUS a side as far as walls, bricks and the
 * paddle go. In a frame it moves by its motion (dx, dy), one tenth after another, x before y; where a tenth would take it into a wall or a brick
 * it turns back on that axis instead, and the brick is gone.
 */

/** Tenths of a brick's width, and of its height. */
export const BRICK = { width: 10, height: 5 } as const
/** Bricks a row, rows of bricks. */
export const COLUMNS_MIN = 6
export const COLUMNS_MAX = 12
export const ROWS_MAX = 4
/** Where the first row begins, the height of the field, and the top of the paddle. */
export const TOP = 10
export const HEIGHT = 120
export const PADDLE_TOP = 113
/** Half a side of the ball. */
export const RADIUS = 2
/** Tenths a frame that the ball rises or falls. */
const FALL = 6
/** A falling ball is shown to the player in the first frame that ends below this. Bricks end at 30, so the frames before it show no bounce off one. */
const SHOWN = 62

/** Sideways motion after the paddle was hit, by its part from left to right; by the number of parts. */
export const AIMS: { readonly [parts: number]: readonly number[] } = {
  2: [-4, 4],
  4: [-6, -3, 3, 6],
  6: [-7, -5, -2, 2, 5, 7],
}

/** A place, x and y. */
export type Place = readonly [x: number, y: number]

/** The ball where the player sees it: falling. */
export interface Ball {
  readonly x: number
  readonly y: number
  readonly dx: number
}

/** A field: bricks a row, and which bricks are there, row-major. */
export interface Field {
  readonly columns: number
  readonly bricks: readonly number[]
}

/** How a flight ends: where the ball is shown next, the three frames before it (the latest first), the bricks left and how many were hit. */
export interface Flight {
  readonly ball: Ball
  readonly trail: readonly Place[]
  readonly bricks: readonly number[]
  readonly hits: number
}

interface Moving {
  x: number
  y: number
  dx: number
  dy: number
  hits: number
}

/** Whether the ball's square with its middle there meets a wall, or a brick, which it then takes away. */
function meets(x: number, y: number, columns: number, bricks: Uint8Array, ball: Moving): boolean {
  if (x < RADIUS || x > columns * BRICK.width - RADIUS || y < RADIUS) return true
  const rows = bricks.length / columns
  if (y - RADIUS >= TOP + rows * BRICK.height) return false
  let met = false
  const last = Math.min(rows - 1, Math.floor((y + RADIUS - 1 - TOP) / BRICK.height))
  for (let row = Math.max(0, Math.floor((y - RADIUS - TOP) / BRICK.height)); row <= last; row++)
    for (let column = Math.floor((x - RADIUS) / BRICK.width); column <= Math.floor((x + RADIUS - 1) / BRICK.width); column++) {
      if (bricks[row * columns + column] !== 1) continue
      bricks[row * columns + column] = 0
      ball.hits++
      met = true
    }
  return met
}

/** One frame; false where the ball came down on the paddle's line, and the frame ends there. */
function frame(ball: Moving, columns: number, bricks: Uint8Array): boolean {
  const wide = Math.abs(ball.dx)
  const high = Math.abs(ball.dy)
  const tenths = Math.max(wide, high)
  for (let k = 1; k <= tenths; k++) {
    if (Math.floor((k * wide) / tenths) > Math.floor(((k - 1) * wide) / tenths)) {
      const step = Math.sign(ball.dx)
      if (meets(ball.x + step, ball.y, columns, bricks, ball)) ball.dx = -ball.dx
      else ball.x += step
    }
    if (Math.floor((k * high) / tenths) > Math.floor(((k - 1) * high) / tenths)) {
      if (ball.dy > 0 && ball.y + RADIUS >= PADDLE_TOP) return false
      const step = Math.sign(ball.dy)
      if (meets(ball.x, ball.y + step, columns, bricks, ball)) ball.dy = -ball.dy
      else ball.y += step
    }
  }
  return true
}

/** Where a ball that is shown comes down on the paddle's line, and after how many frames. Bricks are all above it. */
export function landing({ x, y, dx }: Ball, columns: number): { readonly x: number; readonly frames: number } {
  const ball = { x, y, dx, dy: FALL, hits: 0 }
  const none = new Uint8Array(0)
  let frames = 1
  while (frame(ball, columns, none)) frames++
  return { x: ball.x, frames }
}

/** The flight of a ball that leaves the paddle's line at x with a sideways motion, until it is shown again or the last brick is gone. */
export function flight({ columns, bricks }: Field, x: number, dx: number): Flight {
  const left = Uint8Array.from(bricks)
  const total = left.reduce((sum, one) => sum + one, 0)
  const ball: Moving = { x, y: PADDLE_TOP - RADIUS, dx, dy: -FALL, hits: 0 }
  let trail: readonly Place[] = []
  while (!(ball.dy > 0 && ball.y >= SHOWN) && ball.hits < total) {
    trail = [[ball.x, ball.y] as const, ...trail].slice(0, 3)
    frame(ball, columns, left)
  }
  return { ball: { x: ball.x, y: ball.y, dx: ball.dx }, trail, bricks: Array.from(left), hits: ball.hits }
}

/** Which part of a paddle a ball comes down on, from 0 on the left; -1 beside it. `half`: half the paddle's width, in tenths. */
export function partHit(ball: number, paddle: number, half: number, parts: number): number {
  const most = half + RADIUS
  const off = ball - paddle + most
  return off < 0 || off > 2 * most ? -1 : Math.min(parts - 1, Math.floor((off * parts) / (2 * most + 1)))
}
