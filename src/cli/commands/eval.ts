/** `vlm-gym eval`: any policy on fixed games: scripted ones by name, trained models by checkpoint, any VLM by its endpoint. */

import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import type { Evaluation } from '../../eval/index.ts'
import { type EvalOutcome, type JobEvent, resumeEvaluation, runEvaluation } from '../../jobs/index.ts'
import { shellWord } from '../../printable.ts'
import { protocolTable, replyNotes, resultTable, unreadLines, unreadTexts } from '../../report/index.ts'
import type { EpisodeRecord } from '../../runs/index.ts'
import { type EvalFlags, evalConfigOf, LOCAL, withEvalOptions } from '../eval-options.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress, progressEvents } from '../progress.ts'
import { requestTarget, resumedRequest } from '../request-options.ts'
import { printError, printJson, printLines, printNotes } from '../terminal.ts'

/** Options and action of `eval`. */
export function defineEval(command: Command): void {
  withEvalOptions(command)
  command.action(evalCommand)
}

async function evalCommand(policies: string[], flags: EvalFlags, command: Command): Promise<void> {
  const progress = createProgress({ quiet: flags.quiet })
  const show = progressEvents(progress)
  let folder: string | undefined
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'folder') folder = event.path
    show(event)
  }
  try {
    const outcome = await interruptible(async (signal) => {
      try {
        return await evaluated(policies, flags, command, { onEvent, signal })
      } catch (error) {
        if (folder !== undefined && signal.aborted)
          progress.note(`stopped; go on with: vlm-gym eval --resume ${shellWord(folder)}`, { important: true })
        throw error
      }
    })
    progress.close()
    report(outcome, flags)
    tellNotes(outcome)
  } finally {
    progress.close()
  }
}

function evaluated(
  policies: readonly string[],
  flags: EvalFlags,
  command: Command,
  control: { readonly onEvent: (event: JobEvent) => void; readonly signal: AbortSignal },
): Promise<EvalOutcome> {
  const { out, resume } = flags
  if (resume === undefined) {
    const target = requestTarget(flags)
    const config = evalConfigOf(policies, flags, command, target)
    return runEvaluation(config, { ...control, pace: flags, edits: () => target.edits, out, force: flags.force === true })
  }
  const other = Object.keys(flags).find((name) => command.getOptionValueSource(name) === 'cli' && !LOCAL.includes(name))
  if (policies.length > 0 || other !== undefined) {
    const what = other === undefined ? policies[0] : `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new ConfigError(
      `${what} cannot go with --resume, which goes on with what the run began; leave it out, or start a new run with --out`,
    )
  }
  return resumeEvaluation(resume, { ...control, pace: flags, edits: ({ request }) => resumedRequest(request, flags) })
}

/** What happened to requests and replies on their way, on stderr. */
function tellNotes({ endpoints, evaluations }: EvalOutcome): void {
  const episodes = evaluations.flatMap((evaluation) => evaluation.episodes)
  for (const line of endpoints) {
    const own = episodes.filter(({ policy, decoding }) => policy === line.policy && decoding === line.decoding)
    const who = endpoints.length === 1 ? '' : `${line.policy}, ${line.decoding}: `
    printNotes([...line.notes, ...replyNotes(own, line)].map((note) => `${who}${note}`))
  }
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

/** The table, what could not be read, and whether episodes failed; these set the exit code. */
function report({ path, evaluations, protocols }: EvalOutcome, flags: EvalFlags): void {
  const rows = evaluations.flatMap((evaluation) => evaluation.rows)
  const hasProtocols = protocols.length > 0
  if (flags.json) printJson(hasProtocols ? protocols : rows)
  else printLines([hasProtocols ? protocolTable(protocols, flags) : resultTable(rows, flags), ...(path === null ? [] : [`run   ${path}`])])
  const unread = evaluations.flatMap(({ episodes }) => unreadOfPlayer(episodes))
  if (unread.length > 0) printLines(['', unread.join('\n').trimEnd()], flags.json ? process.stderr : process.stdout)
  const all = evaluations.flatMap(({ episodes }) => episodes)
  const failed = all.filter(({ problem }) => problem !== null)
  if (failed.length === 0) return
  process.exitCode = 1
  const remedy =
    path === null ? 'keep the rest with --out, to try them again' : `try them again with: vlm-gym eval --resume ${shellWord(path)}`
  printError(`error: ${failed.length} of ${all.length} episodes failed, the first by: ${failed[0]?.problem}; ${remedy}`)
}
