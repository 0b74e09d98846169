/** The skin that is used unless another is given; its schema: skin-config.ts. */
import type { Skin } from '../scene.ts'

/** How a game looks unless it is said: for people and large models. */
export const PLAIN_SKIN: Skin = { theme: 'classic', tile: 32, layout: 'full' }
