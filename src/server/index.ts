/** The door `vlm-gym/server`: the gym behind HTTP, WebSockets and MCP, an engine's model behind HTTP, and an engine behind the Tinker API. */
export { FRAMES_TYPE, type UnpackedFrame, unpackFrames } from './gym/frames.ts'
export { GYM_SERVER_DEFAULTS, type GymServer, type GymServerOptions, offerOf, serveGym } from './gym/gym-server.ts'
export type { McpHost } from './mcp/mcp-host.ts'
export { type McpServerOptions, type McpServerRunning, serveMcp } from './mcp/mcp-http.ts'
export { mcpOverStdio } from './mcp/mcp-stdio.ts'
export { type ModelServer, type ModelServerOptions, modelApp, serveModel } from './model/model-server.ts'
export { ENGINE_SERVER_DEFAULTS, type EngineServer, type EngineServerOptions, serveEngine } from './tinker/engine-server.ts'
