/** `vlm-gym train`: the main job. Trains the recipes, evaluates every policy, writes the report; a stopped run goes on with --resume. */

import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import * as z from 'zod'
import { ConfigError } from '../../errors.ts'
import {
  createScorers,
  createTrainRun,
  loadExtras,
  type OpenRun,
  openTrainRun,
  resolvePlugin,
  runToEnd,
  type Scorers,
} from '../../jobs/index.ts'
import { shellWord } from '../../printable.ts'
import { resultTable } from '../../report/index.ts'
import { checkNewFolder, resultRows, TRAIN_RUN } from '../../runs/index.ts'
import type { ConfigObject } from '../../settings.ts'
import { mixOf, PRESETS, presetNamed, type TrainConfig, trainConfig } from '../../train/index.ts'
import { withPicturesOption, withPluginOption } from '../extras-options.ts'
import { interruptible, stopWithParent } from '../interrupt.ts'
import { keyOf } from '../key-options.ts'
import {
  checkConfig,
  choiceOption,
  gatherConfig,
  wholeNumber,
  withConfigFile,
  withExamples,
  withFolderForce,
  withJson,
  withSet,
} from '../options.ts'
import { createProgress, formatDuration, progressEvents } from '../progress.ts'
import { fieldLines, helpWidth, wrapWords } from '../schema-help.ts'
import { type StudioFlag, withStudio, withStudioOption } from '../studio-beside.ts'
import { printError, printJson, printLines } from '../terminal.ts'
import { parseSeeds, type SeedsOptions, seedFolder, trainSeeds } from '../train-seeds.ts'

interface TrainFlags {
  readonly preset: string
  readonly quick?: boolean
  readonly config?: string
  readonly set?: string[]
  readonly plugin?: string[]
  readonly pictures?: string
  readonly seed?: number
  readonly seeds?: readonly number[]
  readonly parallel?: number
  readonly scorers?: readonly string[]
  readonly engine?: string
  readonly out?: string
  readonly resume?: boolean | string
  readonly force?: boolean
  readonly studio?: StudioFlag
  readonly quiet?: boolean
  readonly json?: boolean
  readonly printConfig?: boolean
  readonly printSchema?: boolean
}

/** Options and action of `train`. */
export function defineTrain(command: Command): void {
  command.optionsGroup('What is trained:')
  command.addOption(choiceOption('--preset <name>', 'start from a named config', Object.keys(PRESETS)).default('laptop'))
  command.option('--quick', 'the same as --preset quick: the idea in a few minutes, on Shisen-Sho alone')
  withConfigFile(command, 'fields that differ from the preset; a file of --print-config stands alone')
  withSet(command, 'one field, such as rl.steps=100 (see the list below)')
  withPluginOption(command)
  withPicturesOption(command)
  command.option('--seed <n>', 'whole number that decides every number of the run', wholeNumber(0))
  command.option('--seeds <list>', 'several seeds, such as 0,1,2 or 0-2: a run each, in runs/<preset>-<seed> or <out>-<seed>', parseSeeds)
  command.option(
    '--engine <name>',
    'who computes: embedded, or a server of the Tinker API, such as tinker:http://127.0.0.1:8010 (vlm-gym serve-engine; key: the environment variable TINKER_API_KEY). With --resume: where that server is now',
  )
  command.optionsGroup('Where it goes:')
  command.option('--out <folder>', 'run folder (default: runs/<preset>-<seed>)')
  withFolderForce(command)
  command.option('--resume [folder]', 'go on with a stopped run: that folder, or the one of --out, --preset and --seed')
  command.optionsGroup('How it runs:')
  command.option(
    '--parallel <n>',
    'engines at work at once: stages and evaluation side by side, with the same numbers (default: 2 if the processors suffice); with --seeds, whole runs (default: 1)',
    wholeNumber(1, 64),
  )
  command.option(
    '--scorers <urls>',
    'gym servers (vlm-gym serve) that score the replies of RL, such as http://one:8765,http://two:8765; with the same numbers (key: the environment variable VLM_GYM_KEY)',
    (text) => text.split(',').map((url) => url.trim()),
  )
  command.optionsGroup('What is printed:')
  command.option('--quiet', 'no progress')
  withStudioOption(command)
  withJson(command)
  command.option('--print-config', 'print the whole config, checked, as a file for --config; nothing is trained or written')
  command.option('--print-schema', 'print the JSON schema of configs, for editors; nothing is trained or written')
  withExamples(command, [
    ['vlm-gym train', 'both recipes on the four games of the paper, the table and the report, in runs/laptop-0'],
    ['vlm-gym train --quick', 'the idea in a few minutes, on Shisen-Sho alone'],
    ['vlm-gym train --studio', 'the same as without, on a page in the browser that grows while it trains'],
    ['vlm-gym train --preset bootstrapping --seeds 0-2', 'what each reward does to seeing, thinking and playing'],
    ['vlm-gym train --seed 1 --out runs/second', 'another seed, another folder'],
    ['vlm-gym train --seeds 0-2', 'three seeds one after the other, then a table and a report over seeds'],
    ['vlm-gym train --seeds 0-2 --resume', 'go on with all of them; --seeds 0-4 --resume adds two more'],
    ['vlm-gym train --set rl.steps=400 --set rl.kl=0.02', 'other settings'],
    ['vlm-gym train --resume runs/second', 'go on after Ctrl-C or a crash, with the numbers of an unbroken run'],
    ['vlm-gym train --plugin ./harvest.mjs --set \'games=[{"id":"harvest"}]\'', 'a game of your own; see docs/add-a-game.md'],
    [
      'vlm-gym train --set coldStart.dataset=data/small',
      'the cold start from a data set; made by: vlm-gym teach --preset laptop --examples 5000 --out data/small',
    ],
    ['vlm-gym train --preset tiny', 'a minute, to see every part run'],
    ['vlm-gym train --preset tiny --print-config > mine.json', 'a config to change, then: vlm-gym train --config mine.json'],
  ])
  command.addHelpText('after', () => {
    const { preset } = withQuick(command.opts<TrainFlags>(), command)
    const head = `Fields of a config, with the values of the preset ${preset}${preset === 'laptop' ? '; --help --preset NAME shows those of another' : ''}:`
    return `\n${[...wrapWords(head, helpWidth()), ...fieldLines(trainConfig, presetNamed(preset))].join('\n')}`
  })
  command.action((flags: TrainFlags) => trainCommand(withQuick(flags, command), command))
}

