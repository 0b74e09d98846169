/** Policies: whatever answers pictures with text. */
export { type CreatePolicyOptions, createPolicy, policyNames } from './create.ts'
export { type HumanOptions, humanPolicy } from './human.ts'
export type { GameLookup } from './privileged.ts'
export { randomPolicy, uniformPolicy } from './random.ts'
export { modelInputOf, replyOf, type SamplerOptions, samplerPolicy } from './sampler.ts'
export { type Script, type ScriptPlace, scriptedPolicy } from './scripted.ts'
export { lookaheadPolicy, solverPolicy } from './solver.ts'
export { type TeacherPolicyOptions, teacherPolicy } from './teacher.ts'
