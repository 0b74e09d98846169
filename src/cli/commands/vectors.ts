/** `vlm-gym vectors`: do the rules here agree with recorded vectors of another implementation? Exit code 1 if not. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { fileReason, StorageError } from '../../errors.ts'
import { checkVectorFile, type VectorReport } from '../../games/vectors.ts'
import { withExamples, withJson } from '../options.ts'
import { coloursOf, printJson, printStyled } from '../terminal.ts'

/** Options and action of `vectors`. */
export function defineVectors(command: Command): void {
  command.argument('<file...>', 'JSON-lines files of vectors')
  withJson(command)
  withExamples(command, [
    ['vlm-gym vectors 2048.jsonl', 'prints every row that differs, and how many agree'],
    ['vlm-gym vectors *.jsonl --json', 'the same for programs'],
  ])
  command.action(vectors)
}

async function vectors(files: string[], options: { json?: boolean }): Promise<void> {
  const reports: (VectorReport & { file: string })[] = []
  for (const file of files) {
    const report = { file, ...(await checkVectorFile(await read(file), file)) }
    reports.push(report)
    if (!options.json) printStyled(describe(report))
  }
  if (options.json) printJson(reports)
  if (reports.some(({ differences }) => differences.length > 0)) process.exitCode = 1
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new StorageError(`cannot read ${file}: ${fileReason(error)}; give a file of JSON lines`, { cause: error })
  })
}

function describe({ file, game, rows, agree, differences }: VectorReport & { file: string }): string[] {
  const colours = coloursOf()
  const lines = differences.map(({ line, id, field, expected, actual }) => {
    const row = id === null ? `line ${line}` : `line ${line}, id ${id}`
    const said =
      field === 'line'
        ? `expected ${expected}: ${actual}`
        : `${field}: recorded ${JSON.stringify(expected)}, here ${JSON.stringify(actual)}`
    return `  ${row}: ${said}`
  })
  const verdict = `${file}: ${agree} of ${rows} rows agree${game === null ? '' : ` (${game})`}`
  return [...lines, differences.length === 0 ? colours.green(verdict) : colours.red(verdict)]
}
