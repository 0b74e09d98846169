/** What configs need before their games are made. */
import { loadGames } from '../games/registry.ts'
import { loadPictures } from './pictures.ts'
import { loadPlugins } from './plugins.ts'

/** Loads the plugins of a config, its folder of pictures, if it names one, and its games, if it lists them. Throws ConfigError, StorageError. */
export async function loadExtras(config: {
  readonly plugins: readonly string[]
  readonly pictures?: string | null | undefined
  readonly games?: readonly { readonly id: string }[]
}): Promise<void> {
  await loadPlugins(config.plugins)
  if (config.pictures != null) await loadPictures(config.pictures)
  await loadGames((config.games ?? []).map(({ id }) => id))
}
