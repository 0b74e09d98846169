/** A skin as a schema, for configs and command lines. Ranges of the effects: EFFECTS of render/effects.ts. */
import * as z from 'zod'
import { EFFECTS, type Effect } from '../render/index.ts'

const effect = (name: Effect): z.ZodNumber => z.number().min(EFFECTS[name].min).max(EFFECTS[name].max)

/** The settings of a skin that may be left out. */
export const skinSettings = {
  contrast: effect('contrast').optional().describe('distance of colours from their mean; 1 as designed, 0.2 nearly washed out'),
  noise: effect('noise').optional().describe('amplitude of noise in every pixel, as a share of the range'),
  occlusion: effect('occlusion').optional().describe('share of every tile that is covered'),
  clutter: effect('clutter').optional().describe('amount of faint marks over the board'),
  jitter: effect('jitter').optional().describe('farthest shift of a tile’s content, as a share of its side'),
  labels: z.boolean().optional().describe('row and column numbers, in layout "full" only; absent: as the game designs it'),
  symbols: z.enum(['numbers', 'letters', 'dots']).optional().describe('how tiles that show numbers show them'),
} as const

/** Every field of a skin, for a strict object. Theme, tile and layout have no default here: a config gives them its own. */
export const skinFields = {
  theme: z.string().describe('colours of the pictures'),
  tile: z.number().int().min(8).max(256).describe('side of a tile, pixels'),
  layout: z.enum(['board', 'full']).describe('"board": tiles only; "full": margins and a score line'),
  ...skinSettings,
} as const

/** A skin, whole. */
export const skinSchema = z.strictObject(skinFields)
