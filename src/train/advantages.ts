/**
 * From rewards to advantages. Within a group of replies to one state: A = R - mean(R). Then, as `normalise` says, A / (std + 1e-6): of the
 * group's own A (the paper), or of all groups of its game in the step, so that no game outweighs another by the scale of its rewards while
 * a state where much is at stake still counts for more than one where little is. With credit by statement the words of a thought have
 * advantages of their own, and with `cells` the parts of a perception: A = weight · (true or not - the group's mean in that place), never
 * scaled.
 */
import type { RlConfig } from './config.ts'

/** A value for each section of a reply: parts of a reward, or advantages of its tokens. The answer's part holds all that is not another's. */
export interface SectionValues {
  readonly perception: number
  readonly think: number
  readonly answer: number
}

const SECTIONS = ['perception', 'think', 'answer'] as const

/** A reply's advantages: of its sections, and of each statement of its thoughts (none unless credit goes to statements). */
export interface ReplyAdvantages extends SectionValues {
  readonly statements: readonly number[]
  /** Of each part of its perception (none unless credit goes to cells). */
  readonly cells: readonly number[]
}

/** The rewards of one group, a value a reply; and which statements of its thoughts, and which parts of its perception, are true. */
export interface GroupRewards {
  readonly game: string
  readonly rewards: readonly SectionValues[]
  readonly truths: readonly (readonly boolean[])[]
  readonly cells: readonly (readonly boolean[])[]
}

/** Arithmetic mean; 0 of nothing. */
export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length)

/** Differences below this are rounding. */
const FLAT = 1e-9

function centred(values: readonly number[]): number[] {
  if (Math.max(...values) - Math.min(...values) < FLAT) return values.map(() => 0)
  const centre = mean(values)
  return values.map((value) => value - centre)
}

const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)))

/** `credit` 'reply': every section has the whole reward; else each its own. */
function credited(rewards: SectionValues, credit: RlConfig['credit']): SectionValues {
  if (credit !== 'reply') return rewards
  const whole = rewards.perception + rewards.think + rewards.answer
  return { perception: whole, think: whole, answer: whole }
}

/** Truth (1 or 0) of each part less the mean truth of the group's parts in that place. */
function partAdvantages(truths: GroupRewards['truths'], weight: number): number[][] {
  return truths.map((own) =>
    own.map((holds, i) => {
      const others = truths.flatMap((parts) => parts[i] ?? [])
      return weight * (Number(holds) - mean(others.map(Number)))
    }),
  )
}

/** Advantages [group][reply]; all 0 in a group whose rewards are equal. */
export function groupAdvantages(
  groups: readonly GroupRewards[],
  { credit, normalise, rewards: weights }: Pick<RlConfig, 'credit' | 'normalise' | 'rewards'>,
): ReplyAdvantages[][] {
  const parts = SECTIONS.map((section) => {
    const apart = groups.map(({ rewards }) => centred(rewards.map((reply) => credited(reply, credit)[section])))
    const scaleOf = (group: number): number => {
      if (normalise === 'none') return 1
      const { game } = groups[group] as GroupRewards
      const values = normalise === 'group' ? (apart[group] as number[]) : apart.filter((_, i) => groups[i]?.game === game).flat()
      return deviation(values) + 1e-6
    }
    const scales = groups.map((_, i) => scaleOf(i))
    return apart.map((values, i) => values.map((value) => value / (scales[i] as number)))
  })
  return groups.map(({ rewards, truths, cells }, g) => {
    const statements = partAdvantages(truths, weights.think)
    const seen = partAdvantages(cells, weights.perceptionCells)
    return rewards.map((_, k) => {
      const [perception, think, answer] = parts.map((part) => part[g]?.[k] as number) as [number, number, number]
      return { perception, think, answer, statements: statements[k] as number[], cells: seen[k] as number[] }
    })
  })
}

/** Whether the replies of a group differ in what they, or any part of them, are worth. */
export function hasSignal({ advantages }: { readonly advantages: readonly ReplyAdvantages[] }): boolean {
  return advantages.some(({ perception, think, answer, statements, cells }) =>
    [perception, think, answer, ...statements, ...cells].some((value) => value !== 0),
  )
}
