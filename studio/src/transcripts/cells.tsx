/** What was read of a board, beside what is true of it. */
import type { Cells } from '../../../src/studio/shown-step.ts'
import './cells.css'

const cellsApart = (truth: Cells, read: Cells): number =>
  truth.reduce((sum, row, r) => sum + row.filter((label, c) => read[r]?.[c] !== label).length, 0)

export function readingTitle(truth: Cells, read: Cells | null): string {
  if (read === null) return 'What it read: nothing readable'
  const wrong = cellsApart(truth, read)
  const count = truth.reduce((sum, row) => sum + row.length, 0)
  return wrong === 0 ? 'What it read: all right' : `What it read: ${wrong} of ${count} wrong`
}

/** Laid over a picture of the board: a cell that was read rightly is ticked, of any other stands what it was read as. */
export function ReadCells(props: { readonly rows: number; readonly columns: number; readonly truth: Cells; readonly read: Cells }) {
  const { rows, columns, truth, read } = props
  return (
    <div
      class="read-cells"
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, gridTemplateRows: `repeat(${rows}, 1fr)` }}
      role="img"
      aria-label={readingTitle(truth, read)}
    >
      {truth.flatMap((row, r) =>
        row.map((label, c) => {
          const seen = read[r]?.[c]
          const right = seen === label
          return (
            <span key={`${r} ${c}`} class={right ? 'right' : 'wrong'} title={right ? label : `${seen ?? 'left out'}; it is ${label}`}>
              {right ? '✓' : seen === '_' ? 'empty' : (seen ?? 'left out')}
            </span>
          )
        }),
      )}
    </div>
  )
}

/** Text of a perception that is no grid, or that cannot be laid over the board. */
export function Told({ truth, read }: { readonly truth: Cells; readonly read: Cells | null }) {
  const lines = Array.from({ length: Math.max(truth.length, read?.length ?? 0) }, (_, at) => at)
  const text = (cells: Cells | null, at: number): string => cells?.[at]?.join(' | ') ?? ''
  return (
    <table class="told">
      <thead>
        <tr>
          <th scope="col">true</th>
          {read !== null && <th scope="col">read</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map((at) => (
          <tr key={at} class={read !== null && text(truth, at) !== text(read, at) ? 'wrong' : ''}>
            <td>{text(truth, at)}</td>
            {read !== null && <td>{text(read, at)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
