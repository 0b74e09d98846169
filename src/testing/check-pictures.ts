/** The part of `checkGame` that proves that a picture shows what there is to perceive: states of different perception have different pictures. */
import type { AnyGame, Grid } from '../game.ts'
import { drawState, PLAIN_SKIN } from '../gym/index.ts'
import { frameHash, frameToRgb } from '../render/index.ts'
import type { Frame } from '../scene.ts'
import { ensure } from './ensure.ts'

/** Pictures of a config that are compared at most. */
const MOST = 400

/** The default skin without margins and score, which could tell two states apart that have one board. */
const SKIN = { ...PLAIN_SKIN, tile: 16, layout: 'board' } as const

/** Compares the pictures of one config's states. */
export class SeenPictures {
  readonly #game: AnyGame
  /** Text of the perception by the hash of the picture. */
  readonly #texts = new Map<string, string>()
  /** Label by the pixels of a cell. */
  readonly #labels = new Map<string, string>()

  constructor(game: AnyGame) {
    this.#game = game
  }

  /** Different perceptions that were seen to look different. */
  get count(): number {
    return new Set(this.#texts.values()).size
  }

  /** Throws GameError where the picture is that of a state of another perception. Looks at so many states, then no more. */
  add(state: unknown, where: string): void {
    if (this.#texts.size >= MOST) return
    const { perception } = this.#game
    const truth = perception.of(state)
    const text = perception.format(truth)
    const frame = drawState(this.#game, state, SKIN)
    const hash = frameHash(frame)
    const before = this.#texts.get(hash)
    ensure(
      before === undefined || before === text,
      where,
      `two states of different perception have one picture: ${JSON.stringify(before)} and ${JSON.stringify(text)}`,
    )
    this.#texts.set(hash, text)
    const grid = perception.grid?.(truth)
    if (before === undefined && grid !== undefined) this.#addCells(frame, grid, where)
  }

  /** Where the picture is cut evenly into the cells of a grid, cells of different labels look different. */
  #addCells(frame: Frame, { rows, columns, cells }: Grid, where: string): void {
    if (frame.width !== columns * SKIN.tile || frame.height !== rows * SKIN.tile) return
    const pixels = frameToRgb(frame)
    for (const [row, labels] of cells.entries()) {
      for (const [column, label] of labels.entries()) {
        const patch = patchOf(pixels, frame.width, row, column)
        const before = this.#labels.get(patch)
        ensure(before === undefined || before === label, where, `cells labelled ${before} and ${label} look the same`)
        this.#labels.set(patch, label)
      }
    }
  }
}

/** The pixels of a cell as a text. */
function patchOf(pixels: Uint8Array, width: number, row: number, column: number): string {
  const side = 3 * SKIN.tile
  const lines = Array.from({ length: SKIN.tile }, (_, y) => {
    const from = 3 * (row * SKIN.tile + y) * width + column * side
    return String.fromCharCode(...pixels.subarray(from, from + side))
  })
  return lines.join('')
}
