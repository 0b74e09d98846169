/** `vlm-gym teach`: cold-start data from a teacher that is told the true board; a stopped session goes on with --resume. */
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { replyNotes } from '../../eval/index.ts'
import { REPLY_TAGS } from '../../gym/index.ts'
import { THEMES } from '../../render/index.ts'
import { checkNewFolder, DATASET, type RunFolder } from '../../runs/index.ts'
import {
  type Counts,
  createDataset,
  discardDataset,
  openDataset,
  repliesOf,
  storedConfig,
  TAUGHT,
  type TeachConfig,
  teach,
} from '../../teach/index.ts'
import { PRESETS } from '../../train/index.ts'
import { interruptible } from '../interrupt.ts'
import {
  choiceOption,
  collect,
  numberWithin,
  wholeNumber,
  withConfigFile,
  withExamples,
  withFolderForce,
  withJson,
  withSet,
} from '../options.ts'
import { withPicturesOption } from '../pictures.ts'
import { withPluginOption } from '../plugins.ts'
import { createProgress } from '../progress.ts'
import { NO_REQUEST, REQUEST_OPTIONS, requestTarget, resumedRequest, withRequestOptions } from '../request-options.ts'
import { loadExtras, type TeachFlags, teachConfigOf } from '../teach-config.ts'
import { reportTaught } from '../teach-report.ts'
import { openTeacher, SCRIPTED, type Teacher } from '../teacher.ts'
import { printNotes } from '../terminal.ts'

interface Flags extends TeachFlags {
  readonly perMinute?: number
  readonly retries: number
  readonly timeout: number
  readonly patience: number
  readonly out?: string
  readonly resume?: string
  readonly force?: boolean
  readonly quiet?: boolean
  readonly json?: boolean
}

/** What may be given beside --resume. */
const WITH_RESUME = ['resume', 'patience', 'quiet', 'json', 'perMinute', 'retries', 'timeout', ...REQUEST_OPTIONS]

