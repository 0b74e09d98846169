/** A table of a page as plain JSON: what stands in it is decided here, how it looks and how it is sorted is the page's. */

/** A cell. `value` is what a sort goes by; null: by the text. */
export interface TableCell {
  readonly text: string
  readonly value: number | null
  /** Below the text, small: '7.6 to 7.9'. */
  readonly note?: string
  /** Told where a pointer rests. */
  readonly title?: string
  /** 'best': of its column; 'clear': a difference whose interval leaves zero out. */
  readonly look?: 'best' | 'clear'
}

/** A row. `gloss`: below its head, small. Anchors are handed the board and read no picture. */
export interface TableRow {
  readonly head: string
  readonly gloss?: string
  readonly anchor?: boolean
  /** By column; null where nothing is known. */
  readonly cells: readonly (TableCell | null)[]
}

/** A column. `note`: below its head, small; `summary`: what it is, in a sentence. */
export interface TableColumn {
  readonly title: string
  readonly note?: string
  readonly summary?: string
  readonly better?: 'higher' | 'lower'
}

/** A table. `first`: head of the column of row heads. */
export interface Table {
  readonly title: string
  readonly first: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
  /** What its numbers are, below it. */
  readonly notes: readonly string[]
}

/** A cell of text that no sort goes by as a number. */
export const textCell = (text: string): TableCell => ({ text, value: null })
