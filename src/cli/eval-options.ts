/** The options of `vlm-gym eval`: what they are, what config they make, and which of them may go with --resume. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ConfigError } from '../errors.ts'
import { OBSERVATION_MODES, REPLY_TAGS } from '../gym/index.ts'
import { type EvalConfig, type EvalPace, evalConfig, resolvePlugin } from '../jobs/index.ts'
import { endpointProviders, isEndpointName } from '../policies/endpoints.ts'
import { policyNames } from '../policies/index.ts'
import { THEMES } from '../render/index.ts'
import { withPictures, withPlugins } from './extras-options.ts'
import {
  checkConfig,
  choiceOption,
  collect,
  numberWithin,
  wholeNumber,
  withExamples,
  withFolderForce,
  withJson,
  withSeed,
  withSet,
} from './options.ts'
import { REQUEST_OPTIONS, type RequestFlags, type RequestTarget, withRequestOptions } from './request-options.ts'

/** Options of this process alone: they change how fast and what is shown, never what comes out. */
export interface LocalOptions extends EvalPace, Omit<RequestFlags, 'baseUrl'> {
  readonly quiet?: boolean
  readonly json?: boolean
  /** Whether the table has the columns of the lenient reading even where they say the same. */
  readonly lenient?: boolean
}

/** The options that may go with --resume. */
export const LOCAL: readonly string[] = [
  'resume',
  'concurrency',
  'perMinute',
  'retries',
  'timeout',
  'threads',
  'quiet',
  'json',
  'lenient',
  'plugin',
  'pictures',
  ...REQUEST_OPTIONS,
]

/** The options as they were given. */
export interface EvalFlags extends LocalOptions, RequestFlags {
  readonly model?: string[]
  readonly set?: string[]
  readonly plugin?: string[]
  readonly out?: string
  readonly force?: boolean
  readonly resume?: string
  readonly [name: string]: unknown
}

/** Adds the options of `eval`, in groups, and its examples. */
export function withEvalOptions(command: Command): void {
  const scripted = policyNames().join(', ')
  command.argument('[policy...]', `one of ${scripted}; a checkpoint (a file ending in .safetensors); a model (see --model)`)
  command.optionsGroup('Who plays:')
  command.option(
    '--model <provider:name>',
    `a model behind HTTP; providers: ${endpointProviders.join(', ')}; may be given many times`,
    collect,
  )
  withRequestOptions(command)
  command.addOption(choiceOption('--decoding <how>', 'default: both of checkpoints, sampled of models', ['sampled', 'greedy', 'both']))
  command.option('--temperature <t>', 'of sampled replies of models; default 1', numberWithin(0, 2))
  command.option('--max-tokens <n>', 'longest reply, tokens; default: 48 of checkpoints, 1024 of models', wholeNumber(4))
  command.option('--concurrency <n>', 'requests and episodes at once; default 8 of models', wholeNumber(1, 1024))
  command.option('--per-minute <n>', 'requests a minute at most', wholeNumber(1))
  command.option('--retries <n>', 'tries after a failed request', wholeNumber(0, 100), 6)
  command.option('--timeout <seconds>', 'of a request', wholeNumber(1, 86_400), 120)
  command.option('--price-in <amount>', 'of a million tokens of prompts, for the cost; needs --price-out', numberWithin())
  command.option('--price-out <amount>', 'of a million tokens of replies', numberWithin())
  command.option('--engine <package>', 'package that makes the engine of checkpoints', '@vlm-gym/engine-onnx')
  command.option('--threads <n>', 'threads of the engine', wholeNumber(1, 256), 2)
  command.optionsGroup('What is played:')
  command.option(
    '--preset <name>',
    'paper: every game by the published protocol, beside published results; its random policies play if none is named',
  )
  command.option('--game <id>', 'game to play; with --preset the only one', '2048')
  command.option('--episodes <n>', 'games of each policy, the same for all', wholeNumber(2), 100)
  command.option('--horizon <n>', 'moves a game; with --preset in place of its own', wholeNumber(1), 100)
  command.option('--no-restart', 'end an episode with its game, instead of starting a fresh one until the horizon')
  withSet(command, 'one knob of the game, such as size=4')
  withPlugins(command)
  withPictures(command)
  withSeed(command, 'the games and all chance of the policies')
  command.option('--hidden', 'play games of seeds that are kept for evaluation: no training plays them, and gym servers refuse them')
  command.optionsGroup('What is shown:')
  command.addOption(choiceOption('--theme <name>', 'colours of the pictures', Object.keys(THEMES)).default('classic'))
  command.option(
    '--tile <n>',
    'side of a tile, pixels; default: 16 of checkpoints (the patch they were trained with), 64 of models',
    wholeNumber(8, 256),
  )
  command.addOption(
    choiceOption('--layout <name>', 'board: tiles only; full: margins and a score line; default: full of models', ['board', 'full']),
  )
  command.addOption(
    choiceOption('--prompt <style>', 'full: rules in sentences; brief: a few tokens; default: full of models', ['full', 'brief']),
  )
  command.addOption(
    choiceOption(
      '--tags <set>',
      'of models, in prompts and worked examples: paper (<think>, <answer>) or neutral (<rationale>, <move>), which no server cuts at; replies are read in either; default: neutral with full prompts, paper with brief ones',
      REPLY_TAGS,
    ),
  )
  command.addOption(choiceOption('--mode <name>', 'what is given of a board', OBSERVATION_MODES).default('image'))
  command.option('--no-feedback', 'leave out what the last move did')
  command.option('--history <k>', 'turns of the episode that a model is shown again', wholeNumber(0, 1000), 0)
  command.option('--examples <k>', 'worked examples that a model is shown first, from games that are not evaluated', wholeNumber(0, 50), 0)
  command.optionsGroup('What is kept:')
  command.option('--out <folder>', 'run folder: keeps every reply and episode, and can be resumed; random and solver play along')
  withFolderForce(command)
  command.option('--no-anchors', 'with --out: without random and solver')
  command.option('--resume <folder>', 'go on with a run; what was paid for is not asked again, failed episodes are tried again')
  command.option('--lenient', 'show the columns of the lenient reading even where they say the same; they never change play')
  command.option('--quiet', 'no progress')
  withJson(command)
  withExamples(command, [
    ['vlm-gym eval random greedy-1 solver', 'anchors on 100 games of 2048, 100 moves each'],
    ['vlm-gym eval runs/laptop-0/checkpoints/g1.safetensors --decoding greedy', 'a trained model'],
    ['vlm-gym eval --model openai-compatible:qwen --base-url http://localhost:8000/v1 --out runs/qwen', 'a model of a local server'],
    ['vlm-gym eval --resume runs/qwen', 'goes on with it'],
    [
      `vlm-gym eval --model openai:gpt-4o --body '{"seed":null,"reasoning_effort":"low"}'`,
      'leaves one field of the requests out, adds another',
    ],
    ['vlm-gym eval --preset paper', 'random play of the four games of the paper beside the published table'],
    ['vlm-gym eval --preset paper --game swap solver greedy-1', 'two policies in one game of it'],
    ['vlm-gym eval random --set size=5 --episodes 200 --json', 'another board, rows for programs'],
  ])
}

