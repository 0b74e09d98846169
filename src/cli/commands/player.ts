/** `vlm-gym player`: one episode against the endpoint that the environment names; for trainers that start an agent program and capture its requests. */
import type { Command } from 'commander'
import { ConfigError, StateError } from '../../errors.ts'
import { type EnvSpec, envSpec, OBSERVATION_MODES, REPLY_TAGS, rewardConfig } from '../../gym/index.ts'
import { type EpisodeLine, playEpisode } from '../../jobs/index.ts'
import { type EndpointPolicy, endpointPolicy, splitBaseUrl } from '../../policies/endpoints.ts'
import { printableJson } from '../../printable.ts'
import type { Skin } from '../../scene.ts'
import { applySettings } from '../../settings.ts'
import { interruptible } from '../interrupt.ts'
import { checkConfig, choiceOption, collect, numberWithin, wholeNumber, withExamples } from '../options.ts'
import { createProgress, type ProgressDisplay } from '../progress.ts'
import { type RequestFlags, requestTarget, withRequestOptions } from '../request-options.ts'
import { type StartOptions, startOf, withSkin, withStart } from '../start.ts'
import { printError, printNotes } from '../terminal.ts'

/** Replies an episode, where neither an option nor a preset says. */
const HORIZON = 100

interface PlayerFlags extends StartOptions, RequestFlags, Pick<EnvSpec, 'mode' | 'feedback'> {
  readonly model?: string
  readonly temperature: number
  readonly maxTokens?: number
  readonly samplingSeed?: number
  readonly retries: number
  readonly timeout: number
  readonly game?: string
  readonly horizon?: number
  readonly tile: number
  readonly layout: Skin['layout']
  readonly prompt: EnvSpec['promptStyle']
  readonly tags?: EnvSpec['tags']
  readonly history: number
  readonly reward?: string[]
  readonly quiet?: boolean
}

const LINE = `
Standard output is one line of JSON: reward (sum) and rewards (of each reply),
return (points of the game), steps, terminated, truncated, state (a token),
shares of unreadable and illegal replies, tokens, status and problem.
Everything else goes to standard error.
Exit codes: 0 the episode was played, whatever its reward; 1 a request failed
for good (status "failed"); 2 the command line or the environment is wrong, and
nothing was asked; 130 stopped (status "stopped": what was played till then).`

/** Options and action of `player`. */
export function definePlayer(command: Command): void {
  command.optionsGroup('Who plays:')
  command.option('--model <name>', 'the model as its server calls it; default: the environment variable OPENAI_MODEL')
  withRequestOptions(command, 'address of the server; default: OPENAI_BASE_URL. The key stands in OPENAI_API_KEY, if one is needed')
  command.option('--temperature <t>', 'of the replies', numberWithin(0, 2), 1)
  command.option('--max-tokens <n>', 'longest reply, tokens; default 1024', wholeNumber(4))
  command.option('--sampling-seed <n>', 'seeds of the requests are derived from it; default: none is sent', wholeNumber())
  command.option('--retries <n>', 'tries after a failed request', wholeNumber(0, 100), 6)
  command.option('--timeout <seconds>', 'of a request', wholeNumber(1, 86_400), 120)
  command.optionsGroup('What is played:')
  command.option('--game <id>', 'game to play; default: 2048, or that of --state')
  withStart(command)
  command.option('--horizon <n>', `replies at most; default: those of the preset, else ${HORIZON}`, wholeNumber(1))
  command.option('--reward <key=value>', 'of the reward, such as weights.think=1 or signal=regret; may be given many times', collect)
  command.optionsGroup('What is shown:')
  withSkin(command, 64)
  command.addOption(choiceOption('--prompt <style>', 'full: rules in sentences; brief: a few tokens', ['full', 'brief']).default('full'))
  command.addOption(
    choiceOption(
      '--tags <set>',
      'of prompts: paper (<think>, <answer>) or neutral (<rationale>, <move>); default: neutral with full prompts',
      REPLY_TAGS,
    ),
  )
  command.addOption(choiceOption('--mode <name>', 'what is given of a board', OBSERVATION_MODES).default('image'))
  command.option('--no-feedback', 'leave out what the last move did')
  command.option('--history <k>', 'turns that the model is shown again; 1000: the whole conversation', wholeNumber(0, 1000), 0)
  command.optionsGroup('What is told:')
  command.option('--quiet', 'no progress')
  command.addHelpText('after', LINE)
  withExamples(command, [
    ['vlm-gym player --game swap --seed 7 --horizon 20', 'where OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL are set by the trainer'],
    ['vlm-gym player --model qwen --base-url http://localhost:8000/v1 --history 1000', 'one conversation, at an address of your own'],
    ['vlm-gym player --game shisen-sho --preset laptop --reward weights.perceptionCells=1', 'cells that are read rightly count too'],
  ])
  command.action(playerCommand)
}