/** The flags with --quick as a preset. Throws ConfigError for --quick beside --preset. */
function withQuick(flags: TrainFlags, command: Command): TrainFlags {
  if (!flags.quick) return flags
  if (command.getOptionValueSource('preset') === 'cli')
    throw new ConfigError(`--quick is short for --preset quick and cannot go with --preset ${flags.preset}; give one of the two`)
  return { ...flags, preset: 'quick' }
}

async function trainCommand(flags: TrainFlags, command: Command): Promise<void> {
  if (flags.printSchema) return printJson(z.toJSONSchema(trainConfig, { io: 'input', unrepresentable: 'any' }))
  const isChosen = command.getOptionValueSource('preset') === 'cli' || flags.quick === true
  if (flags.printConfig) return printConfig(flags, isChosen)
  if (flags.seeds !== undefined) {
    const options = seedsOptions(flags, flags.seeds, isChosen)
    const folders = options.seeds.map((seed) => seedFolder(options.prefix, seed))
    return withStudio(flags.studio, folders, () => trainSeeds(options))
  }
  stopWithParent()
  const start = performance.now()
  let note: (text: string) => void = printError
  const scorers = flags.scorers && createScorers({ urls: flags.scorers, key: await keyOf({}), onNote: (text) => note(text) })
  const run = flags.resume === undefined ? await startRun(flags, isChosen, scorers) : await resumeRun(flags)
  await withStudio(flags.studio, [run.folder.path], () =>
    trainToEnd(run, flags, scorers, start, (tell) => {
      note = tell
    }),
  )
}

/** Trains a run and prints what came out. `start`: when the command began, ms; `onNote` is given what shows notes beside the progress. */
async function trainToEnd(
  run: OpenRun,
  flags: TrainFlags,
  scorers: Scorers | undefined,
  start: number,
  onNote: (tell: (text: string) => void) => void,
): Promise<void> {
  const { folder } = run
  const progress = createProgress({ quiet: flags.quiet })
  onNote((text) => progress.note(text, { important: true }))
  const { end, report } = await interruptible((signal) =>
    runToEnd(run, { onEvent: progressEvents(progress), signal, parallel: flags.parallel, scorers }),
  ).finally(progress.close)
  if (end === 'stopped') {
    printError(
      `stopped; everything is saved. Go on with: vlm-gym train --resume ${shellWord(folder.path)} (in a clone: npm start -- --resume ${shellWord(folder.path)})`,
    )
    return
  }
  const rows = (await folder.readDerived('results.json', resultRows)) ?? []
  const took = formatDuration((performance.now() - start) / 1000)
  if (flags.json) printJson(rows)
  else
    printLines([
      '',
      resultTable(rows, { stages: folder.stages }),
      '',
      `report   ${report}`,
      `results  ${folder.file('results.json')}`,
      `took     ${took}`,
    ])
}