/** Options and action of `teach`. */
export function defineTeach(command: Command): void {
  command.addOption(
    choiceOption(
      '--preset <name>',
      'make what vlm-gym train --preset NAME learns from: its games with their knobs, its pictures, prompts and teacher',
      Object.keys(PRESETS),
    ),
  )
  withConfigFile(command, 'a training config, as vlm-gym train --config takes it: make what that run learns from')
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
  command.option(
    '--slip <p>',
    'of the scripted teacher: probability of a uniform legal move instead of its own (default: 0.05)',
    numberWithin(0, 1),
  )
  command.option(
    '--insight <p>',
    'of the scripted teacher: probability that it acts on its thoughts, as if without blind spots (default: 0.1)',
    numberWithin(0, 1),
  )
  command.option('--temperature <t>', 'of a model', numberWithin(0, 2), 1)
  command.option(
    '--max-tokens <n>',
    'longest reply of a model, tokens (default: 1024; of a checkpoint with --preset, those of the preset)',
    wholeNumber(4),
  )
  command.option('--game <id>', 'game to play; may be given many times (default: 2048, or all games of the preset)', collect)
  withSet(command, 'one knob: size=4 of the one game that is played, or GAME.size=4 of one of several')
  withPluginOption(command)
  withPicturesOption(command)
  command.addOption(
    choiceOption(
      '--for <whom>',
      'vlm: full prompts and large pictures; embedded: those of the embedded model (default: vlm, or as the preset has it)',
      ['vlm', 'embedded'],
    ),
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
  command.addOption(
    choiceOption('--theme <name>', 'colours of the pictures (default: classic, or those of the preset)', Object.keys(THEMES)),
  )
  command.option('--horizon <n>', 'moves after which a fresh game begins (default: 100, or those of the preset by game)', wholeNumber(1))
  command.option('--examples <n>', 'examples to make, shared evenly among the games', wholeNumber(1), 1000)
  command.option('--max-replies <n>', 'replies to ask for at most (default: 4 an example, and 100 at least)', wholeNumber(1))
  command.option(
    '--patience <n>',
    'while nothing is kept, stop once the first n replies were all dropped for one reason; 0: never',
    wholeNumber(0),
    20,
  )
  command.option('--parallel <n>', 'games played side by side', wholeNumber(1, 4096), 16)
  command.option('--held-out <share>', 'share of the boards that are held out, 0 to 0.9', numberWithin(0, 0.9), 0.1)
  command.option('--min-reward <points>', 'environment reward that a kept move earns at least', numberWithin(Number.MIN_SAFE_INTEGER), 0)
  command.option('--max-regret <points>', 'points that a kept move may lose against the solver (default: any)', numberWithin())
  command.option(
    '--seed <n>',
    'whole number that decides the games and all chance of the teacher (default: 0, or the preset’s)',
    wholeNumber(),
  )
  command.option('--out <folder>', 'folder of the data set (default: data/<preset or games>-<seed>)')
  withFolderForce(command)
  command.option('--resume <folder>', 'go on with a stopped session; it keeps its options')
  command.option('--quiet', 'no progress')
  withJson(command)
  withExamples(command, [
    ['vlm-gym teach --examples 2000 --out data/taught', 'boards of 2048 for a real VLM, as JSON lines, PNG and Parquet, with a card'],
    [
      'vlm-gym teach --preset laptop --examples 5000 --out data/small',
      'what the main training job learns from; then: vlm-gym train --set coldStart.dataset=data/small',
    ],
    ['vlm-gym teach --preset laptop --for vlm --game swap', 'one game as that job has it, in prompts and pictures for a real VLM'],
    [
      'vlm-gym teach --game swap --game shisen-sho --set shisen-sho.kinds=6 --max-regret 1',
      'two games, one with a knob, and only moves that are nearly the solver’s',
    ],
    ['vlm-gym teach --preset quick --model g1.safetensors', 'a trained model that is told the board'],
    ['vlm-gym teach --model openai-compatible:qwen --base-url http://localhost:8000/v1', 'a real VLM as the teacher'],
    ['vlm-gym teach --resume data/taught', 'go on after Ctrl-C or a crash: the same data set comes out'],
  ])
  command.action((flags: Flags) => teachCommand(flags, command))
}

async function teachCommand(flags: Flags, command: Command): Promise<void> {
  const { folder, config, teacher } = flags.resume === undefined ? await startTeaching(flags) : await goOn(flags.resume, flags, command)
  const progress = createProgress({ quiet: flags.quiet })
  const onRound = (counts: Counts): void => {
    const replies = repliesOf(counts)
    const figures = { replies, dropped: replies - counts.kept, ...(counts.failed > 0 && { failed: counts.failed }) }
    progress.update({ stage: teacher.policy.name, step: counts.kept, total: config.examples, figures })
  }
  let ended = false
  try {
    const { policy, oneByOne } = teacher
    const { patience } = flags
    const taught = await interruptible(
      (signal) => teach({ folder, config, policy, oneByOne, patience, onRound, signal }),
      'stopping; what was kept is saved',
    )
    ended = true
    progress.close()
    reportTaught(folder, config, taught, flags.json === true)
    const record = teacher.record?.()
    printNotes([...(record?.notes ?? []), ...replyNotes([taught], record)])
  } finally {
    progress.close()
    await teacher.close()
    await folder.close()
    // A new set whose teacher turned out to be unusable is taken back, unless a reply came all the same.
    if (!ended && flags.resume === undefined && !(await hasReplies(folder))) await discardDataset(folder)
  }
}

const hasReplies = (folder: RunFolder): Promise<boolean> =>
  stat(folder.file(TAUGHT.name)).then(
    ({ size }) => size > 0,
    () => false,
  )

interface Session {
  readonly folder: RunFolder
  readonly config: TeachConfig
  readonly teacher: Teacher
}

/** A new data set. Everything that can be refused is refused before anything is written. Throws ConfigError, EngineError, StorageError. */
async function startTeaching(flags: Flags): Promise<Session> {
  const target = requestTarget(flags)
  const { config, name } = await teachConfigOf(flags, target)
  const path = flags.out ?? `data/${name}`
  const options = { force: flags.force === true }
  await checkNewFolder(DATASET, path, options)
  const teacher = await openTeacher(config, { ...flags, edits: target.edits })
  try {
    return { config, teacher, folder: await createDataset(path, config, options) }
  } catch (error) {
    await teacher.close()
    throw error
  }
}

async function goOn(path: string, flags: Flags, command: Command): Promise<Session> {
  const given = command.options.map((option) => option.attributeName()).filter((name) => command.getOptionValueSource(name) === 'cli')
  const other = given.find((name) => !WITH_RESUME.includes(name))
  if (other !== undefined)
    throw new ConfigError(`a data set keeps its options, so --${other} cannot be given with --resume; start a new one with another --out`)
  const folder = await openDataset(path)
  try {
    const config = storedConfig(folder)
    await loadExtras(config)
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
