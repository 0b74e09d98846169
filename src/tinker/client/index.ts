/** The client of the Tinker API: an engine of src/engine.ts over HTTP. */

export { embeddedServer } from './embedded-server.ts'
export { createTinkerEngine, type TinkerEngineOptions } from './engine.ts'
export { PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from './profile.ts'
