/** `vlm-gym teach`: cold-start data from a teacher that is told the true board; a stopped session goes on with --resume. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { gameNamed } from '../../games/index.ts'
import { REPLY_TAGS } from '../../gym/index.ts'
import { isEndpointName } from '../../policies/index.ts'
import { THEMES } from '../../render/index.ts'
import type { RunFolder } from '../../runs/index.ts'
import {
  type Counts,
  createDataset,
  discardDataset,
  openDataset,
  REASONS,
  type Reason,
  repliesOf,
  specsOf,
  storedConfig,
  type TeachConfig,
  teach,
  teachConfig,
} from '../../teach/index.ts'
import { interruptible } from '../interrupt.ts'
import { checkConfig, choiceOption, collect, numberWithin, wholeNumber, withExamples, withJson, withSeed, withSet } from '../options.ts'
import { loadPlugins, resolvePlugin, withPluginOption } from '../plugins.ts'
import { createProgress } from '../progress.ts'
import {
  NO_REQUEST,
  REQUEST_OPTIONS,
  type RequestFlags,
  type RequestTarget,
  requestTarget,
  resumedRequest,
  withRequestOptions,
} from '../request-options.ts'
import { gameConfig } from '../start.ts'
import { openTeacher, SCRIPTED, type Teacher } from '../teacher.ts'
import { printError, printJson, printLines, printNotes, tableLines } from '../terminal.ts'

interface TeachFlags extends RequestFlags {
  readonly teacher: string
  readonly model?: string
  readonly perMinute?: number
  readonly retries: number
  readonly timeout: number
  readonly blind: boolean
  readonly slip: number
  readonly insight: number
  readonly temperature: number
  readonly maxTokens: number
  readonly game?: string[]
  readonly set?: string[]
  readonly plugin?: string[]
  readonly for: keyof typeof LOOKS
  readonly prompt?: string
  readonly tags?: string
  readonly layout?: string
  readonly tile?: number
  readonly theme: string
  readonly horizon: number
  readonly examples: number
  readonly maxReplies?: number
  readonly parallel: number
  readonly heldOut: number
  readonly minReward: number
  readonly maxRegret?: number
  readonly seed: number
  readonly out?: string
  readonly resume?: string
  readonly quiet?: boolean
  readonly json?: boolean
}

/** What --for stands for: how prompts and pictures are made. */
const LOOKS = {
  vlm: { prompt: 'full', layout: 'full', tile: 64, tags: 'neutral' },
  embedded: { prompt: 'brief', layout: 'board', tile: 16, tags: 'paper' },
} as const

/** What may be given beside --resume. */
const WITH_RESUME = ['resume', 'quiet', 'json', 'perMinute', 'retries', 'timeout', ...REQUEST_OPTIONS]

