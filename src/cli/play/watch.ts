/** A policy plays while a person looks on; at the end stands what really happened. */
import { advance, type EnvSnapshot, type EnvSpec, encodeState, type RolloutEvent, rollout, type Trajectory } from '../../gym/index.ts'
import { createPolicy } from '../../policies/index.ts'
import type { Policy } from '../../policy.ts'
import { interruptible } from '../interrupt.ts'
import { printJson } from '../terminal.ts'
import { PlayScreen } from './screen.ts'
import { counted, endOf, moveNote, type PlayNote } from './words.ts'

/** What is watched, and how. */
export interface WatchOptions {
  /** Its horizon is the most replies. */
  readonly spec: EnvSpec
  readonly start: EnvSnapshot
  readonly seed: number
  /** Of the policy. */
  readonly name: string
  /** Milliseconds before every reply. */
  readonly delay: number
  /** Prints the trajectory alone, without pauses. */
  readonly json: boolean
  /** What to type to go on from a token. */
  readonly again: (token: string) => string
}

/** Plays and shows; exit code 1 if the policy failed. */
export async function watchPolicy(options: WatchOptions): Promise<void> {
  const { spec, start, seed, name, delay, json, again } = options
  const policy = createPolicy(name)
  const screen = new PlayScreen(spec, `${name} plays`)
  let now = start
  const show = (note: PlayNote | null): void => screen.show([...screen.board(now), '', ...(note === null ? [] : screen.note(note))])
  if (!json) show(null)
  const [trajectory] = await interruptible(
    (signal) =>
      rollout(json ? policy : paced(policy, delay), {
        ...{ episodes: [{ spec, seed, start }], seed, signal },
        onStep: (event) => {
          if (json) return
          now = after(now, event)
          show(stepNote(spec, event))
        },
      }),
    'stopping',
  )
  if (trajectory === undefined) return
  if (trajectory.stopReason === 'failed') process.exitCode = 1
  if (json) return printJson(trajectory)
  const over = spec.game.rules.terminated(now.state)
  const later = over ? [] : [`go on yourself: ${again(encodeState(spec.game, now.state, now.last))}`]
  screen.print([...screen.note({ text: ending(options, trajectory, now), tone: 'plain' }), ...later])
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

function after(now: EnvSnapshot, { step, next }: RolloutEvent): EnvSnapshot {
  const { legal, events, reward, terminated } = step
  return advance(now, { state: next, legal, events, reward, terminated })
}

/** What one reply did. */
function stepNote({ game }: EnvSpec, { step, state, next }: RolloutEvent): PlayNote {
  const { score, legal, events, reward, terminated } = step
  if (score.action === null) return { text: `no move could be read: ${score.problem ?? 'the reply has no answer'}`, tone: 'bad' }
  const parsed = game.answer.parse(score.action, state)
  if ('reason' in parsed) return { text: parsed.reason, tone: 'bad' }
  return moveNote(game, state, parsed.action, { state: next, legal, events, reward, terminated })
}

/** Replies, moves, points, and why it ended. */
function ending(
  { spec, name }: WatchOptions,
  { steps, played, score, return: total, stopReason, problem }: Trajectory,
  now: EnvSnapshot,
): string {
  const of = (outcome: string): number => steps.filter((step) => step.score.outcome === outcome).length
  const failed = stopReason === 'failed' ? 1 : 0
  const odd = [
    [of('illegal'), 'refused'],
    [of('unreadable') - failed, 'unreadable'],
    [failed, 'failed'],
  ].flatMap(([n, what]) => (Number(n) > 0 ? [`${n} ${what}`] : []))
  const replies = odd.length === 0 ? '' : ` in ${counted(steps.length, 'reply', 'replies')} (${odd.join(', ')})`
  const points = `${counted(total, 'point')}${total === score ? '' : ` (${score} earned, ${score - total} lost)`}`
  const why = {
    terminated: steps.length === 0 ? 'The game was over before.' : endOf(spec.game, now),
    horizon: `Stopped after ${counted(steps.length, 'reply', 'replies')} (--moves).`,
    aborted: 'Interrupted.',
    failed: `Failed: ${problem}`,
  }[stopReason]
  return `${name}: ${counted(played, 'move')}${replies}, ${points}. ${why}`
}
