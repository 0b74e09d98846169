/** The report over several training seeds: one page, in the folder of the first. */
import { compareRuns, comparisonPage } from '../report/index.ts'
import { checkForeign, type ForeignFile, type OwnFile, readRun, writeOwnFile } from '../runs/index.ts'
import { compareFacts, readComparedRuns } from './compared-runs.ts'

/** Name of the page in a run folder. */
const PAGE = 'seeds.html'

/** Writes the page over the runs of these folders and returns its path; null for fewer than two. They are of one recipe (`checkSeeds`). */
export async function writeSeedsReport(paths: readonly string[], foreign: ForeignFile): Promise<string | null> {
  const [first] = paths
  if (first === undefined || paths.length < 2) return null
  const runs = await readComparedRuns(paths)
  const folder = await readRun(first)
  const file: OwnFile = {
    path: folder.file(PAGE),
    form: 'markup',
    source: ['seeds', ...runs.map(({ name }) => name)].join('\n'),
    force: foreign === 'replace',
    remedy: 'move it elsewhere',
  }
  await checkForeign(file, foreign)
  await writeOwnFile(file, await comparisonPage(compareRuns(runs), await compareFacts(runs, paths)))
  return file.path
}
