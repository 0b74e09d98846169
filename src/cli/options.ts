/**
 * Configs from the command line: `--config FILE`, then `--set path.to.key=value`, each over what comes before it, checked by a schema.
 *
 *     const value = await gatherConfig({ base: preset, config: 'my.json', set: ['rl.steps=200', 'games.0.id=2048'] })
 *     const config = checkConfig(trainConfig, value, 'the training config')
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ConfigError, fileReason } from '../errors.ts'
import { fileGuess } from '../near-file.ts'
import { readText } from '../runs/index.ts'
import { applySettings, type ConfigObject, isObject, mergeConfig } from '../settings.ts'
import { didYouMean } from '../suggest.ts'
import { helpWidth, wrapWords } from './schema-help.ts'

export { checkConfig } from '../checks.ts'

/** Reads a JSON file that holds an object. Throws ConfigError that says what is wrong with the file. */
export async function readConfigFile(path: string): Promise<ConfigObject> {
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`--config ${path} cannot be read: ${fileReason(error)}${fileGuess(path)}`, { cause: error })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`--config ${path} is not JSON: ${jsonReason(text, error as Error)}`, { cause: error })
  }
  if (!isObject(value)) throw new ConfigError(`--config ${path} must hold a JSON object, like {"seed": 1}`)
  return value
}

/** What keeps a text from being JSON, with the place. */
function jsonReason(text: string, { message }: Error): string {
  if (text.trim() === '') return 'it is empty'
  if (/[\0\uFFFD]/.test(text)) return 'it is no text'
  const at = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN)
  if (/end of JSON/.test(message) || at >= text.trimEnd().length) return 'it ends too early; a bracket, brace or quote is left open'
  if (Number.isNaN(at)) return 'it is written in another way'
  const before = text.slice(0, at).split('\n')
  const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`
  if (/^\/[/*]/.test(text.slice(at))) return `a comment in ${place}; JSON has none, so take it out`
  return `${JSON.stringify(text[at])} in ${place} is not what may stand there`
}

/** base (which may depend on the file), then the file, then the settings. What is absent is left out. Not checked yet: see `checkConfig`. */
export async function gatherConfig(parts: {
  readonly base?: ConfigObject | ((file: ConfigObject) => ConfigObject)
  readonly config?: string | undefined
  readonly set?: readonly string[] | undefined
}): Promise<ConfigObject> {
  const { base = {}, config, set = [] } = parts
  const file = config === undefined ? {} : await readConfigFile(config)
  return applySettings(mergeConfig(typeof base === 'function' ? base(file) : base, file), set)
}

/** Parser of a commander option that takes a whole number within bounds (safe integers unless given). */
export function wholeNumber(min: number = Number.MIN_SAFE_INTEGER, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^[+-]?\d+$/.test(text) && value >= min && value <= max) return value
    const upper = max === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${max}`
    throw new InvalidArgumentError(min === Number.MIN_SAFE_INTEGER ? 'Give a whole number.' : `Give a whole number, ${min}${upper}.`)
  }
}

/** Parser of a commander option that takes a number within bounds. */
export function numberWithin(min: number = 0, max: number = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(
      max === Number.POSITIVE_INFINITY ? `Give a number, ${min} or more.` : `Give a number from ${min} to ${max}.`,
    )
  }
}

/** An option that takes one of a few words; a mistyped one gets a guess. */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices]).argParser((text: string) => {
    if (choices.includes(text)) return text
    throw new InvalidArgumentError(
      `${text === '' ? 'It is empty' : 'It is none of the choices'}${didYouMean(text, choices)}; give ${choices.join(', ')}.`,
    )
  })
}

/** Parser of a commander option that may be given many times. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}

/** Adds `--seed`; default 0. */
export function withSeed(command: Command, decides: string): Command {
  return command.option('--seed <n>', `whole number that decides ${decides}`, wholeNumber(), 0)
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON instead of text')
}

/** Adds `--force`. `what` it does. */
export function withForce(command: Command, what: string): Command {
  return command.option('--force', what)
}

/** Adds `--force` to a command that begins a folder. */
export function withFolderForce(command: Command): Command {
  return withForce(command, 'use a folder that is not empty; what is in the way there is renamed, never overwritten')
}

/** Adds `--force` to a command that writes a file. */
export function withFileForce(command: Command): Command {
  return withForce(command, 'replace a file that is there, whoever wrote it')
}

/** Adds `--set`, many times. `what` it sets, with an example key and value. */
export function withSet(command: Command, what: string): Command {
  return command.option('--set <key=value>', `${what}; may be given many times`, collect)
}

/** Adds `--config FILE`. */
export function withConfigFile(command: Command, what: string): Command {
  return command.option('--config <file>', `JSON file with ${what}`)
}

/** Ends the help with examples: [what to type, what it does]. A long command goes on in the next line, as shells take it. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  return command.addHelpText('after', () => {
    const width = helpWidth()
    const lines = examples.flatMap(([typed, does]) => [
      ...typedLines(typed, width - 4),
      ...wrapWords(does, width - 6).map((line) => `      ${line}`),
    ])
    return `\nExamples:\n${lines.join('\n')}`
  })
}

/** A command in lines that end in a backslash, broken before options. */
function typedLines(typed: string, width: number): string[] {
  const lines: string[] = []
  for (const part of typed.split(/ (?=--)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + part.length + 3 <= width) lines[lines.length - 1] = `${last} ${part}`
    else lines.push(part)
  }
  return lines.map((line, at) => `  ${at === 0 ? '$' : ' '} ${at === 0 ? '' : '  '}${line}${at < lines.length - 1 ? ' \\' : ''}`)
}
