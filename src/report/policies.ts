/**
 * How reports name, order and colour policies, and what they hold a model against. The stages of a run speak for themselves (`StageInfo`);
 * the scripted policies stand here. Nothing here knows a recipe.
 */
import { isTaught, lineOf, type StageInfo } from '../runs/index.ts'

/** Scripted policies: how people call them, and a few words on each. */
const SCRIPTED: Readonly<Record<string, readonly [called: string, gloss: string]>> = {
  uniform: ['uniform answers', 'uniform answers, legal or not (the paper’s Random)'],
  random: ['random legal moves', 'uniform legal moves'],
  teacher: ['teacher, told the board', 'true board, blind spots and slips'],
  'greedy-1': ['one-move search', 'most points in one move'],
  'greedy-2': ['two-move search', 'most points in two moves'],
  solver: ['solver', 'expert search'],
}

/** Places in reports before and after all others. */
const FIRST = ['uniform', 'random', 'teacher']
const LAST = ['greedy-1', 'greedy-2', 'solver']

/** What models that learned from a policy are held against at the end: who searches. */
const EXPERTS = ['greedy-1', 'solver']

/** Policies as the reports of a run show them. */
export interface Policies {
  /** A name for people: 'G1'; the name itself where nothing is known. */
  called(policy: string): string
  /** A few words: 'cold start, then RL'; '' where nothing is known. */
  gloss(policy: string): string
  /** Report order: chance, teacher, the stages as they ran, others by name, experts. */
  compare(a: string, b: string): number
  /** Index in the page's palette: where recipes end first, then the stages before. */
  colour(policy: string): number
  /** Stages by how much the run is about them: the longest lines first. */
  readonly subjects: readonly string[]
  /**
   * What a stage that builds on another is tested against: random moves, where it came from, its teacher, its control, the ends of recipes before it,
   * and, at the end of a recipe with a teacher, the experts. Nothing for any other policy.
   */
  heldAgainst(policy: string): readonly string[]
  /** What a stage came from: the stages it builds on, and the policies whose replies they learned. */
  line(policy: string): readonly string[]
  /** Whether a policy searches, and so is what a model is measured by at the end. */
  isExpert(policy: string): boolean
}

/** Stages that no other stage starts from. */
const endsOf = (stages: readonly StageInfo[]): StageInfo[] => stages.filter(({ name }) => !stages.some(({ from }) => from === name))

/** Policies whose replies the stages of a line learned, the latest first. */
const teachersOf = (line: readonly StageInfo[]): string[] => [...new Set(line.flatMap(({ imitates }) => imitates ?? []))]

/** Colours of the palette for stages of no run that is known. */
const OTHER_COLOURS = [4, 5, 6] as const

/** The policies of a run with these stages; none: scripted policies and models that are called by their names. */
export function policiesOf(stages: readonly StageInfo[]): Policies {
  const ends = endsOf(stages)
  const coloured = [...ends, ...stages.filter((stage) => !ends.includes(stage))].map(({ name }) => name)
  const stageOf = (policy: string): StageInfo | undefined => stages.find(({ name }) => name === policy)
  const order = [...FIRST, ...stages.map(({ name }) => name)]
  const rankOf = (policy: string): number => {
    if (LAST.includes(policy)) return order.length + 1 + LAST.indexOf(policy)
    return order.includes(policy) ? order.indexOf(policy) : order.length
  }
  return {
    called: (policy) => stageOf(policy)?.label ?? SCRIPTED[policy]?.[0] ?? policy,
    gloss: (policy) => stageOf(policy)?.about ?? SCRIPTED[policy]?.[1] ?? '',
    compare: (a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0),
    colour: (policy) => {
      const place = coloured.indexOf(policy)
      if (place >= 0) return place % 5
      return OTHER_COLOURS[[...policy].reduce((sum, char) => sum + char.charCodeAt(0), 0) % OTHER_COLOURS.length] as number
    },
    subjects: stages
      .map(({ name }) => ({ name, depth: lineOf(stages, name).length }))
      .sort((a, b) => b.depth - a.depth)
      .map(({ name }) => name),
    heldAgainst: (policy) => {
      const stage = stageOf(policy)
      if (stage === undefined || stage.from === null) return []
      const line = lineOf(stages, policy)
      const isEnd = ends.includes(stage) && stage.kind === 'rl'
      const earlier = isEnd ? ends.slice(0, ends.indexOf(stage)).map(({ name }) => name) : []
      const experts = isEnd && isTaught(stages, policy) ? EXPERTS : []
      const control = stage.control === undefined ? [] : [stage.control]
      return [...new Set(['random', stage.from, ...teachersOf(line), ...control, ...earlier, ...experts])]
    },
    line: (policy) => {
      const line = lineOf(stages, policy)
      return [...line.slice(1).map(({ name }) => name), ...teachersOf(line)]
    },
    isExpert: (policy) => LAST.includes(policy),
  }
}
