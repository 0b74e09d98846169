/**
 * Makes a game of what its author writes: the laws that hold for every game are added here, once.
 *
 *     export const harvest = defineGame({ id: 'harvest', …, rules: { init, state, actions, legalActions, step, … }, … })
 *
 * 1. After the end a move does nothing: reward 0, not legal. 2. An unreadable reply does nothing: reward -1, after the end 0. 3. A state from
 * outside is what the game's schema takes, copied, without negative zeros. 4. The share of true thoughts is counted from the judge.
 */
import { schemaReasons } from '../checks.ts'
import { StateError } from '../errors.ts'
import type { Game, GameDefinition, RulesDefinition, StepResult, TeacherDefinition, TeacherFacet } from '../game.ts'

/** The game of a definition. */
export function defineGame<S extends object, A, C, P>(definition: GameDefinition<S, A, C, P>): Game<S, A, C, P> {
  const { rules, teacher, ...rest } = definition
  const { terminated } = rules
  const lawful = {
    ...rules,
    step: rules.endsWhenStuck === true ? stepThenLook(rules) : lookThenStep(rules),
    unreadable: (state: S) => unreadable(state, terminated(state)),
    parseState: (value: unknown) => parseState(rules, definition.title, value),
  }
  return {
    ...rest,
    rules: lawful,
    ...(teacher !== undefined && { teacher: { ...teacher, share: teacher.share ?? shareBy(teacher, terminated) } }),
  }
}

/** Law 1 for any game. */
function lookThenStep<S, A, C>({ terminated, step }: RulesDefinition<S, A, C>): (state: S, action: A) => StepResult<S> {
  return (state, action) => (terminated(state) ? refusedAfterEnd(state, action) : step(state, action))
}

/** Law 1 for games whose own step refuses everything after the end. */
function stepThenLook<S, A, C>({ terminated, step }: RulesDefinition<S, A, C>): (state: S, action: A) => StepResult<S> {
  return (state, action) => {
    const result = step(state, action)
    return !result.legal && terminated(state) ? refusedAfterEnd(state, action) : result
  }
}

function refusedAfterEnd<S>(state: S, action: unknown): StepResult<S> {
  return { state, reward: 0, legal: false, terminated: true, events: [{ kind: 'refused', reason: 'ended', action }] }
}

function unreadable<S>(state: S, terminated: boolean): StepResult<S> {
  return { state, reward: terminated ? 0 : -1, legal: false, terminated, events: [{ kind: 'unreadable' }] }
}

function parseState<S, A, C>({ state }: RulesDefinition<S, A, C>, title: string, value: unknown): S {
  const parsed = state.safeParse(value)
  if (parsed.success) return copied(parsed.data)
  const [reason] = schemaReasons(state, parsed.error, value)
  throw new StateError(`Not a state of ${title}: ${reason}.`, { cause: parsed.error })
}

/** Plain JSON once more, with 0 in place of -0. */
function copied<T>(value: T): T {
  if (typeof value === 'number') return (value === 0 ? 0 : value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (let i = 0; i < value.length; i++) list.push(copied<unknown>(value[i]))
    return list as T
  }
  const record: Record<string, unknown> = {}
  for (const key of Object.keys(value)) put(record, key, copied((value as Record<string, unknown>)[key]))
  return record as T
}

/** Sets a field, also one whose name would set the prototype. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
  else record[key] = value
}

/** Law 4; after the end, when the teacher has no thoughts, every text is 0. */
function shareBy<S, A>({ teach, judge }: TeacherDefinition<S, A>, terminated: (state: S) => boolean): TeacherFacet<S, A>['share'] {
  return (state, think) => {
    const right = judge(state, think).filter(({ holds }) => holds).length
    return right === 0 || terminated(state) ? 0 : right / judge(state, teach(state, { blind: false }).think).length
  }
}
