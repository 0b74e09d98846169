/** `vlm-gym transfer`: trains on some games, evaluates on all, and shows what changed where. The run is one of `vlm-gym train --preset transfer`. */
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { ConfigError } from '../../errors.ts'
import { checkSeeds, createTrainRun, loadExtras, openTrainRun, readComparedRuns, runToEnd, transferConfig } from '../../jobs/index.ts'
import { shellWord } from '../../printable.ts'
import { transferMatrices, transferText } from '../../report/index.ts'
import type { ConfigObject } from '../../settings.ts'
import { mixOf, trainConfig } from '../../train/index.ts'
import { interruptible } from '../interrupt.ts'
import { checkConfig, gatherConfig, wholeNumber, withExamples, withFolderForce, withJson, withSet } from '../options.ts'
import { createProgress, progressEvents } from '../progress.ts'
import { printError, printJson, printLines } from '../terminal.ts'

interface TransferFlags {
  readonly train?: readonly string[]
  readonly test?: readonly string[]
  readonly set?: string[]
  readonly seed?: number
  readonly out?: string
  readonly resume?: string
  readonly parallel?: number
  readonly force?: boolean
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Options and action of `transfer`. */
export function defineTransfer(command: Command): void {
  command.argument(
    '[run...]',
    'runs of this command or of train --preset transfer: show their matrix, train nothing; several: seeds of one recipe',
  )
  command.optionsGroup('What is trained:')
  command.option('--train <games>', 'games to learn from, such as 2048,shisen-sho,swap (default: these three)', gameList)
  command.option('--test <games>', 'games that RL never sees (default: picture-shisen-sho,flood-it,lights-out)', gameList)
  withSet(command, 'one field of the preset transfer, such as rl.steps=200')
  command.option('--seed <n>', 'whole number that decides every number of the run', wholeNumber(0))
  command.optionsGroup('Where it goes:')
  command.option('--out <folder>', 'run folder (default: runs/transfer-<seed>)')
  withFolderForce(command)
  command.option('--resume <folder>', 'go on with a stopped run')
  command.optionsGroup('How it runs:')
  command.option(
    '--parallel <n>',
    'engines at work at once, with the same numbers (default: 2 if the processors suffice)',
    wholeNumber(1, 64),
  )
  command.optionsGroup('What is printed:')
  command.option('--quiet', 'no progress')
  withJson(command)
  withExamples(command, [
    ['vlm-gym transfer', 'RL on three games, alone and together; what it changes in these and in three others'],
    ['vlm-gym transfer --train 2048,swap --test flood-it,lights-out', 'other games, each as its preset "laptop" has it'],
    ['vlm-gym transfer --resume runs/transfer-0', 'go on after Ctrl-C or a crash'],
    [
      'vlm-gym transfer runs/transfer-0 runs/transfer-1',
      'the matrix over two seeds, without training (vlm-gym train --preset transfer --seeds 0-2 makes several)',
    ],
  ])
  command.action(transferCommand)
}

/** Parser of a list of games. */
function gameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => name === '')) throw new InvalidArgumentError('Give names of games with commas between them, such as 2048,swap.')
  return names
}

/** Options that begin a run. */
const BEGINNING = ['train', 'test', 'set', 'seed', 'out', 'force'] as const

async function transferCommand(paths: readonly string[], flags: TransferFlags): Promise<void> {
  const begins = BEGINNING.find((name) => flags[name] !== undefined)
  if (paths.length > 0) {
    const other = begins ?? (flags.resume === undefined ? undefined : 'resume')
    if (other !== undefined)
      throw new ConfigError(`--${other} is for training, and runs that are named are shown as they are; leave one of the two out`)
    return show(paths, flags)
  }
  if (flags.resume !== undefined && begins !== undefined)
    throw new ConfigError(`--${begins} cannot go with --resume, as a run that goes on keeps its config; leave it out, or start a new run`)
  const run = flags.resume === undefined ? await startRun(flags) : await openTrainRun(flags.resume)
  const { path } = run.folder
  const progress = createProgress({ quiet: flags.quiet })
  const { end } = await interruptible((signal) =>
    runToEnd(run, { onEvent: progressEvents(progress), signal, parallel: flags.parallel }),
  ).finally(progress.close)
  if (end === 'stopped') return printError(`stopped; everything is saved. Go on with: vlm-gym transfer --resume ${shellWord(path)}`)
  await show([path], flags)
}

/** A new run. Everything that can be refused is refused before anything is written. Throws ConfigError, EngineError, StorageError. */
async function startRun({ train, test, set, seed = 0, out = join('runs', `transfer-${seed}`), force = false }: TransferFlags) {
  const base = (await transferConfig({ train, test })) as unknown as ConfigObject
  const config = checkConfig(trainConfig, { ...(await gatherConfig({ base, set })), seed }, 'the training config')
  await loadExtras(config)
  mixOf(config)
  return createTrainRun(out, config, { force })
}

async function show(paths: readonly string[], { json = false }: TransferFlags): Promise<void> {
  const runs = await readComparedRuns(paths)
  const foreign = runs.find(({ training }) => training == null)
  if (foreign) throw new ConfigError(`${foreign.name} is no training run; name runs of vlm-gym transfer or of train --preset transfer`)
  if (runs.length > 1) checkSeeds(runs)
  const matrices = transferMatrices(runs)
  if (json) return printJson(matrices)
  if (matrices.length === 0) throw new ConfigError(`${paths.join(', ')} has no stage of RL that was evaluated; finish the run by --resume`)
  printLines([transferText(matrices), '', ...paths.map((path) => `report   ${join(path, 'report.html')}`)])
}
