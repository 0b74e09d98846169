/** Saving what the page shows as files. */
import type { Table } from '../../src/report/table.ts'

/** A name that every file system takes. */
const safeName = (name: string): string => name.replace(/[^\w.-]+/g, '-').replace(/^-|-$/g, '')

/** Hands a file to the reader's browser. */
export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = Object.assign(document.createElement('a'), { href: url, download: safeName(name) })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A field of CSV: quoted where it must be, and never a formula to a spreadsheet. */
function csvField(value: string | number): string {
  const text = String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const headOf = ({ head, gloss }: Table['rows'][number]): string => (gloss ? `${head} (${gloss})` : head)

/** Numbers with all their digits, and a column of their notes (intervals) where there are any. */
export function tableCsv({ first, columns, rows }: Table): string {
  const noted = columns.map((_, i) => rows.some(({ cells }) => cells[i]?.note !== undefined))
  const head = [first, ...columns.flatMap(({ title }, i) => (noted[i] ? [title, `${title}: note`] : [title]))]
  const lines = rows.map((row) => [
    headOf(row),
    ...row.cells.flatMap((cell, i) => {
      const value = cell === null ? '' : (cell.value ?? cell.text)
      return noted[i] ? [value, cell?.note ?? ''] : [value]
    }),
  ])
  return `${[head, ...lines].map((line) => line.map(csvField).join(',')).join('\n')}\n`
}

/** As it stands on the page. */
export function tableMarkdown({ first, columns, rows, notes }: Table): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [
    line([first, ...columns.map(({ title }) => title)]),
    `|---|${columns.map(() => '---:|').join('')}`,
    ...rows.map((row) =>
      line([headOf(row), ...row.cells.map((one) => (one === null ? '–' : one.note ? `${one.text} [${one.note}]` : one.text))]),
    ),
    '',
    ...notes,
    '',
  ].join('\n')
}
