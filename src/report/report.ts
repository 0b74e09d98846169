/** The pages of runs as files: of one run, read from its folder, and of a comparison. What is not there yet is left out. */
import { checkForeign, type ForeignFile, folderReader, type OwnFile, type RunFolder, writeOwnFile } from '../runs/index.ts'
import type { ComparedGroup } from './compare.ts'
import { type CompareFacts, comparePage } from './compare-page.ts'
import { runPage } from './run-page.ts'
import { type RunView, runView } from './run-view.ts'
import { singleFile } from './single-file.ts'

/** The page of a run, one file that works without a network. Throws ConfigError in a clone that was not built. */
export const reportPage = (view: RunView): Promise<string> => singleFile(`${view.title} · vlm-gym`, { kind: 'run', page: runPage(view) })

/** The page of a comparison, in the same way. */
export const comparisonPage = (groups: readonly ComparedGroup[], facts: CompareFacts): Promise<string> =>
  singleFile(`Comparison of ${facts.names.join(', ')} · vlm-gym`, { kind: 'compare', page: comparePage(groups, facts) })

/**
 * Writes report.html and returns its path. Works on a run that is still going (see `readRun`). Throws StorageError for JSON files that are
 * damaged, not for ones that are missing; a damaged line of the metrics is left out with a warning.
 */
export async function writeReport(folder: RunFolder, foreign: ForeignFile = 'refuse'): Promise<string> {
  const file: OwnFile = {
    path: folder.file('report.html'),
    form: 'markup',
    source: 'report',
    force: foreign === 'replace',
    remedy: 'move it elsewhere',
  }
  await checkForeign(file, foreign)
  await writeOwnFile(file, await reportPage(await runView(folderReader(folder))))
  return file.path
}
