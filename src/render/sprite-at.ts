/** The door check that every output of a scene shares. */
import { ConfigError } from '../errors.ts'
import type { Scene, Sprite } from '../scene.ts'

/** The sprite of an item. Throws ConfigError if there is none, or if it lies off the pixel grid or partly outside the scene. */
export function spriteAt(scene: Scene, { sprite, x, y }: Scene['items'][number]): Sprite {
  const found = scene.catalogue.sprites[sprite]
  if (!found) throw new ConfigError(`A scene places sprite ${sprite}; its catalogue has sprites 0..${scene.catalogue.sprites.length - 1}.`)
  const { width, height } = found
  const whole = Number.isInteger(x) && Number.isInteger(y)
  if (whole && x >= 0 && y >= 0 && x + width <= scene.width && y + height <= scene.height) return found
  throw new ConfigError(
    `A sprite of ${width}x${height} at (${x}, ${y}) is off the pixel grid or outside its scene of ${scene.width}x${scene.height}.`,
  )
}
