/** Settings as text, `path.to.key=value`, laid over JSON objects: knobs of games and fields of configs. */
import { checkConfig } from './checks.ts'
import { ConfigError } from './errors.ts'
import type { Schema } from './schema.ts'

/** A JSON object. */
export type ConfigObject = { [key: string]: unknown }

/** What `--set` says. */
export interface Setting {
  readonly path: readonly string[]
  readonly value: unknown
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype']

/** Whether a value is a JSON object, no list and not null. */
export function isObject(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads `path.to.key=value`; the value is JSON where it reads as JSON, else the text itself. `option`: how the setting was given, for messages. Throws
 * ConfigError.
 */
export function parseSetting(text: string, option: string = '--set'): Setting {
  const at = text.indexOf('=')
  const path = text.slice(0, Math.max(at, 0)).trim().split('.')
  if (at < 0 || path.includes(''))
    throw new ConfigError(`${option} ${text} is not a setting; write ${option} key=value or ${option} path.to.key=value`)
  const forbidden = path.find((key) => FORBIDDEN.includes(key))
  if (forbidden !== undefined) throw new ConfigError(`${option} ${text}: "${forbidden}" is not a key that can be set`)
  const written = text.slice(at + 1)
  try {
    return { path, value: JSON.parse(written) }
  } catch {
    return { path, value: written }
  }
}

/**
 * A copy of `base` with the settings in it, in their order. Missing objects on the way are made; a number goes into an array that is there. `option`: how
 * the settings were given, for messages. Throws ConfigError.
 */
export function applySettings(base: ConfigObject, settings: readonly string[], option: string = '--set'): ConfigObject {
  const out = structuredClone(base)
  for (const text of settings) {
    const { path, value } = parseSetting(text, option)
    let holder = out
    for (const [depth, key] of path.slice(0, -1).entries()) {
      checkIndex(holder, key, `${option} ${text}`)
      if (!Object.hasOwn(holder, key)) holder[key] = {}
      const next = holder[key]
      if (typeof next !== 'object' || next === null)
        throw new ConfigError(`${option} ${text}: ${path.slice(0, depth + 1).join('.')} is ${JSON.stringify(next)} and has no keys`)
      holder = next as ConfigObject
    }
    const last = path.at(-1)!
    checkIndex(holder, last, `${option} ${text}`)
    holder[last] = value
  }
  return out
}

/** A key of a list must be the index of an element or the next free one. */
function checkIndex(holder: ConfigObject | readonly unknown[], key: string, given: string): void {
  if (!Array.isArray(holder) || (/^\d{1,6}$/.test(key) && Number(key) <= holder.length)) return
  throw new ConfigError(`${given}: "${key}" is not an index of a list of ${holder.length} (0 to ${holder.length} can be set)`)
}

/** `over` on `base`: objects are merged key by key, anything else (arrays too) is replaced. Neither is changed. */
export function mergeConfig(base: ConfigObject, over: ConfigObject): ConfigObject {
  const out = structuredClone(base)
  for (const [key, value] of Object.entries(over)) {
    if (FORBIDDEN.includes(key)) throw new ConfigError(`"${key}" is not a key that can be set`)
    const under = Object.hasOwn(out, key) ? out[key] : undefined
    out[key] = isObject(under) && isObject(value) ? mergeConfig(under, value) : structuredClone(value)
  }
  return out
}

/** The config of a game from settings over `base`; unknown knobs and values out of range are refused by name. */
export function gameConfig<T>(
  game: { readonly id: string; readonly config: Schema<T> },
  settings: readonly string[] = [],
  base: ConfigObject = {},
): T {
  return checkConfig(game.config, applySettings(base, settings), `the config of ${game.id}`)
}
