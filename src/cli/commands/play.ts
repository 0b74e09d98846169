/** `vlm-gym play`: a person plays in the terminal, or watches a policy play. */
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { rollout, type Trajectory } from '../../gym/index.ts'
import { createPolicy, policyNames } from '../../policies/index.ts'
import type { Policy } from '../../policy.ts'
import { interruptible } from '../interrupt.ts'
import { wholeNumber, withExamples, withJson } from '../options.ts'
import { PlayScreen, playPerson } from '../play-person.ts'
import { type StartOptions, startOf, withStart } from '../start.ts'
import { printJson } from '../terminal.ts'

interface PlayOptions extends StartOptions {
  readonly watch?: string
  readonly delay: number
  readonly moves: number
  readonly json?: boolean
}

/** Options and action of `play`. */
export function definePlay(command: Command): void {
  command.argument('[game]', 'the game; may be left out with --state')
  withStart(command)
  command.option(
    '--watch <policy>',
    `let a policy play: ${policyNames()
      .filter((name) => name !== 'human')
      .join(', ')}`,
  )
  command.option('--delay <ms>', 'pause before every move that is watched', wholeNumber(0, 60_000), 400)
  command.option('--moves <n>', 'moves to watch at most', wholeNumber(1, 1_000_000), 1000)
  withJson(command).addHelpText('after', '\n--json goes with --watch: it prints the trajectory and nothing else, without pauses.')
  withExamples(command, [
    ['vlm-gym play 2048', 'type a move and press Enter; u takes it back, h is a hint, ? the rules, q quits'],
    ['vlm-gym play 2048 --watch solver --delay 100', 'watch the expert'],
    ['vlm-gym play 2048 --watch random --moves 50 --json', 'a trajectory of random play'],
  ])
  command.action(async (id: string | undefined, options: PlayOptions) => {
    if (options.watch !== undefined) return watch(id, options, options.watch)
    if (options.json) throw new ConfigError('--json goes with --watch POLICY')
    const { spec, start } = startOf(id, options)
    return playPerson(spec, start, options.seed)
  })
}

/** The policy, waiting before every reply; an abort ends the wait. */
function paced(policy: Policy, delay: number): Policy {
  const pause = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, delay)
      signal?.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  return {
    ...policy,
    reply: async (observations, options) => {
      await pause(options.signal)
      return policy.reply(observations, options)
    },
  }
}

async function watch(id: string | undefined, options: PlayOptions, name: string): Promise<void> {
  if (name === 'human') throw new ConfigError('--watch needs a policy that plays by itself; leave it out to play yourself')
  const { spec, start } = startOf(id, options)
  const { seed, json, delay, moves: horizon } = options
  const policy = createPolicy(name)
  const screen = new PlayScreen(spec, `${name} plays`)
  if (!json) screen.show(start, '')
  let now = start
  const [trajectory] = await interruptible((signal) =>
    rollout(json ? policy : paced(policy, delay), {
      episodes: [{ spec, seed, start }],
      horizon,
      seed,
      signal,
      onStep: ({ reply, state }) => {
        if (json) return
        const { next, message } = screen.played({ ...now, state }, reply)
        now = next
        screen.show(now, message)
      },
    }),
  )
  if (trajectory === undefined) return
  if (json) printJson(trajectory)
  else process.stdout.write(`${ending(trajectory)}\n`)
  if (trajectory.stopReason === 'failed') process.exitCode = 1
}

function ending({ score, played, stopReason, problem }: Trajectory): string {
  const why = { terminated: 'the game is over', horizon: 'no moves are left', aborted: 'stopped', failed: `failed: ${problem}` }[stopReason]
  return `${why}: ${score} points in ${played} ${played === 1 ? 'move' : 'moves'}`
}