/** What `--seeds` asks for. Throws ConfigError for options that do not go with it. */
function seedsOptions(flags: TrainFlags, seeds: readonly number[], isChosen: boolean): SeedsOptions {
  const { out, preset, resume, parallel, scorers, set = [], quiet = false, json = false } = flags
  if (flags.seed !== undefined) throw new ConfigError('--seed and --seeds cannot go together; put the one seed into the list')
  if (typeof resume === 'string')
    throw new ConfigError(`--resume ${resume} names one run; with --seeds give --resume alone, and --out or --preset as at the start`)
  if (resume) refuseConfig(flags)
  const threadsGiven = set.some((setting) => setting.startsWith('threads='))
  const prefix = out ?? join('runs', preset)
  const force = flags.force === true
  return {
    seeds,
    prefix,
    parallel,
    force,
    resume: resume === true,
    scorers,
    quiet,
    json,
    newConfig: () => configOf(flags, isChosen),
    threadsGiven,
  }
}

/** The name of an engine as configs have it. */
const engineName = (name: string): string => (name === 'embedded' ? '@vlm-gym/engine-onnx' : name)

/** The folder of a run that was given none. */
const defaultFolder = (preset: string, seed: number): string => join('runs', `${preset}-${seed}`)

/** The config of a command line, with what it needs loaded. `isChosen`: a preset was named. Throws ConfigError, StorageError. */
async function configOf(flags: TrainFlags, isChosen: boolean): Promise<TrainConfig> {
  const base = presetNamed(flags.preset) as ConfigObject & TrainConfig
  const isWhole = (file: ConfigObject): boolean => !isChosen && trainConfig.safeParse(file).success
  const gathered = await gatherConfig({ base: (file) => (isWhole(file) ? {} : base), config: flags.config, set: flags.set })
  const given = checkConfig(
    trainConfig,
    {
      ...gathered,
      ...(flags.seed !== undefined && { seed: flags.seed }),
      ...(flags.engine !== undefined && { engine: engineName(flags.engine) }),
    },
    'the training config',
  )
  const plugins = [...new Set([...given.plugins, ...(flags.plugin ?? [])].map((name) => resolvePlugin(name)))]
  const pictures = flags.pictures ?? given.pictures
  const { dataset } = given.coldStart
  const coldStart = {
    ...given.coldStart,
    ...(dataset !== undefined && { dataset: typeof dataset === 'string' ? resolve(dataset) : dataset.map((path) => resolve(path)) }),
  }
  const tinker = given.tinker && { tinker: { ...given.tinker, folder: resolve(given.tinker.folder) } }
  const config = { ...given, ...tinker, plugins, coldStart, ...(pictures !== undefined && { pictures: resolve(pictures) }) }
  await loadExtras(config)
  mixOf(config)
  return config
}

async function printConfig(flags: TrainFlags, isChosen: boolean): Promise<void> {
  if (flags.resume !== undefined)
    throw new ConfigError('--print-config is for a new run; the config of a run that began stands in its run.json')
  printJson(await configOf(flags, isChosen))
}

/** A new run. Everything that can be refused is refused before anything is written. Throws ConfigError, EngineError, StorageError. */
async function startRun(flags: TrainFlags, isChosen: boolean, scorers: Scorers | undefined): Promise<OpenRun> {
  const config = await configOf(flags, isChosen)
  const [path, options] = [flags.out ?? defaultFolder(flags.preset, config.seed), { force: flags.force === true }]
  await checkNewFolder(TRAIN_RUN, path, options)
  await scorers?.check(config)
  return createTrainRun(path, config, options)
}

/** Options that begin a run; one that goes on keeps what they said. */
const BEGINNING = ['config', 'set', 'plugin', 'pictures', 'force'] as const

function refuseConfig(flags: TrainFlags): void {
  const given = BEGINNING.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  throw new ConfigError(
    `--${given} cannot go with --resume, as a run that goes on keeps its config; leave it out, or start a new run with another --out`,
  )
}

/** A stopped run, with its own config. Throws ConfigError, StorageError. */
function resumeRun(flags: TrainFlags): Promise<OpenRun> {
  refuseConfig(flags)
  if (typeof flags.resume === 'string' && (flags.out !== undefined || flags.seed !== undefined)) {
    throw new ConfigError('--resume names the folder to go on with, so --out and --seed cannot be given with it')
  }
  const standard = (): string => defaultFolder(flags.preset, flags.seed ?? presetNamed(flags.preset).seed)
  return openTrainRun(typeof flags.resume === 'string' ? flags.resume : (flags.out ?? standard()), { engine: flags.engine })
}
