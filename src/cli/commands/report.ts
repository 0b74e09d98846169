/** `vlm-gym report`: writes the report of a run folder anew, and prints its table; of several seeds of one recipe the page over seeds. */
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { compareRuns, resultTable, seedFamilies, seedsText, writeReport } from '../../eval/index.ts'
import { readRun, resultRows } from '../../runs/index.ts'
import { checkSeeds, readComparedRuns } from '../compared-runs.ts'
import { evalRunConfig } from '../eval-config.ts'
import { withExamples, withJson } from '../options.ts'
import { writeSeedsReport } from '../seeds-report.ts'
import { printJson, printLines } from '../terminal.ts'

/** Options and action of `report`. */
export function defineReport(command: Command): void {
  command.argument('<folder...>', 'run folder that vlm-gym train wrote, also while it is running; several: seeds of one recipe')
  withJson(command)
  withExamples(command, [
    ['vlm-gym report runs/laptop-0', 'writes runs/laptop-0/report.html and prints the table'],
    ['vlm-gym report runs/laptop-0 --json', 'the rows of the table for programs'],
    ['vlm-gym report runs/laptop-0 runs/laptop-1 runs/laptop-2', 'writes runs/laptop-0/seeds.html: each seed, and the mean over seeds'],
  ])
  command.action((paths: string[], { json = false }: { json?: boolean }) =>
    paths.length === 1 ? reportOne(paths[0] as string, json) : reportSeeds(paths, json),
  )
}

async function reportOne(path: string, json: boolean): Promise<void> {
  const folder = await readRun(path)
  if (evalRunConfig.safeParse(folder.config).success)
    throw new ConfigError(`${path} is the run of an evaluation; see it with: vlm-gym compare ${path} --out report.html`)
  const report = await writeReport(folder)
  const rows = (await folder.read('results.json', resultRows)) ?? []
  if (json) printJson(rows)
  else printLines([rows.length === 0 ? 'no results yet' : resultTable(rows), '', `report   ${report}`])
}

async function reportSeeds(paths: readonly string[], json: boolean): Promise<void> {
  const runs = await readComparedRuns(paths)
  checkSeeds(runs)
  const groups = compareRuns(runs)
  const page = await writeSeedsReport(paths)
  if (json) printJson(groups)
  else printLines([...seedFamilies(groups).map((family) => seedsText(family)), '', `seeds    ${page}`])
}
