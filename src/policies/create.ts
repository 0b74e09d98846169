/** Policies by name, for the command line and for configs. */
import { ConfigError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { type HumanOptions, humanPolicy } from './human.ts'
import { drawNames, drawPolicy, randomPolicy, uniformPolicy } from './random.ts'
import { lookaheadPolicy, solverPolicy } from './solver.ts'
import { type TeacherPolicyOptions, teacherPolicy } from './teacher.ts'

/** Options of any policy by name; each takes what concerns it. */
export interface CreatePolicyOptions extends Omit<TeacherPolicyOptions, 'name'>, HumanOptions {}

/** The names `createPolicy` knows; <n> is a look-ahead of 1..9 own moves. The draws of registered games come on top. */
export const policyNames: readonly string[] = [
  ...['random', 'uniform', ...drawNames()],
  ...['solver', 'solver-<n>', 'greedy-<n>', 'teacher', 'human'],
]

/** The scripted policy of a name. Throws ConfigError with the known names. Endpoints and engines are made by their own functions. */
export function createPolicy(name: string, options: CreatePolicyOptions = {}): Policy {
  if (name === 'random') return randomPolicy(options)
  if (name === 'uniform') return uniformPolicy(options)
  if (name === 'solver') return solverPolicy(undefined, options)
  if (name === 'teacher') return teacherPolicy({ ...options, name })
  if (name === 'human') return humanPolicy(options)
  const [, kind, depth] = /^(solver|greedy)-([1-9])$/.exec(name) ?? []
  if (kind === 'solver') return solverPolicy(Number(depth), options)
  if (kind === 'greedy') return lookaheadPolicy(Number(depth), options)
  if (drawNames().includes(name)) return drawPolicy(name, options)
  throw new ConfigError(`There is no policy "${name}"; known are ${policyNames.join(', ')}.`)
}
