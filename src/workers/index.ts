/** Many envs on several cores. Node only: `vlm-gym/workers`. */
export { openVectorEnv, WorkerVectorEnv, type WorkerVectorEnvOptions } from './vector-env.ts'
