/** `vlm-gym report`: writes the report of a run folder anew, and prints its table. */
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { resultTable, writeReport } from '../../eval/index.ts'
import { readRun, resultRows } from '../../runs/index.ts'
import { evalRunConfig } from '../eval-config.ts'
import { withExamples, withJson } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

/** Options and action of `report`. */
export function defineReport(command: Command): void {
  command.argument('<folder>', 'run folder that vlm-gym train wrote; it may still be running')
  withJson(command)
  withExamples(command, [
    ['vlm-gym report runs/laptop-0', 'writes runs/laptop-0/report.html and prints the table'],
    ['vlm-gym report runs/laptop-0 --json', 'the rows of the table for programs'],
  ])
  command.action(async (path: string, { json }: { json?: boolean }) => {
    const folder = await readRun(path)
    if (evalRunConfig.safeParse(folder.config).success)
      throw new ConfigError(`${path} is the run of an evaluation; see it with: vlm-gym compare ${path} --out report.html`)
    const report = await writeReport(folder)
    const rows = (await folder.read('results.json', resultRows)) ?? []
    if (json) printJson(rows)
    else printLines([rows.length === 0 ? 'no results yet' : resultTable(rows), '', `report   ${report}`])
  })
}
