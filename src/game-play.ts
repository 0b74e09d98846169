/** What helps a person to play a game at a terminal; no model sees any of it. */
import type { Color, Theme } from './scene.ts'

/** How a person sees a cell at a terminal. */
export interface CellLook {
  /** What stands in the cell, a few characters; '' for an empty cell. */
  readonly text: string
  /** The same in ASCII, for terminals without Unicode. Default: `text`. */
  readonly ascii?: string
  /** Put before the text where there are no colours, for cells that colour alone tells apart: 'r' for red. ASCII. */
  readonly mark?: string
  readonly fill: Color
  readonly ink: Color
}

/** An action that a single key plays. */
export interface PlayKey<A> {
  /** 'up', 'right', 'down' and 'left' are the arrow keys; all others are one printable character, but none of u, n, h, ? and q. */
  readonly keys: readonly string[]
  /** What the action does, for people: 'up'. May be typed too. */
  readonly name: string
  readonly action: A
}

/** What helps a person to play at a terminal. Every field may be left out; a game that declares none is played by typed answers. */
export interface PlayAids<A, C, S = unknown> {
  /** The rules for a person, a paragraph a line. Nothing about replies to a model, and nothing about keys, which `play` adds. */
  rules?(config: C): string
  readonly keys?: readonly PlayKey<A>[]
  /** For answers that name cells or what stands in them: how many, and the answer for cells picked in that order, 0-based from the top left. */
  readonly pick?: { readonly cells: number; answer(cells: readonly (readonly [row: number, column: number])[], state: S): string }
  /**
   * For a perception that is no grid: the answers that places of the picture stand for, rows of equal length over the picture of layout 'board';
   * null for none. A page plays the answer of a place that is clicked.
   */
  places?(state: S): readonly (readonly (string | null)[])[]
  /** The look of a cell by its label in the perception. Absent: the label, on the commonest colour of the cell's picture. */
  look?(label: string, theme: Theme): CellLook
}
