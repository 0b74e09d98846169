/**
 * Running a command line: a table of commands, one named, its errors in one line each.
 * Exit codes: 0 done; 1 failed, or a check found a difference; 2 the command line or a config was wrong; 130 interrupted.
 */
import { Command, CommanderError } from 'commander'
import { ConfigError, VlmGymError } from '../errors.ts'
import { printableLine } from '../printable.ts'
import { didYouMean } from '../suggest.ts'
import { packageVersion } from '../version.ts'
import { exitOnInterrupt, INTERRUPTED } from './interrupt.ts'

/** Refuses options and arguments that are given and empty: a variable of the shell that is not set, most often. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName()
    const value: unknown = command.getOptionValueSource(name) === 'cli' ? command.getOptionValue(name) : undefined
    if (value === '' || (Array.isArray(value) && value.includes('')))
      throw new ConfigError(`${option.long} is empty; give it a value, or leave it out`)
  }
  if (command.args.includes('')) throw new ConfigError(`an argument of ${command.name()} is empty; name what is meant, or leave it out`)
}

/** Gives a command its arguments, options, help and action. An action sets `process.exitCode` for an outcome other than 0. */
export type DefineCommand = (command: Command) => void

/** A line in the table of commands; `load` imports the command's module. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<DefineCommand>
}

/** Runs `argv` (without node and script) and returns the exit code. Never rejects. */
export async function runCli(entries: readonly CommandEntry[], argv: readonly string[]): Promise<number> {
  guardStreams()
  exitOnInterrupt()
  try {
    const program = createProgram(entries)
    await defineNamed(program, entries, argv)
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    return await exitCodeOf(error)
  }
}

function createProgram(entries: readonly CommandEntry[]): Command {
  const program = new Command('vlm-gym')
    .description('Visual games that train and judge vision-language models.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${printableLine(text.trim())}\n`) })
    .hook('preAction', (_program, command) => refuseEmpty(command))
    .addHelpText('after', '\nvlm-gym <command> --help shows the options of a command, with examples.')
  for (const { name, summary } of entries) program.command(name).description(summary)
  return program
}

/** Options of the program itself. */
const OWN_OPTIONS: readonly string[] = ['-h', '--help', '-V', '--version']

/** Loads the module of the command that argv names, if it names one; `help show` names show. */
async function defineNamed(program: Command, entries: readonly CommandEntry[], argv: readonly string[]): Promise<void> {
  const [typed] = argv
  if (typed?.startsWith('-') && !OWN_OPTIONS.includes(typed)) {
    const names = entries.map((one) => one.name).join(', ')
    throw new ConfigError(`${typed} stands where a command should; name the command first, one of ${names}`)
  }
  const [first, second] = argv.filter((word) => !word.startsWith('-'))
  const name = first === 'help' ? second : first
  const entry = entries.find((one) => one.name === name)
  const command = program.commands.find((one) => one.name() === name)
  if (name !== undefined && name !== 'help' && entry === undefined) {
    const known = entries.map((one) => one.name)
    const longer = known.find((one) => one.startsWith(`${name}-`))
    const guess = longer === undefined ? didYouMean(name, known) : ` (did you mean "${longer}"?)`
    throw new ConfigError(`there is no command "${name}"${guess}; there are ${known.join(', ')}`)
  }
  if (entry === undefined || command === undefined) return
  const define = await entry.load()
  define(command)
}

/** Prints the error in one line on stderr, with the stack if DEBUG=1 and it is not an error class of this package. */
async function exitCodeOf(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Error && error.name === 'AbortError') {
    process.stderr.write('stopped\n')
    return INTERRUPTED
  }
  const { printError, printTrace } = await import('./terminal.ts')
  if (error instanceof VlmGymError) {
    printError(`error: ${error.message}`)
    return error.code === 'config' ? 2 : 1
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  if (process.env.DEBUG === '1') printTrace(stack ?? message)
  else printError(`error: unexpected: ${message} (DEBUG=1 shows where)`)
  return 1
}

let areGuarded = false

/** A reader that went away (`| head`) ends the process quietly. */
function guardStreams(): void {
  if (areGuarded) return
  areGuarded = true
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  // Progress that nobody reads is no reason to end a long job.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
