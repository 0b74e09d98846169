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

/** No server that scores replies can be asked. The weights stand as they did before the step that asked. */
export class ScorerError extends VlmGymError {
  constructor(message: string, options?: ErrorOptions) {
    super('scorer', message, options)
  }
}

/** What the codes of failed file operations mean, for messages; 'read' and 'write' differ in what is missing and what is not allowed. */
const FILE_REASONS: { readonly [code: string]: string | { readonly read: string; readonly write: string } } = {
  ENOENT: { read: 'there is no such file or folder', write: 'its folder does not exist' },
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EACCES: { read: 'you have no permission to read it', write: 'you have no permission to write there' },
  EPERM: { read: 'you have no permission to read it', write: 'you have no permission to write there' },
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'your share of the disk is used up; free some space',
  EFBIG: 'it is too large for the disk',
  EEXIST: 'there is a file of that name',
  ENOTEMPTY: 'the folder is not empty',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  ENXIO: 'it is no ordinary file',
  EBUSY: 'another program uses it',
  EIO: 'the disk does not answer',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  ERR_STRING_TOO_LONG: 'it is larger than 512 MiB',
  ERR_INVALID_ARG_VALUE: 'its name holds a character that no file name can hold',
}

/** Why a file operation failed, in words for people; an unknown failure in the system's words, without code, call and path. */
export function fileReason(error: unknown, doing: 'read' | 'write' = 'read'): string {
  const { code = '', message = String(error) } = (error ?? {}) as { readonly code?: string; readonly message?: string }
  const known = Object.hasOwn(FILE_REASONS, code) ? FILE_REASONS[code] : undefined
  if (known !== undefined) return typeof known === 'string' ? known : known[doing]
  return message.replace(/^[A-Z]\w*: /, '').replace(/, \w+( '.*')?$/s, '')
}
