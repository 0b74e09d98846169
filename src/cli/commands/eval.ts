/** `vlm-gym eval`: any policy on fixed games: scripted ones by name, trained models by checkpoint, any VLM by its endpoint. */

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ConfigError, EngineError } from '../../errors.ts'
import type { Evaluation } from '../../eval/index.ts'
import { OBSERVATION_MODES, REPLY_TAGS } from '../../gym/index.ts'
import {
  beginRun,
  checkPlayers,
  checkSameGames,
  type EvalConfig,
  type EvalJob,
  type EvalRun,
  evalConfig,
  evalEndpoints,
  evalJobs,
  evaluateIn,
  keepEndpoints,
  loadPictures,
  loadPlugins,
  type Player,
  type PlayerOptions,
  presetResults,
  resolvePlugin,
  resumeRun,
  runningFigures,
  withPlayers,
} from '../../jobs/index.ts'
import { endpointProviders, isEndpointName } from '../../policies/endpoints.ts'
import { policyNames } from '../../policies/index.ts'
import { shellWord } from '../../printable.ts'
import { THEMES } from '../../render/index.ts'
import { protocolTable, replyNotes, resultTable, unreadLines, unreadTexts } from '../../report/index.ts'
import { type EndpointLine, type EpisodeRecord, openEpisodeStore } from '../../runs/index.ts'
import { introLines } from '../eval-intro.ts'
import { LOCAL, type LocalOptions } from '../eval-options.ts'
import { withPictures, withPlugins } from '../extras-options.ts'
import { interruptible } from '../interrupt.ts'
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
} from '../options.ts'
import { createProgress, type Progress } from '../progress.ts'
import {
  REQUEST_OPTIONS,
  type RequestFlags,
  type RequestTarget,
  requestTarget,
  resumedRequest,
  withRequestOptions,
} from '../request-options.ts'
import { printError, printJson, printLines, printNotes } from '../terminal.ts'

interface EvalFlags extends LocalOptions, RequestFlags {
  readonly model?: string[]
  readonly set?: string[]
  readonly plugin?: string[]
  readonly out?: string
  readonly force?: boolean
  readonly resume?: string
  readonly [name: string]: unknown
}

/** Options and action of `eval`. */
export function defineEval(command: Command): void {
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
    ['vlm-gym eval --preset paper', 'random play of all four games beside the published table'],
    ['vlm-gym eval --preset paper --game swap solver greedy-1', 'two policies in one game of it'],
    ['vlm-gym eval random --set size=5 --episodes 200 --json', 'another board, rows for programs'],
  ])
  command.action(evalCommand)
}

/** The config of a command line. Throws ConfigError for what does not go together. */
function configOf(policies: readonly string[], flags: EvalFlags, command: Command, { baseUrl, kept: request }: RequestTarget): EvalConfig {
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
  const tags = flags.tags ?? (flags.prompt === 'brief' ? 'paper' : 'neutral')
  return checkConfig(
    evalConfig,
    { ...of(optional), ...of(plain), baseUrl, request, tags, names, set: flags.set ?? [], plugins, pictures, given },
    'the evaluation',
  )
}

function jobsOf(config: EvalConfig, kept: boolean): EvalJob[] {
  const { theme, tile, layout, prompt, mode, feedback } = config
  const look = { skin: { theme, tile: tile ?? 16, layout: layout ?? 'board' }, prompt: prompt ?? 'brief', mode, feedback } as const
  const jobs = evalJobs({ ...config, look })
  return kept && config.anchors ? jobs.map(withAnchors) : jobs
}

/** Random and solver, where the game has one, so that scores can be set between them. */
function withAnchors(job: EvalJob): EvalJob {
  const anchors = ['random', ...(job.spec.game.expert?.solver ? ['solver'] : [])]
  return { ...job, names: [...job.names, ...anchors.filter((name) => !job.names.includes(name))] }
}

async function evalCommand(policies: string[], flags: EvalFlags, command: Command): Promise<void> {
  const progress = createProgress({ quiet: flags.quiet })
  const { out, resume } = flags
  try {
    await interruptible(async (signal) => {
      if (resume !== undefined) return resumed(resume, policies, flags, command, progress, signal)
      const target = requestTarget(flags)
      const config = configOf(policies, flags, command, target)
      const jobs = jobsOf(config, out !== undefined)
      const endpoints = evalEndpoints({ config, local: flags, edits: target.edits, onWait: waitNote(progress) })
      await checkPlayers(
        jobs.flatMap(({ names }) => names),
        { config, local: flags, endpoints },
      )
      const options = { config, local: flags, endpoints, force: flags.force === true }
      const run = out === undefined ? null : await beginRun(out, jobs, options, signal)
      tellIntro(config, jobs, progress)
      try {
        await playJobs({ run, config, local: flags, endpoints, jobs, progress, signal })
      } finally {
        await run?.folder.close()
      }
    })
  } finally {
    progress.close()
  }
}

