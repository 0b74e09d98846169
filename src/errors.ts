/** Every error that vlm-gym throws on purpose. One sentence each: the value, the reason, the remedy. */

/** Base class: `code` is stable and machine-readable, `message` is for people. */
export class VlmGymError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A value given by the caller is outside what is allowed: an unknown key, a number out of range, an unknown name. */
export class ConfigError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('config', message, options)
  }
}

/** A state token or state object from outside is malformed, foreign, or breaks a rule of its game. */
export class StateError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('state', message, options)
  }
}

/** A game was asked for something its rules do not have, such as an action outside its action set. */
export class GameError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('game', message, options)
  }
}

/** A file of a run folder, data set or checkpoint is missing, corrupt, foreign, locked or cannot be written. */
export class StorageError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage', message, options)
  }
}

/** A model engine cannot do what it was asked: a text outside its vocabulary, a sequence over its length, a failed run. */
export class EngineError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('engine', message, options)
  }
}
