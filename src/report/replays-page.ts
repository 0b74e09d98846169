/** The replays of a page: a few, from every game and policy. */
import type { Replay } from '../runs/index.ts'
import type { Policies } from './policies.ts'
import { wholeText } from './results.ts'

/** Most replays of a page. */
const REPLAYS = 12

/** A step; `picture`: a data URL of a PNG, null where the file says something else. */
export type ReplayStep = Omit<Replay['steps'][number], 'picture'> & { readonly picture: string | null }

/** The replays, and the place of the one that is shown first. */
export interface ReplaysPage {
  readonly first: number
  readonly replays: readonly { readonly title: string; readonly steps: readonly ReplayStep[] }[]
}

/** Up to twelve, in turn from every game, policy and decoding; listed in report order. */
export function chooseReplays(replays: readonly Replay[], names: Policies, count: number = REPLAYS): Replay[] {
  const keyOf = ({ game, policy, decoding }: Replay): string => JSON.stringify([game, policy, decoding])
  const queues = [...new Set(replays.map(keyOf))].map((key) => replays.filter((replay) => keyOf(replay) === key))
  const turns = Array.from({ length: Math.max(0, ...queues.map(({ length }) => length)) }, (_, turn) =>
    queues.flatMap((queue) => queue[turn] ?? []),
  )
  const chosen = new Set(turns.flat().slice(0, count))
  return replays.filter((replay) => chosen.has(replay)).sort((a, b) => names.compare(a.policy, b.policy))
}

/** Only pictures that are data: a page made of a foreign folder loads nothing. */
const PICTURE = /^data:image\/png;base64,[A-Za-z0-9+/=]+$/

/** Null without replays. First comes one of the stage that the run is about, or else of the last model of report order. */
export function replaysPage(all: readonly Replay[], names: Policies): ReplaysPage | null {
  if (all.length === 0) return null
  const chosen = chooseReplays(all, names)
  const subject = chosen.findIndex(({ policy }) => policy === names.subjects[0])
  const last = chosen.findLastIndex(({ decoding }) => decoding !== 'scripted')
  return {
    first: Math.max(0, subject >= 0 ? subject : last),
    replays: chosen.map(({ game, policy, decoding, seed, return: points, steps }) => ({
      title: `${policy}, ${decoding} · ${game}, seed ${seed} · ${wholeText(points)} points`,
      steps: steps.map((step) => ({ ...step, picture: PICTURE.test(step.picture) ? step.picture : null })),
    })),
  }
}