async function resumed(
  path: string,
  policies: readonly string[],
  flags: EvalFlags,
  command: Command,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const other = Object.keys(flags).find((name) => command.getOptionValueSource(name) === 'cli' && !LOCAL.includes(name))
  if (policies.length > 0 || other !== undefined) {
    const what = other === undefined ? policies[0] : `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new ConfigError(
      `${what} cannot go with --resume, which goes on with what the run began; leave it out, or start a new run with --out`,
    )
  }
  const { folder, config, games } = await resumeRun(path)
  try {
    await loadPlugins(config.plugins)
    if (config.pictures !== null) await loadPictures(config.pictures)
    const jobs = jobsOf(config, true)
    checkSameGames(path, games, jobs)
    const endpoints = evalEndpoints({ config, local: flags, edits: resumedRequest(config.request, flags), onWait: waitNote(progress) })
    await checkPlayers(
      jobs.flatMap(({ names }) => names),
      { config, local: flags, endpoints },
    )
    tellIntro(config, jobs, progress)
    const run = { folder, store: await openEpisodeStore(folder) }
    await playJobs({ run, config, local: flags, endpoints, jobs, progress, signal })
  } finally {
    await folder.close()
  }
}

/** Says why nothing seems to happen. */
const waitNote =
  (progress: Progress) =>
  (seconds: number, reason: string): void =>
    progress.note(`the server asks to wait ${seconds} s (${reason})`)

/** What is about to be played, on stderr; nothing with --quiet. */
function tellIntro(config: EvalConfig, jobs: readonly EvalJob[], progress: Progress): void {
  for (const line of introLines(config, jobs)) progress.note(line)
}

interface Work extends PlayerOptions {
  readonly local: LocalOptions
  readonly run: EvalRun | null
  readonly jobs: readonly EvalJob[]
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Plays everything, writes what is to be kept, prints the table. */
async function playJobs(work: Work): Promise<void> {
  const { run, jobs, progress, signal } = work
  const played: Evaluation[][] = jobs.map(() => [])
  try {
    for (const [at, job] of jobs.entries()) {
      for (const name of job.names) {
        await withPlayers(name, job.spec, work, async (player) => {
          played[at]?.push(await playOne(work, job, player))
        })
      }
    }
    await run?.folder.write(
      'results.json',
      played.flat().flatMap(({ rows }) => rows),
    )
  } catch (error) {
    if (run && signal.aborted)
      progress.note(`stopped; go on with: vlm-gym eval --resume ${shellWord(run.folder.path)}`, { important: true })
    throw error
  }
  const lines = run === null ? work.endpoints.lines() : await keepEndpoints(run.folder, work.endpoints)
  progress.close()
  report(work, played)
  tellNotes(lines, played)
}

/** What happened to requests and replies on their way, on stderr. */
function tellNotes(lines: readonly EndpointLine[], played: readonly Evaluation[][]): void {
  const episodes = played.flat().flatMap((evaluation) => evaluation.episodes)
  for (const line of lines) {
    const own = episodes.filter(({ policy, decoding }) => policy === line.policy && decoding === line.decoding)
    const who = lines.length === 1 ? '' : `${line.policy}, ${line.decoding}: `
    printNotes([...line.notes, ...replyNotes(own, line)].map((note) => `${who}${note}`))
  }
}

async function playOne({ run, config, jobs, progress, signal }: Work, job: EvalJob, player: Player): Promise<Evaluation> {
  const { policy, decoding } = player
  const stage = `${jobs.length > 1 ? `${job.spec.game.id}, ` : ''}${policy.name}, ${decoding}`
  const running = runningFigures()
  const { episodes, seed } = config
  const result = await evaluateIn(run, player, {
    ...job.rules,
    specs: [player.spec],
    episodes,
    seed,
    signal,
    onEpisode: running.add,
    onProgress: (step, total) => progress.update({ stage, step, total, figures: running.figures() }),
  })
  const failed = result.episodes.find(({ problem }) => problem !== null)
  if (failed && !player.endpoint) throw new EngineError(`${policy.name} failed: ${failed.problem}`)
  return result
}

/** What of a player's replies could not be read, and why. */
function unreadOfPlayer(episodes: Evaluation['episodes']): string[] {
  const games = [...new Set(episodes.map(({ game }) => game))]
  return games.flatMap((game) => {
    const own = episodes.filter((one) => one.game === game)
    const { policy, decoding } = own[0] as EpisodeRecord
    return unreadLines(`${game}, ${policy}, ${decoding}`, unreadTexts(own))
  })
}

function report({ run, config, local, jobs }: Work, played: readonly Evaluation[][]): void {
  const { preset } = config
  const rows = played.flat().flatMap((evaluation) => evaluation.rows)
  const results = preset === null ? [] : jobs.flatMap((job, at) => presetResults(job, preset, played[at] ?? []))
  if (local.json) printJson(preset === null ? rows : results)
  else
    printLines([
      preset === null ? resultTable(rows, local) : protocolTable(results, local),
      ...(run === null ? [] : [`run   ${run.folder.path}`]),
    ])
  const unread = played.flat().flatMap(({ episodes }) => unreadOfPlayer(episodes))
  if (unread.length > 0) printLines(['', unread.join('\n').trimEnd()], local.json ? process.stderr : process.stdout)
  const all = played.flat().flatMap(({ episodes }) => episodes)
  const failed = all.filter(({ problem }) => problem !== null)
  if (failed.length === 0) return
  process.exitCode = 1
  const remedy =
    run === null
      ? 'keep the rest with --out, to try them again'
      : `try them again with: vlm-gym eval --resume ${shellWord(run.folder.path)}`
  printError(`error: ${failed.length} of ${all.length} episodes failed, the first by: ${failed[0]?.problem}; ${remedy}`)
}
