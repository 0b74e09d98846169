/** The door `vlm-gym/server`: the gym behind HTTP and WebSockets, and an engine's model behind HTTP. */
export { GYM_SERVER_DEFAULTS, type GymServer, type GymServerOptions, serveGym } from './gym/gym-server.ts'
export { type ModelServer, type ModelServerOptions, modelApp, serveModel } from './model/model-server.ts'
