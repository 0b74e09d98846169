/** The options that bring games and pictures from outside the package. */
import type { Command } from 'commander'
import { loadPictures } from '../jobs/pictures.ts'
import { loadPlugins, resolvePlugin } from '../jobs/plugins.ts'
import { collect } from './options.ts'

/** Adds `--plugin`, many times. */
export function withPluginOption(command: Command): Command {
  return command.option('--plugin <module>', 'module that registers a game: a path or a package; may be given many times', collect)
}

/** Adds `--plugin`, and loads the modules before the command's action. */
export function withPlugins(command: Command): Command {
  return withPluginOption(command).hook('preAction', async () => {
    const { plugin = [] } = command.opts<{ plugin?: string[] }>()
    await loadPlugins(plugin.map((name) => resolvePlugin(name)))
  })
}

/** Adds `--pictures`. */
export function withPicturesOption(command: Command): Command {
  return command.option(
    '--pictures <folder>',
    'folder with the binary files of CIFAR-10: the set "cifar10" for the knob "pictures" of a game',
  )
}

/** Adds `--pictures`, and loads the set before the command's action. */
export function withPictures(command: Command): Command {
  return withPicturesOption(command).hook('preAction', async () => {
    const { pictures } = command.opts<{ pictures?: string }>()
    if (pictures !== undefined) await loadPictures(pictures)
  })
}
