/**
 * Rules of Rush Hour on bare boards: blocks of two or three cells on a square board, lying or upright, which slide along their length and nowhere
 * else. Block 0 lies in the row of the exit, which opens at that row's right end.
 */

/** Cells a side. */
export const SIZE_MIN = 4
export const SIZE_MAX = 6

/** A block: the cell of it that is nearest to the top left corner, its cells, and whether it stands upright. */
export interface Block {
  readonly row: number
  readonly column: number
  readonly length: number
  readonly upright: boolean
}

/** A board of a size with its blocks. */
export interface Board {
  readonly size: number
  readonly board: readonly Block[]
}

/** Ways that blocks slide. */
export const DIRECTIONS = ['up', 'down', 'left', 'right'] as const

/** A slide of a block, an index of the board, by so many cells. */
export interface Slide {
  readonly block: number
  readonly direction: (typeof DIRECTIONS)[number]
  readonly cells: number
}

/** Cells of the longest block. */
export const LENGTH_MAX = 3

/** Most slides that a fresh board may need, by size and blocks: so many that the generator finds such a board in half a second or less on most seeds. */
const MOVES: { readonly [size: number]: { readonly [blocks: number]: number } } = {
  4: { 3: 2, 4: 4, 5: 5, 6: 7 },
  5: { 4: 3, 5: 4, 6: 5, 7: 7, 8: 9, 9: 10 },
  6: { 6: 7, 7: 9, 8: 11, 9: 11, 10: 12, 11: 13, 12: 14 },
}

/** Fewest and most blocks of a board, the one that wants out among them. */
export const blocksMin = (size: number): number => Math.min(...Object.keys(MOVES[size]!).map(Number))
export const blocksMax = (size: number): number => Math.max(...Object.keys(MOVES[size]!).map(Number))

/** Most slides that a fresh board of a size with so many blocks may need. */
export const movesMax = (size: number, blocks: number): number => MOVES[size]![blocks]!

/** The row of the exit: the middle one, or the upper of the two in the middle. */
export const exitRow = (size: number): number => Math.floor((size - 1) / 2)

/** The block on each cell, row-major; -1 where there is none. */
export function coverOf({ size, board }: Board): number[] {
  const cover = new Array<number>(size * size).fill(-1)
  for (const [index, block] of board.entries()) for (const cell of cellsOf(block, size)) cover[cell] = index
  return cover
}

/** The cells of a block, row-major indices. */
export function cellsOf({ row, column, length, upright }: Block, size: number): number[] {
  return Array.from({ length }, (_, i) => (upright ? (row + i) * size + column : row * size + column + i))
}

/** Whether block 0 has reached the exit. */
export const isOut = ({ size, board }: Board): boolean => board[0]!.column + board[0]!.length === size

/** Why a slide cannot be made; null if it can. */
export function refusalOf(position: Board, { block, direction, cells }: Slide): 'across' | 'blocked' | null {
  const { upright } = position.board[block]!
  if (upright !== (direction === 'up' || direction === 'down')) return 'across'
  return cells <= roomOf(position, coverOf(position), block, direction) ? null : 'blocked'
}

/** Free cells in front of a block in a direction along its length. */
function roomOf({ size, board }: Board, cover: readonly number[], block: number, direction: Slide['direction']): number {
  const { row, column, length, upright } = board[block]!
  const ahead = direction === 'down' || direction === 'right'
  const [at, line] = upright ? [row, column] : [column, row]
  const cell = (place: number): number => (upright ? place * size + line : line * size + place)
  let room = 0
  if (ahead) while (at + length + room < size && cover[cell(at + length + room)]! < 0) room++
  else while (at - 1 - room >= 0 && cover[cell(at - 1 - room)]! < 0) room++
  return room
}

/** Free cells on both sides of each block: up or left, then down or right. */
export function roomsOf(position: Board): (readonly [number, number])[] {
  const cover = coverOf(position)
  return position.board.map(({ upright }, block) => {
    const [back, ahead] = upright ? (['up', 'down'] as const) : (['left', 'right'] as const)
    return [roomOf(position, cover, block, back), roomOf(position, cover, block, ahead)]
  })
}

/** All slides that can be made, block by block, up or left first, short ones first. */
export function slidesFrom(position: Board): Slide[] {
  return roomsOf(position).flatMap(([back, ahead], block) => {
    const { upright } = position.board[block]!
    const some = (room: number, direction: Slide['direction']): Slide[] =>
      Array.from({ length: room }, (_, i) => ({ block, direction, cells: i + 1 }))
    return upright ? [...some(back, 'up'), ...some(ahead, 'down')] : [...some(back, 'left'), ...some(ahead, 'right')]
  })
}

/** The blocks after a slide that can be made. */
export function slid(board: readonly Block[], { block, direction, cells }: Slide): Block[] {
  return board.map((one, index) => {
    if (index !== block) return one
    const by = direction === 'up' || direction === 'left' ? -cells : cells
    return one.upright ? { ...one, row: one.row + by } : { ...one, column: one.column + by }
  })
}

/** Blocks between block 0 and the exit. */
export function inTheWay({ board }: Pick<Board, 'board'>): number {
  const { row, column, length } = board[0]!
  const reaches = (one: Block): boolean => one.upright && one.row <= row && row < one.row + one.length
  return board.filter((one) => one.column >= column + length && reaches(one)).length
}

/** What points count: cells from block 0 to the exit, and blocks between them. */
export function stepsLeft(position: Board): number {
  const { column, length } = position.board[0]!
  return position.size - column - length + inTheWay(position)
}
