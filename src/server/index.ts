/** The door `vlm-gym/server`: an engine's model behind HTTP. */
export { type ModelServer, type ModelServerOptions, modelApp, serveModel } from './model/model-server.ts'
