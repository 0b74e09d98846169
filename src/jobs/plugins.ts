/**
 * Games from outside the package. A plugin is a module, named by its path or as an installed package; loading it must register a game:
 *
 *     import { registerGame } from 'vlm-gym'
 *     registerGame(myGame)
 */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ConfigError } from '../errors.ts'
import { gameEntries } from '../games/registry.ts'

/** Paths ('./x', '/x', 'x.mjs', file: addresses) and whatever lies at `name` in the folder; all else is a package. */
function isPath(name: string, folder: string): boolean {
  return /^(\.{0,2}[/\\]|file:|[a-zA-Z]:[/\\])/.test(name) || /\.[cm]?[jt]s$/.test(name) || existsSync(resolve(folder, name))
}

/**
 * What a plugin's name means in a folder: an absolute path, so that it means the same from another folder later. A package that is not found
 * from the folder keeps its name, and is looked for beside vlm-gym. Throws ConfigError for a path where there is no file.
 */
export function resolvePlugin(name: string, folder: string = process.cwd()): string {
  if (!isPath(name, folder)) {
    try {
      return createRequire(join(folder, 'plugin.js')).resolve(name)
    } catch {
      return name
    }
  }
  const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(folder, name)
  if (!existsSync(path)) throw new ConfigError(`the plugin ${name} cannot be loaded: there is no file ${path}`)
  if (statSync(path).isDirectory()) throw new ConfigError(`the plugin ${name} cannot be loaded: ${path} is a folder; name the module in it`)
  return path
}

const loaded = new Set<string>()

/** Loads plugins in their order, each once. Throws ConfigError that names the plugin that cannot be loaded or registers no game. */
export async function loadPlugins(plugins: readonly string[]): Promise<void> {
  for (const plugin of plugins) {
    if (loaded.has(plugin)) continue
    const before = gameEntries().length
    try {
      await import(resolve(plugin) === plugin ? pathToFileURL(plugin).href : plugin)
    } catch (error) {
      throw new ConfigError(`the plugin ${plugin} cannot be loaded: ${reasonOf(plugin, error)}`, { cause: error })
    }
    if (gameEntries().length === before) {
      const packageFolder = fileURLToPath(new URL('../..', import.meta.url))
      throw new ConfigError(
        `the plugin ${plugin} registers no game; it must call registerGame of the vlm-gym that runs it (in ${packageFolder})`,
      )
    }
    loaded.add(plugin)
  }
}

/** Why a module could not be loaded. A module that it imports in vain is named; where this program looked is not. */
function reasonOf(plugin: string, error: unknown): string {
  const { code, message = String(error) } = (error ?? {}) as NodeJS.ErrnoException
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'this Node runs JavaScript only, so compile it first'
  const [, kind, name] = /^Cannot find (package|module) '([^']+)'/.exec(message) ?? []
  if (kind === undefined || name === undefined) return message
  if (name === plugin)
    return `no file and no installed package has that name; give a path like ./${plugin}.mjs, or install it with: npm install ${plugin}`
  return `it imports ${name}, which is not there; ${kind === 'package' ? `install it with: npm install ${name}` : 'put that file there, or mend the import'}`
}