async function playerCommand(flags: PlayerFlags): Promise<void> {
  const { seed, samplingSeed, history } = flags
  const progress = createProgress({ quiet: flags.quiet })
  const policy = await policyOf(flags, progress)
  const { spec, start } = await playedOf(flags)
  const stage = `${spec.game.id}, ${policy.name}`
  let reward = 0
  const line = await interruptible((signal) => {
    const onReply = (turn: { readonly step: number; readonly reward: number }): void => {
      reward += turn.reward
      progress.update({ stage, step: turn.step, total: spec.horizon ?? 0, figures: { reward } })
    }
    const from = flags.state === undefined ? {} : { start }
    return playEpisode(policy, { spec, seed, ...from, policySeed: samplingSeed, history, signal, onReply })
  }, 'stopping; what was played is told')
  progress.close()
  tell(line, policy)
}

/** The one line, notes, and what went wrong; a failure sets the exit code. */
function tell(line: EpisodeLine, policy: EndpointPolicy): void {
  printNotes(policy.record().notes)
  if (line.cut > 0) printNotes([`${line.cut} of ${line.steps} replies were cut at their longest; --max-tokens allows more`])
  if (line.status === 'failed') {
    process.exitCode = 1
    printError(`error: a request failed for good after ${line.steps} replies: ${line.problem}`)
  }
  process.stdout.write(`${printableJson(JSON.stringify(line))}\n`)
}

/** The model that the options and the environment name. Throws ConfigError. */
async function policyOf(flags: PlayerFlags, progress: ProgressDisplay): Promise<EndpointPolicy> {
  const name = flags.model ?? variable('OPENAI_MODEL')
  if (name === undefined)
    throw new ConfigError('no model is named; give --model, or set the environment variable OPENAI_MODEL (a trainer may take any name)')
  const address = variable('OPENAI_BASE_URL')
  if (flags.baseUrl === undefined && address === undefined)
    throw new ConfigError(
      'there is no address to ask; set the environment variable OPENAI_BASE_URL, or give --base-url, like http://localhost:8000/v1',
    )
  const { baseUrl, edits } = requestTarget(flags)
  const from = 'the environment variable OPENAI_BASE_URL'
  const given = baseUrl === null ? { ...splitBaseUrl(address as string, from), from } : { address: baseUrl, query: [], from: '--base-url' }
  const { temperature, maxTokens, samplingSeed, retries, timeout } = flags
  return endpointPolicy({
    ...edits,
    model: `openai:${name}`,
    name,
    baseUrl: given.address,
    baseUrlFrom: given.from,
    query: [...given.query, ...(edits.query ?? [])],
    // Equal seeds would make the replies of a group equal: without --sampling-seed the server draws its own.
    body: { ...(samplingSeed === undefined && { seed: null }), ...edits.body },
    temperature,
    maxTokens,
    concurrency: 1,
    retries,
    timeoutMs: 1000 * timeout,
    onWait: (seconds, reason) => progress.note(`the server asks to wait ${seconds} s (${reason})`),
  })
}

/** A variable of the environment; one that is empty counts as not set. */
const variable = (name: string): string | undefined => process.env[name]?.trim() || undefined

/** What is played and from where. Throws ConfigError. */
async function playedOf(flags: PlayerFlags): ReturnType<typeof startOf> {
  const { game, state, preset, theme, tile, layout, prompt, mode, feedback } = flags
  const id = game ?? (state === undefined ? '2048' : undefined)
  const { spec, start } = await startOf(id, flags, { theme, tile, layout }).catch((error: unknown) => {
    throw error instanceof StateError ? new ConfigError(`--state: ${error.message}`, { cause: error }) : error
  })
  const horizon = flags.horizon ?? (preset && spec.game.presets?.[preset]?.horizon) ?? HORIZON
  const tags = flags.tags ?? (prompt === 'brief' ? 'paper' : 'neutral')
  const reward = checkConfig(rewardConfig, applySettings({}, flags.reward ?? [], '--reward'), 'the reward')
  return { spec: envSpec({ ...spec, promptStyle: prompt, mode, feedback, tags, horizon, reward }), start }
}
