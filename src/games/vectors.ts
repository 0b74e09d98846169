/**
 * Checking the games against recorded vectors of another implementation: JSON lines, an object each. Whose vectors they are is told from
 * the fields of the rows; a game enters by the `vectors` of its entry in registry.ts. Bad input is reported by its line and never thrown.
 *
 *     await checkVectorFile(text, '2048.jsonl')   // -> { game: '2048', rows: 200, agree: 200, differences: [] }
 */
import { ZodError } from 'zod'
import { gameEntries } from './registry.ts'
import type { VectorDifference, VectorFormat } from './shared/vector-format.ts'

export type { VectorDifference, VectorFormat }

/** Outcome for one file. `line`: 1-based; `id`: the row's own id or null. A malformed line is a difference of the field 'line'. */
export interface VectorReport {
  /** Id of the game the rows belong to; null when no row is of a known format. */
  readonly game: string | null
  /** Lines that are not blank. */
  readonly rows: number
  /** Rows without a difference. */
  readonly agree: number
  readonly differences: readonly (VectorDifference & { readonly line: number; readonly id: string | number | null })[]
}

/** Checks every line of a vector file. `fileName` appears in reports only. */
export async function checkVectorFile(text: string, fileName: string): Promise<VectorReport> {
  const formats = await Promise.all(gameEntries().flatMap(({ vectors }) => vectors?.() ?? []))
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((content, at) => ({ content: content.trim(), line: at + 1 }))
    .filter(({ content }) => content !== '')
    .map(({ content, line }) => ({ line, row: parseLine(content) }))
  const format = formats.find(({ matches }) => lines.some(({ row }) => row !== null && matches(row)))
  if (format === undefined) return { game: null, rows: lines.length, agree: 0, differences: [unknownFormat(fileName, formats)] }
  const checked = lines.map(({ line, row }) => checkLine(format, row).map((difference) => ({ line, id: idOf(row), ...difference })))
  return {
    game: format.game,
    rows: lines.length,
    agree: checked.filter((differences) => differences.length === 0).length,
    differences: checked.flat(),
  }
}

function parseLine(content: string): object | null {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function checkLine(format: VectorFormat, row: object | null): VectorDifference[] {
  const malformed = (actual: string): VectorDifference[] => [{ field: 'line', expected: `a ${format.game} vector`, actual }]
  if (row === null) return malformed('not a JSON object')
  try {
    return format.check(row)
  } catch (error) {
    if (!(error instanceof ZodError)) return malformed(error instanceof Error ? error.message : String(error))
    const issue = error.issues[0]
    return malformed(`malformed: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown reason'}`)
  }
}

function idOf(row: object | null): string | number | null {
  const id = row !== null && 'id' in row ? row.id : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function unknownFormat(fileName: string, formats: readonly VectorFormat[]): VectorReport['differences'][number] {
  const known = formats.map(({ game }) => game).join(', ')
  return { line: 1, id: null, field: 'line', expected: `vectors of one of: ${known}`, actual: `no line of ${fileName} has their fields` }
}
