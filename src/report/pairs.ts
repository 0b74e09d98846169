/** Which players are held against which. Like against like: sampled against sampled, greedy against greedy, scripted ones against both. */
import { isDeepStrictEqual } from 'node:util'
import type { ResultRow } from '../runs/index.ts'
import { policiesOf } from './policies.ts'
import type { Training } from './training-run.ts'

/** What decides whether two players are tested. */
export interface Side {
  readonly run: string
  readonly policy: string
  readonly decoding: ResultRow['decoding']
  /** Null: not a stage of a training run. */
  readonly training: Training | null
}

/** Whether `b` is what the stage `a` is held against. */
export function isHeldAgainst(a: Side, b: Pick<Side, 'policy'>): boolean {
  return a.training !== null && policiesOf(a.training.stages).heldAgainst(a.policy).includes(b.policy)
}

const isScripted = ({ decoding }: Side): boolean => decoding === 'scripted'

const decodingsAgree = (a: Side, b: Side): boolean => a.decoding === b.decoding || isScripted(a) || isScripted(b)

/** A trained stage: a model of a training run. */
const isStage = (side: Side): boolean => side.training !== null && !isScripted(side)

/**
 * Whether two players are tested. Stages of one run, and stages and scripted policies: as `Policies.heldAgainst` says. The same stage of two training
 * runs: yes, and with several seeds of both recipes only seed against equal seed. Other models: against everything, scripted policies
 * among themselves only where there is no model (`all`).
 */
export function isTested(a: Side, b: Side, all: readonly Side[]): boolean {
  if (isScripted(a) && isScripted(b)) return all.every(isScripted)
  if (isStage(a) && isStage(b)) {
    if (a.decoding !== b.decoding) return false
    return a.run === b.run ? isHeldAgainst(a, b) || isHeldAgainst(b, a) : areTwins(a, b, all)
  }
  const [stage, other] = isStage(a) ? [a, b] : [b, a]
  if (!isStage(stage)) return true
  return isScripted(other) ? isHeldAgainst(stage, other) : decodingsAgree(stage, other)
}

/** The same stage of two runs. Of one recipe with several seeds: never (see `seeds.ts`). Of two: equal seeds, if both have them. */
function areTwins(a: Side, b: Side, all: readonly Side[]): boolean {
  if (a.policy !== b.policy) return false
  const seedsOf = ({ training }: Side): Set<number> =>
    new Set(
      all.flatMap((one) => (isStage(one) && one.training && training && isOneRecipe(one.training, training) ? one.training.seed : [])),
    )
  if (a.training?.seed === b.training?.seed) return true
  if (a.training && b.training && isOneRecipe(a.training, b.training)) return false
  return !seedsOf(a).has(b.training?.seed as number) && !seedsOf(b).has(a.training?.seed as number)
}

/** Whether two runs were trained by one recipe. */
export const isOneRecipe = (a: Training, b: Training): boolean => isDeepStrictEqual(a.recipe, b.recipe)