/** The config of a command line. Throws ConfigError for what does not go together. */
export function evalConfigOf(
  policies: readonly string[],
  flags: EvalFlags,
  command: Command,
  { baseUrl, kept: request }: RequestTarget,
): EvalConfig {
  const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli')
  const names = [...policies, ...(flags.model ?? [])]
  if (names.includes('human')) throw new ConfigError('a person is not evaluated; play with: vlm-gym play')
  const wrong = (flags.model ?? []).find((name) => !isEndpointName(name))
  if (wrong !== undefined)
    throw new ConfigError(`--model ${wrong} is not written provider:NAME with a provider of ${endpointProviders.join(', ')}`)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new ConfigError(`${twice} is named twice; name each policy once`)
  if (flags.tags !== undefined && !names.some(isEndpointName))
    throw new ConfigError('--tags is for models behind HTTP, and none is named; leave it out, or name one with --model')
  if ((flags.priceIn === undefined) !== (flags.priceOut === undefined))
    throw new ConfigError('--price-in and --price-out make a cost together only; give both')
  const changed = REQUEST_OPTIONS.find((name) => flags[name] !== undefined)
  if (changed !== undefined && !names.some(isEndpointName))
    throw new ConfigError(`--${changed} is for models behind HTTP, and none is named; leave it out, or name one with --model`)
  const plugins = (flags.plugin ?? []).map((name) => resolvePlugin(name))
  const pictures = typeof flags.pictures === 'string' ? resolve(flags.pictures) : null
  const optional = ['preset', 'decoding', 'temperature', 'maxTokens', 'tile', 'layout', 'prompt', 'priceIn', 'priceOut']
  const plain = ['game', 'episodes', 'horizon', 'restart', 'theme', 'mode', 'feedback', 'history', 'examples', 'anchors', 'seed', 'engine']
  const of = (keys: readonly string[]): Record<string, unknown> => Object.fromEntries(keys.map((key) => [key, flags[key] ?? null]))
  const { hidden = false } = flags
  const tags = flags.tags ?? (flags.prompt === 'brief' ? 'paper' : 'neutral')
  return checkConfig(
    evalConfig,
    { ...of(optional), ...of(plain), baseUrl, request, tags, names, hidden, set: flags.set ?? [], plugins, pictures, given },
    'the evaluation',
  )
}
