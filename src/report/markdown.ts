/** Tables that are Markdown and read well in a terminal too. */

/**
 * A head and its rows as a table without a line end after the last row; columns as wide as their longest cell, on the right except the
 * first and those in `texts` (indices). Cells are made safe: names come from files.
 */
export function markdownTable(rows: readonly (readonly string[])[], texts: readonly number[] = []): string {
  const table = rows.map((row) => row.map(plainCell))
  const [head = [], ...body] = table
  const widths = head.map((_, column) => Math.max(...table.map((row) => (row[column] as string).length)))
  const isText = (column: number): boolean => column === 0 || texts.includes(column)
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (isText(i) ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (isText(i) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...body.map(line)].join('\n')
}

/** Nothing that breaks a row. */
function plainCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
}
