/** The door `vlm-gym/tinker`: engines on servers of the Tinker API. */
export * from './client/index.ts'
