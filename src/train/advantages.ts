/**
 * From rewards to advantages. Within a group of replies to one state: A = R - mean(R). Then, as `normalise` says, A / (std + 1e-6): of the
 * group's own A (the paper), or of all groups of its game in the step, so that no game outweighs another by the scale of its rewards while
 * a state where much is at stake still counts for more than one where little is.
 */
import type { RlConfig } from './config.ts'

/** A value for each section of a reply: parts of a reward, or advantages of its tokens. The answer's part holds all that is not another's. */
export interface SectionValues {
  readonly perception: number
  readonly think: number
  readonly answer: number
}

const SECTIONS = ['perception', 'think', 'answer'] as const

/** The rewards of one group, a value a reply. */
export interface GroupRewards {
  readonly game: string
  readonly rewards: readonly SectionValues[]
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

/** `credit` 'section': each section has its own reward; 'reply': every section has the whole. */
function credited(rewards: SectionValues, credit: RlConfig['credit']): SectionValues {
  if (credit === 'section') return rewards
  const whole = rewards.perception + rewards.think + rewards.answer
  return { perception: whole, think: whole, answer: whole }
}

/** Advantages [group][reply]; all 0 in a group whose rewards are equal. */
export function groupAdvantages(
  groups: readonly GroupRewards[],
  { credit, normalise }: Pick<RlConfig, 'credit' | 'normalise'>,
): SectionValues[][] {
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
  return groups.map(({ rewards }, g) =>
    rewards.map((_, k) => {
      const [perception, think, answer] = parts.map((part) => part[g]?.[k] as number) as [number, number, number]
      return { perception, think, answer }
    }),
  )
}

/** Whether the replies of a group differ in what they are worth. */
export function hasSignal({ advantages }: { readonly advantages: readonly SectionValues[] }): boolean {
  return advantages.some(({ perception, think, answer }) => perception !== 0 || think !== 0 || answer !== 0)
}
