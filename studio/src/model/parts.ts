/** What the view of play needs once a model is chosen. */
export { ModelMind } from './mind.tsx'
export { modelPolicy, modelSpec } from './model.ts'
