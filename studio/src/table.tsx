/** A table of the page: sorted by any column, saved as CSV or Markdown; on a narrow page a row becomes a card, so that no column is hidden. */
import { useState } from 'preact/hooks'
import type { Table, TableCell } from '../../src/report/table.ts'
import { saveFile, tableCsv, tableMarkdown } from './save.ts'

interface Order {
  /** Column, from 0; −1: the heads of the rows. */
  readonly column: number
  readonly down: boolean
}

/** Known numbers before texts before nothing, whichever way they are sorted. */
function compareCells(a: TableCell | null, b: TableCell | null, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const sign = down ? -1 : 1
  if (a.value !== null && b.value !== null) return sign * (a.value - b.value)
  return a.value !== b.value && (a.value === null || b.value === null)
    ? Number(a.value === null) - Number(b.value === null)
    : sign * a.text.localeCompare(b.text, 'en', { numeric: true })
}

function sorted({ rows }: Table, order: Order | null): Table['rows'] {
  if (order === null) return rows
  const { column, down } = order
  return rows.toSorted((a, b) =>
    column < 0
      ? (down ? -1 : 1) * a.head.localeCompare(b.head, 'en', { numeric: true })
      : compareCells(a.cells[column] ?? null, b.cells[column] ?? null, down),
  )
}

/** `name`: what the table is of, for files and readers that do not see it. */
export function DataTable({ table, name }: { readonly table: Table; readonly name: string }) {
  const [order, setOrder] = useState<Order | null>(null)
  const rows = sorted(table, order)
  const called = `${name}: ${table.title}`
  const turn = (column: number): void =>
    setOrder(
      order?.column !== column
        ? { column, down: column >= 0 && table.columns[column]?.better !== 'lower' }
        : order.down === (column >= 0 && table.columns[column]?.better !== 'lower')
          ? { column, down: !order.down }
          : null,
    )
  const head = (column: number, title: string, note?: string, summary?: string, arrow = '') => (
    <th scope="col" aria-sort={order?.column === column ? (order.down ? 'descending' : 'ascending') : undefined} key={column}>
      <button type="button" class="sort" onClick={() => turn(column)} title={summary ?? `sort by ${title}`}>
        {title}
        {arrow}
        {order?.column === column && <span aria-hidden="true">{order.down ? ' ▼' : ' ▲'}</span>}
      </button>
      {note !== undefined && <small>{note}</small>}
    </th>
  )
  return (
    <div class="tablebox">
      <p class="tablehead">
        <b>{table.title}</b>
        <span>
          <button type="button" class="plain" onClick={() => saveFile(`${called}.csv`, tableCsv({ ...table, rows }), 'text/csv')}>
            CSV<span class="unseen"> of {called}</span>
          </button>
          <button type="button" class="plain" onClick={() => saveFile(`${called}.md`, tableMarkdown({ ...table, rows }), 'text/markdown')}>
            Markdown<span class="unseen"> of {called}</span>
          </button>
        </span>
      </p>
      {/* biome-ignore-start lint/a11y/noRedundantRoles: as cards, the parts of the table are blocks to the browser and would be no table any more */}
      <table class={`data ${table.columns.length > 5 ? 'many' : ''}`} role="table" aria-label={called}>
        <thead role="rowgroup">
          <tr role="row">
            {head(-1, table.first)}
            {table.columns.map(({ title, note, summary, better }, i) =>
              head(i, title, note, summary, better === undefined ? '' : better === 'higher' ? ' ↑' : ' ↓'),
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, i) => (
            <tr role="row" class={row.anchor ? 'anchor' : ''} key={`${row.head} ${row.gloss ?? ''} ${row.cells[0]?.text ?? ''} ${i}`}>
              <th scope="row" role="rowheader">
                {row.head}
                {row.gloss && <small>{row.gloss}</small>}
              </th>
              {row.cells.map((cell, column) => (
                <td
                  role="cell"
                  key={table.columns[column]?.title}
                  class={cell?.look ?? (cell === null ? 'none' : '')}
                  title={cell?.title}
                  data-head={table.columns[column]?.title}
                >
                  <span>{cell?.text ?? '–'}</span>
                  {cell?.note && <small>{cell.note}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above */}
      {table.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
    </div>
  )
}
