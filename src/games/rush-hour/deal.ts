/** Boards that need a wanted number of slides, found by climbing: a random board whose blocks are drawn anew, a few at a time, as long as it gets no easier. */
import type { Rng } from '../../rng.ts'
import { type Block, type Board, cellsOf, exitRow, LENGTH_MAX } from './rules.ts'
import { SlideTable } from './table.ts'

/** Boards of a whole beyond which it is not looked at: small wholes are quick to count, and hard boards have them as well. */
const BOARDS_MAX = 1500
/** Changes in a row that make nothing harder, after which another board is begun. */
const PATIENCE = 40

/** The whole of a board with some that need `moves` slides or more. */
export function dealTable(size: number, blocks: number, moves: number, rng: Rng): SlideTable {
  for (;;) {
    let best: Block[] | null = null
    let hardest = -1
    for (let stale = 0; stale < PATIENCE; stale++) {
      const kept: Block[] = best === null ? [wanting(size, rng)] : best.filter((_, index) => index === 0 || rng.int(blocks) > 1)
      const board = filled(size, blocks, kept, rng)
      if (board === null) continue
      const table = new SlideTable({ size, board }, BOARDS_MAX)
      if (table.longest >= moves) return table
      if (table.longest > hardest) stale = 0
      if (table.longest >= hardest) [best, hardest] = [board, table.longest]
    }
  }
}

/** The block that wants out, anywhere in its row but at the exit. */
function wanting(size: number, rng: Rng): Block {
  return { row: exitRow(size), column: rng.int(size - 2), length: 2, upright: false }
}

/** The blocks and others drawn to them, as many as fit up to `blocks`; null if they are too few. No second one lies in the row of the exit. */
function filled(size: number, blocks: number, kept: readonly Block[], rng: Rng): Block[] | null {
  const board = [...kept]
  const covered = new Set(kept.flatMap((block) => cellsOf(block, size)))
  for (const block of rng.shuffle(placesOf(size))) {
    if (board.length === blocks) break
    const cells = cellsOf(block, size)
    if (cells.some((cell) => covered.has(cell))) continue
    for (const cell of cells) covered.add(cell)
    board.push(block)
  }
  return board.length === blocks ? board : null
}

const places = new Map<number, Block[]>()

/** Every way to put a block on a bare board. */
function placesOf(size: number): Block[] {
  const known = places.get(size)
  if (known !== undefined) return known
  const list: Block[] = []
  for (let length = 2; length <= Math.min(LENGTH_MAX, size - 1); length++)
    for (let line = 0; line < size; line++)
      for (let place = 0; place + length <= size; place++) {
        list.push({ row: place, column: line, length, upright: true })
        if (line !== exitRow(size)) list.push({ row: line, column: place, length, upright: false })
      }
  places.set(size, list)
  return list
}

/** The same board with its blocks in reading order, the one that wants out first: so they get their letters. */
export function inOrder({ board }: Board): Block[] {
  const [first, ...others] = board
  return [first!, ...others.sort((a, b) => a.row - b.row || a.column - b.column)]
}
