/** Policies by name, for the command line and for configs. */
import { ConfigError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { didYouMean } from '../suggest.ts'
import { drawNames, drawPolicy, randomPolicy, uniformPolicy } from './random.ts'
import { lookaheadPolicy, solverPolicy } from './solver.ts'
import { type TeacherPolicyOptions, teacherPolicy } from './teacher.ts'

/** Options of any policy by name; each takes what concerns it. */
export interface CreatePolicyOptions extends Omit<TeacherPolicyOptions, 'name'> {}

/** The names `createPolicy` knows now, with the draws of every game that is registered; <n> is a look-ahead of 1..9 own moves. */
export function policyNames(): string[] {
  return ['random', 'uniform', ...drawNames(), 'solver', 'solver-<n>', 'greedy-<n>', 'teacher']
}

/** Every name in full, for guesses. */
const fullNames = (): string[] =>
  policyNames().flatMap((name) => (name.endsWith('<n>') ? Array.from({ length: 9 }, (_, i) => name.replace('<n>', String(i + 1))) : [name]))

/** The scripted policy of a name. Throws ConfigError with the known names. People, endpoints and engines are made by their own functions. */
export function createPolicy(name: string, options: CreatePolicyOptions = {}): Policy {
  if (name === 'random') return randomPolicy(options)
  if (name === 'uniform') return uniformPolicy(options)
  if (name === 'solver') return solverPolicy(undefined, options)
  if (name === 'teacher') return teacherPolicy({ ...options, name })
  const [, kind, depth] = /^(solver|greedy)-([1-9])$/.exec(name) ?? []
  if (kind === 'solver') return solverPolicy(Number(depth), options)
  if (kind === 'greedy') return lookaheadPolicy(Number(depth), options)
  if (drawNames().includes(name)) return drawPolicy(name, options)
  throw new ConfigError(`There is no policy "${name}"${didYouMean(name, fullNames())}; known are ${policyNames().join(', ')}.`)
}
