/** The report of a run: reads its folder, writes report.html into it. What is not there yet is left out. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { checkForeign, type ForeignFile, folderReader, type OwnFile, type RunFolder, writeOwnFile } from '../runs/index.ts'
import { type ChartLibrary, reportPage } from './page.ts'
import { runView } from './run-view.ts'

async function chartLibrary(): Promise<ChartLibrary> {
  const { resolve } = createRequire(import.meta.url)
  const text = (file: string): Promise<string> => readFile(resolve(`uplot/dist/${file}`), 'utf8')
  return { script: await text('uPlot.iife.min.js'), style: await text('uPlot.min.css') }
}

/**
 * Writes report.html, one file without network, and returns its path. Works on a run that is still going (see `readRun`). Throws
 * StorageError for JSON files that are damaged, not for ones that are missing; a damaged line of the metrics is left out with a warning.
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
  const page = reportPage(await runView(folderReader(folder)), await chartLibrary())
  await writeOwnFile(file, page)
  return file.path
}
