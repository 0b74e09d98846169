/** What configs need from outside the package, before their games are made. */
import { loadPictures } from './pictures.ts'
import { loadPlugins } from './plugins.ts'

/** Loads the plugins of a config, then its folder of pictures, if it names one. Throws ConfigError, StorageError. */
export async function loadExtras(config: {
  readonly plugins: readonly string[]
  readonly pictures?: string | null | undefined
}): Promise<void> {
  await loadPlugins(config.plugins)
  if (config.pictures != null) await loadPictures(config.pictures)
}
