/** The door `vlm-gym/testing`: conformance checks and test doubles. */
export { checkEngine } from './check-engine.ts'
export { type CheckGameOptions, checkGame, PLAIN_SKINS, PLAIN_THEME } from './check-game.ts'
export { type CheckPolicyOptions, checkPolicy } from './check-policy.ts'
export type { CheckEngineOptions } from './engine-bench.ts'
export { deepFreeze, splitGreedily } from './ensure.ts'
export { type MockEngineOptions, mockEngine } from './mock-engine.ts'
