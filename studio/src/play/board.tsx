/** The board of a person's game: the picture, and over it a button a cell where moves name cells, or a button a place that is a move. Strokes over it are arrow keys. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { AnyGame } from '../../../src/game.ts'
import { gridOf } from '../../../src/games/shared/grid-perception.ts'
import type { Skin } from '../../../src/scene.ts'
import { type Cell, sameCell, strokeOf } from './cells.ts'
import { Picture } from './picture.tsx'

/** Pixels of the longer side: what the window has room for below the controls. */
const sideOf = (): number => Math.min(560, Math.max(300, innerHeight - 310))

/** Equal cells over the whole picture. */
const layOut = (rows: number, columns: number) => ({
  gridTemplateColumns: `repeat(${columns}, 1fr)`,
  gridTemplateRows: `repeat(${rows}, 1fr)`,
})

export function Board(props: {
  readonly game: AnyGame
  readonly state: unknown
  readonly skin: Omit<Skin, 'tile'>
  readonly cursor: Cell
  readonly picked: readonly Cell[]
  readonly marked: readonly Cell[]
  readonly onPick: (cell: Cell) => void
  readonly onStroke: (name: string) => void
  readonly onAnswer: (answer: string) => void
}) {
  const { game, state, skin, cursor, picked, marked, onPick, onStroke, onAnswer } = props
  const grid = game.play?.pick === undefined ? null : gridOf(game, state)
  const places = game.play?.places?.(state) ?? []
  const strokes = game.play?.keys?.some(({ keys }) => keys.includes('up')) ?? false
  const from = useRef<readonly [x: number, y: number] | null>(null)
  const has = (cells: readonly Cell[], cell: Cell): boolean => cells.some((one) => sameCell(one, cell))
  return (
    <div
      class={strokes ? 'board strokes' : 'board'}
      onPointerDown={({ clientX, clientY }) => {
        from.current = [clientX, clientY]
      }}
      onPointerUp={({ clientX, clientY }) => {
        const [x, y] = from.current ?? [clientX, clientY]
        const name = strokes ? strokeOf(clientX - x, clientY - y) : null
        from.current = null
        if (name !== null) onStroke(name)
      }}
    >
      <Picture game={game} state={state} skin={skin} size={sideOf()} label={`The board of ${game.title}`} />
      {places.length > 0 && (
        <div class="cells" style={layOut(places.length, places[0]?.length ?? 1)}>
          {places.flatMap((row, r) =>
            row.map((answer, c) =>
              answer === null ? (
                <span key={`${r} ${c}`} />
              ) : (
                // The buttons of moves below say the same, and the keyboard reaches those.
                <button key={`${r} ${c}`} type="button" aria-label={`play ${answer}`} tabIndex={-1} onClick={() => onAnswer(answer)} />
              ),
            ),
          )}
        </div>
      )}
      {grid !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame into the board
        <div
          class="cells"
          role="group"
          aria-label="Cells"
          // The press of the space bar has picked the cell.
          onKeyUp={(event) => event.key === ' ' && event.preventDefault()}
          style={layOut(grid.rows, grid.columns)}
        >
          {grid.cells.flatMap((row, r) =>
            row.map((label, c) => {
              const cell: Cell = [r, c]
              return (
                <CellButton
                  key={`${r} ${c}`}
                  label={`row ${r}, column ${c}: ${label === '_' ? 'empty' : label}${has(marked, cell) ? ', the hint' : ''}`}
                  current={sameCell(cursor, cell)}
                  picked={has(picked, cell)}
                  marked={has(marked, cell)}
                  onPick={() => onPick(cell)}
                />
              )
            }),
          )}
        </div>
      )}
    </div>
  )
}

/** Of all cells the tabulator key reaches the one under the cursor; arrow keys move it. */
function CellButton(props: {
  readonly label: string
  readonly current: boolean
  readonly picked: boolean
  readonly marked: boolean
  readonly onPick: () => void
}) {
  const { label, current, picked, marked, onPick } = props
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    if (current && document.activeElement?.closest('.cells')) button.current?.focus({ preventScroll: true })
  }, [current])
  return (
    <button
      ref={button}
      type="button"
      class={[picked && 'picked', marked && 'marked', current && 'current'].filter(Boolean).join(' ')}
      aria-label={label}
      aria-pressed={picked}
      tabIndex={current ? 0 : -1}
      onClick={onPick}
    />
  )
}
