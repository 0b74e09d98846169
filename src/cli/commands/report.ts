/** `vlm-gym report`: writes the report of a run folder anew, and prints its table; of several seeds of one recipe the page over seeds. */
import type { Command } from 'commander'
import { checkSeeds, readComparedRuns, writeSeedsReport } from '../../jobs/index.ts'
import { compareRuns, probesText, probeTables, resultTable, runView, seedFamilies, seedsText, writeReport } from '../../report/index.ts'
import { type ForeignFile, folderReader, probeRows, readFolder, resultRows, TRAIN_RUN } from '../../runs/index.ts'
import { withExamples, withForce, withJson } from '../options.ts'
import { printJson, printLines } from '../terminal.ts'

/** Options and action of `report`. */
export function defineReport(command: Command): void {
  command.argument('<folder...>', 'run folder that vlm-gym train wrote, also while it is running; several: seeds of one recipe')
  withForce(command, 'replace a report that was changed since, or another file in its place')
  withJson(command)
  withExamples(command, [
    ['vlm-gym report runs/laptop-0', 'writes runs/laptop-0/report.html and prints the table'],
    ['vlm-gym report runs/laptop-0 --json', 'all that the report shows, for programs'],
    ['vlm-gym report runs/laptop-0 runs/laptop-1 runs/laptop-2', 'writes runs/laptop-0/seeds.html: each seed, and the mean over seeds'],
  ])
  command.action((paths: string[], { json = false, force = false }: { json?: boolean; force?: boolean }) => {
    const way = force ? 'replace' : 'refuse'
    return paths.length === 1 ? reportOne(paths[0] as string, way, json) : reportSeeds(paths, way, json)
  })
}

async function reportOne(path: string, way: ForeignFile, json: boolean): Promise<void> {
  const folder = await readFolder(TRAIN_RUN, path)
  const report = await writeReport(folder, way)
  if (json) return printJson(await runView(folderReader(folder)))
  const rows = (await folder.readDerived('results.json', resultRows)) ?? []
  const probes = probeTables([(await folder.readDerived('probes.json', probeRows)) ?? []], folder.stages)
  const tables = probes.flatMap((table) => ['', probesText(table, folder.stages)])
  printLines([rows.length === 0 ? 'no results yet' : resultTable(rows, { stages: folder.stages }), ...tables, '', `report   ${report}`])
}

async function reportSeeds(paths: readonly string[], way: ForeignFile, json: boolean): Promise<void> {
  const runs = await readComparedRuns(paths)
  checkSeeds(runs)
  const groups = compareRuns(runs)
  const page = await writeSeedsReport(paths, way)
  if (json) printJson(groups)
  else printLines([...seedFamilies(groups).map((family) => seedsText(family)), '', `seeds    ${page}`])
}
