/** `vlm-gym compare`: runs side by side, as a table and a plot; runs that differ by their training seed alone, as seeds. */
import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { checkSeeds, compareFacts, readComparedRuns } from '../../jobs/index.ts'
import {
  type ComparedGroup,
  type ComparedRun,
  compareRuns,
  comparisonCsv,
  comparisonPage,
  comparisonText,
  type SeedFamily,
  seedFamilies,
  seedsTable,
  seedsText,
} from '../../report/index.ts'
import { writeOwnFile } from '../../runs/index.ts'
import { choiceOption, withExamples, withFileForce } from '../options.ts'
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
  readonly json?: boolean
  readonly out?: string
  readonly force?: boolean
  readonly seedsTable?: boolean
}

/** Options and action of `compare`. */
export function defineCompare(command: Command): void {
  command.argument('<run...>', 'run folders of vlm-gym eval --out or of vlm-gym train, also while they are going')
  command.addOption(choiceOption('--format <name>', 'default: by the ending of --out, else terminal', FORMATS))
  command.option('--json', 'the same as --format json')
  command.option('--out <file>', `write to a file instead: ${Object.keys(BY_ENDING).join(', ')}`)
  withFileForce(command)
  command.option('--seeds-table', 'of training runs that differ by the seed alone: the table policy, seed, games, and nothing else')
  withExamples(command, [
    ['vlm-gym compare runs/qwen runs/gemma', 'who plays better, and whether it is more than chance'],
    ['vlm-gym compare runs/qwen --out qwen.html', 'table, plot and confusion matrices as one file'],
    ['vlm-gym compare runs/qwen runs/gemma --format csv', 'every number, for other programs'],
    ['vlm-gym compare runs/laptop-0 runs/laptop-1 runs/laptop-2', 'three seeds of one recipe: each seed, their mean, differences'],
    ['vlm-gym compare runs/laptop-0 runs/laptop-1 --seeds-table --format markdown', 'the table over seeds, to paste'],
    ['vlm-gym compare runs/laptop-0 runs/other-0', 'two recipes, game by game'],
  ])
  command.action(compareCommand)
}

async function compareCommand(paths: string[], flags: CompareFlags): Promise<void> {
  const { out } = flags
  const how = formatOf(flags)
  const runs = await readComparedRuns(paths)
  if (flags.seedsTable) checkSeeds(runs)
  const groups = compareRuns(runs)
  if (groups.length === 0)
    throw new ConfigError(`there are no episodes yet in ${paths.join(', ')}; wait for the first, or compare other runs`)
  if (out === undefined && how === 'json') return printJson(groups)
  const text = flags.seedsTable ? seedsTables(how, groups) : await outputText(how, groups, runs, paths)
  if (out === undefined) return printLines([text.trimEnd()])
  const form = how === 'html' || how === 'markdown' ? 'markup' : 'plain'
  const source = ['compare', ...paths.map((path) => resolve(path))].join('\n')
  await writeOwnFile({ path: out, form, source, force: flags.force === true }, text)
}

/** Throws ConfigError for options that do not go together. */
function formatOf({ format, json, out, seedsTable: table }: CompareFlags): Format {
  if (json && format !== undefined && format !== 'json')
    throw new ConfigError(`--json and --format ${format} are two formats; leave one out`)
  const ending = out === undefined ? undefined : extname(out).toLowerCase()
  const how = json ? 'json' : (format ?? (ending === undefined ? 'terminal' : BY_ENDING[ending]))
  if (how === undefined)
    throw new ConfigError(`${out} ends in none of ${Object.keys(BY_ENDING).join(', ')}; choose one, or say which format by --format`)
  if (table && how !== 'terminal' && how !== 'markdown')
    throw new ConfigError(`--seeds-table is text for the terminal or Markdown, not ${how}; leave it out, every format has the seeds`)
  return how
}

const seedsTables = (how: Format, groups: readonly ComparedGroup[]): string =>
  `${seedFamilies(groups)
    .map((family) => seedsTable(family, how === 'markdown'))
    .join('\n\n')}\n`

/** Runs that are all seeds of one recipe are shown as seeds; else every group, then the means over seeds. */
async function outputText(
  how: Format,
  groups: readonly ComparedGroup[],
  runs: readonly ComparedRun[],
  paths: readonly string[],
): Promise<string> {
  if (how === 'csv') return comparisonCsv(groups)
  if (how === 'json') return `${JSON.stringify(groups, null, 2)}\n`
  if (how === 'html') return comparisonPage(groups, await compareFacts(runs, paths))
  const heading = how === 'markdown' ? '## ' : ''
  const families = seedFamilies(groups)
  const isAll = (family: SeedFamily): boolean => family.runs.length === runs.length && family.games.length === groups.length
  const parts = families.some(isAll) ? [] : [comparisonText(groups, heading)]
  return `${[...parts, ...families.map((family) => seedsText(family, heading))].join('\n\n')}\n`
}