/** Options and action of `teach`. */
export function defineTeach(command: Command): void {
  command.option('--teacher <name>', `who answers: ${SCRIPTED} (the game's own teacher), solver, greedy-1 …`, SCRIPTED)
  command.option(
    '--model <model>',
    'instead of --teacher, a model that is told the true perception: a checkpoint (a .safetensors file), or one behind HTTP (openai:NAME, openai-compatible:NAME …)',
  )
  withRequestOptions(command)
  command.option('--per-minute <n>', 'of a model behind HTTP: requests a minute at most', wholeNumber(1))
  command.option('--retries <n>', 'of a model behind HTTP: tries after a failed request', wholeNumber(0, 100), 6)
  command.option('--timeout <seconds>', 'of a model behind HTTP: of a request', wholeNumber(1, 86_400), 120)
  command.option('--no-blind', 'the scripted teacher without its blind spots')
  command.option('--slip <p>', 'of the scripted teacher: probability of a uniform legal move instead of its own', numberWithin(0, 1), 0.05)
  command.option(
    '--insight <p>',
    'of the scripted teacher: probability that it acts on its thoughts, as if without blind spots',
    numberWithin(0, 1),
    0.1,
  )
  command.option('--temperature <t>', 'of a model', numberWithin(0, 2), 1)
  command.option('--max-tokens <n>', 'longest reply of a model, tokens', wholeNumber(4), 1024)
  command.option('--game <id>', 'game to play; may be given many times (default: 2048)', collect)
  withSet(command, 'one knob of the game, such as size=4')
  withPluginOption(command)
  command.addOption(
    choiceOption('--for <whom>', 'vlm: full prompts and large pictures; embedded: those of the embedded model', [
      'vlm',
      'embedded',
    ]).default('vlm'),
  )
  command.addOption(choiceOption('--prompt <style>', 'instead of what --for says', ['full', 'brief']))
  command.addOption(
    choiceOption(
      '--tags <set>',
      'of prompts and kept replies: neutral (<rationale>, <move>), which chat templates leave alone, or paper (<think>, <answer>); default: neutral for vlm, paper for embedded',
      REPLY_TAGS,
    ),
  )
  command.addOption(choiceOption('--layout <name>', 'instead of what --for says', ['board', 'full']))
  command.option('--tile <n>', 'side of a tile, pixels, instead of what --for says', wholeNumber(8, 256))
  command.addOption(choiceOption('--theme <name>', 'colours of the pictures', Object.keys(THEMES)).default('classic'))
  command.option('--horizon <n>', 'moves after which a fresh game begins', wholeNumber(1), 100)
  command.option('--examples <n>', 'examples to make', wholeNumber(1), 1000)
  command.option('--max-replies <n>', 'replies to ask for at most (default: 20 an example)', wholeNumber(1))
  command.option('--parallel <n>', 'games played side by side', wholeNumber(1, 4096), 16)
  command.option('--held-out <share>', 'share of the boards that are held out, 0 to 0.9', numberWithin(0, 0.9), 0.1)
  command.option('--min-reward <points>', 'environment reward that a kept move earns at least', numberWithin(Number.MIN_SAFE_INTEGER), 0)
  command.option('--max-regret <points>', 'points that a kept move may lose against the solver (default: any)', numberWithin())
  withSeed(command, 'the games and all chance of the teacher')
  command.option('--out <folder>', 'folder of the data set (default: data/<games>-<seed>)')
  command.option('--resume <folder>', 'go on with a stopped session; it keeps its options')
  command.option('--quiet', 'no progress')
  withJson(command)
  withExamples(command, [
    ['vlm-gym teach --examples 2000 --out data/taught', 'boards of 2048 for a real VLM, as JSON lines, PNG and Parquet, with a card'],
    [
      'vlm-gym teach --for embedded --examples 5000 --out data/small',
      'for the embedded model; then: vlm-gym train --set coldStart.dataset=data/small',
    ],
    ['vlm-gym teach --game swap --game shisen-sho --max-regret 1', 'two games, and only moves that are nearly the solver’s'],
    ['vlm-gym teach --for embedded --model g1.safetensors --max-tokens 48', 'a trained model that is told the board'],
    ['vlm-gym teach --model openai-compatible:qwen --base-url http://localhost:8000/v1', 'a real VLM as the teacher'],
    ['vlm-gym teach --resume data/taught', 'go on after Ctrl-C or a crash: the same data set comes out'],
  ])
  command.action((flags: TeachFlags) => teachCommand(flags, command))
}

async function teachCommand(flags: TeachFlags, command: Command): Promise<void> {
  const { folder, config, teacher } = flags.resume === undefined ? await startTeaching(flags) : await goOn(flags.resume, flags, command)
  const progress = createProgress({ quiet: flags.quiet })
  // A new set of which nothing is there yet when the teacher turns out to be unusable is taken back.
  let inVain = flags.resume === undefined
  const onRound = (counts: Counts): void => {
    if (repliesOf(counts) > 0) inVain = false
    const { kept, ...dropped } = counts
    const figures = { replies: repliesOf(counts), dropped: repliesOf(dropped as Counts) }
    progress.update({ stage: teacher.policy.name, step: kept, total: config.examples, figures })
  }
  try {
    const { end, counts } = await interruptible(
      (signal) => teach({ folder, config, policy: teacher.policy, onRound, signal }),
      'stopping; what was kept is saved',
    )
    progress.close()
    inVain = false
    if (end === 'stopped') printError(`stopped after ${counts.kept} examples; go on with: vlm-gym teach --resume ${folder.path}`)
    else report(folder, config, counts, flags.json === true)
    printNotes(teacher.notes?.() ?? [])
  } finally {
    progress.close()
    await teacher.close()
    await folder.close()
    if (inVain) await discardDataset(folder)
  }
}

