/** `vlm-gym compare`: runs side by side, as a table and a plot. */
import { writeFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { ConfigError, fileReason, StorageError } from '../../errors.ts'
import { type ComparedGroup, type ComparedRun, compareRuns, comparisonCsv, comparisonPage, comparisonText } from '../../eval/index.ts'
import { episodeRecords, readRun, resultRows } from '../../runs/index.ts'
import { evalRunConfig } from '../eval-config.ts'
import { choiceOption, withExamples } from '../options.ts'
import { loadPlugins } from '../plugins.ts'
import { printJson, printLines } from '../terminal.ts'

const FORMATS = ['terminal', 'markdown', 'csv', 'html', 'json'] as const
type Format = (typeof FORMATS)[number]

const BY_ENDING: Readonly<Record<string, Format>> = {
  '.md': 'markdown',
  '.csv': 'csv',
  '.html': 'html',
  '.json': 'json',
  '.txt': 'terminal',
}

interface CompareFlags {
  readonly format?: Format
  readonly out?: string
}

/** Options and action of `compare`. */
export function defineCompare(command: Command): void {
  command.argument('<run...>', 'run folders of vlm-gym eval --out, also while they are going, or of vlm-gym train')
  command.addOption(choiceOption('--format <name>', 'default: by the ending of --out, else terminal', FORMATS))
  command.option('--out <file>', `write to a file instead: ${Object.keys(BY_ENDING).join(', ')}`)
  withExamples(command, [
    ['vlm-gym compare runs/qwen runs/gemma', 'who plays better, and whether it is more than chance'],
    ['vlm-gym compare runs/qwen --out qwen.html', 'table, plot and confusion matrices as one file'],
    ['vlm-gym compare runs/qwen runs/gemma --format csv', 'every number, for other programs'],
  ])
  command.action(compareCommand)
}

async function compareCommand(paths: string[], { format, out }: CompareFlags): Promise<void> {
  const ending = out === undefined ? undefined : extname(out).toLowerCase()
  const how = format ?? (ending === undefined ? 'terminal' : BY_ENDING[ending])
  if (how === undefined)
    throw new ConfigError(`${out} ends in none of ${Object.keys(BY_ENDING).join(', ')}; choose one, or say which format by --format`)
  const runs: ComparedRun[] = []
  for (const path of paths) runs.push(await runOf(path))
  const groups = compareRuns(runs)
  if (groups.length === 0)
    throw new ConfigError(`there are no episodes yet in ${paths.join(', ')}; wait for the first, or compare other runs`)
  if (out === undefined && how === 'json') return printJson(groups)
  const text = textOf(how, groups, runs)
  if (out === undefined) return printLines([text.trimEnd()])
  await writeFile(out, text).catch((error: Error) => {
    throw new StorageError(`cannot write ${out}: ${fileReason(error, 'write')}; give another file with --out`, { cause: error })
  })
}

function textOf(how: Format, groups: readonly ComparedGroup[], runs: readonly ComparedRun[]): string {
  if (how === 'csv') return comparisonCsv(groups)
  if (how === 'json') return `${JSON.stringify(groups, null, 2)}\n`
  const names = runs.map(({ name }) => name)
  return how === 'html' ? comparisonPage(groups, names) : `${comparisonText(groups, how === 'markdown' ? '## ' : '')}\n`
}

/** A run for reading, locked by nobody. */
async function runOf(path: string): Promise<ComparedRun> {
  const folder = await readRun(path)
  const parsed = evalRunConfig.safeParse(folder.config)
  const name = basename(resolve(path))
  const rows = (await folder.read('results.json', resultRows)) ?? []
  if (!parsed.success) return { name, seed: 0, setups: null, episodes: [], rows }
  const { eval: config, games } = parsed.data
  await loadPlugins(config.plugins)
  return { name, seed: config.seed, setups: games, episodes: await episodeRecords(folder), rows }
}