function report(folder: RunFolder, config: TeachConfig, counts: Counts, json: boolean): void {
  if (counts.kept < config.examples) {
    const replies = repliesOf(counts)
    printError(`only ${counts.kept} of ${config.examples} examples were kept of ${replies} replies; the set is whole, and its card says so`)
  }
  if (json) {
    printJson({ path: folder.path, counts })
    return
  }
  const reasons = (Object.keys(REASONS) as Reason[]).filter((reason) => counts[reason] > 0)
  const rows = [['kept', String(counts.kept)], ...reasons.map((reason) => [`dropped: ${REASONS[reason]}`, String(counts[reason])])]
  printLines([...tableLines(rows), '', `data set  ${folder.path}`, `card      ${folder.file('README.md')}`])
}

interface Session {
  readonly folder: RunFolder
  readonly config: TeachConfig
  readonly teacher: Teacher
}

/** A new data set. Everything that can be refused is refused before anything is written. Throws ConfigError, EngineError, StorageError. */
async function startTeaching(flags: TeachFlags): Promise<Session> {
  const plugins = (flags.plugin ?? []).map((name) => resolvePlugin(name))
  await loadPlugins(plugins)
  const target = requestTarget(flags)
  const config = configOf(flags, plugins, target)
  const teacher = await openTeacher(config, { ...flags, edits: target.edits })
  try {
    const games = config.games.map(({ id }) => id).join('-')
    return { config, teacher, folder: await createDataset(flags.out ?? `data/${games}-${config.seed}`, config) }
  } catch (error) {
    await teacher.close()
    throw error
  }
}

async function goOn(path: string, flags: TeachFlags, command: Command): Promise<Session> {
  const given = command.options.map((option) => option.attributeName()).filter((name) => command.getOptionValueSource(name) === 'cli')
  const other = given.find((name) => !WITH_RESUME.includes(name))
  if (other !== undefined)
    throw new ConfigError(`a data set keeps its options, so --${other} cannot be given with --resume; start a new one with another --out`)
  const folder = await openDataset(path)
  try {
    const config = storedConfig(folder)
    await loadPlugins(config.plugins)
    return {
      folder,
      config,
      teacher: await openTeacher(config, { ...flags, edits: resumedRequest(config.teacher.request ?? NO_REQUEST, flags) }),
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}

function configOf(flags: TeachFlags, plugins: readonly string[], target: RequestTarget): TeachConfig {
  const look = LOOKS[flags.for]
  const changed = REQUEST_OPTIONS.find((name) => flags[name as keyof RequestFlags] !== undefined)
  if (changed !== undefined && !isEndpointName(flags.model ?? ''))
    throw new ConfigError(`--${changed} is for a model behind HTTP; leave it out, or name one with --model`)
  const ids = flags.game ?? ['2048']
  if (ids.length > 1 && flags.set !== undefined)
    throw new ConfigError('--set is for one game; with several --game, make a data set of each, or leave it out')
  const { teacher, model, blind, slip, insight, temperature, maxTokens, horizon, examples, parallel, heldOut, minReward, seed } = flags
  const given = {
    games: ids.map((id) => ({ id, config: gameConfig(gameNamed(id), flags.set) })),
    horizon,
    skin: { theme: flags.theme, tile: flags.tile ?? look.tile, layout: flags.layout ?? look.layout },
    prompt: flags.prompt ?? look.prompt,
    tags: flags.tags ?? look.tags,
    teacher: {
      model: model === undefined ? teacher : model.endsWith('.safetensors') ? resolve(model) : model,
      ...(target.baseUrl !== null && { baseUrl: target.baseUrl }),
      ...(model !== undefined && isEndpointName(model) && { request: target.kept }),
      blind,
      slip,
      insight,
      temperature,
      maxTokens,
    },
    examples,
    maxReplies: flags.maxReplies ?? 20 * examples,
    parallel,
    heldOut,
    minReward,
    maxRegret: flags.maxRegret ?? null,
    seed,
    plugins,
  }
  const config = checkConfig(teachConfig, given, 'the request')
  for (const { game } of specsOf(config, 'image')) {
    if (config.maxRegret !== null && game.solver === undefined)
      throw new ConfigError(`the game ${game.id} has no solver, so --max-regret cannot be asked of it; leave it out`)
  }
  return config
}
