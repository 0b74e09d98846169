/** The optional settings of a skin as a schema, for configs and command lines. Ranges: EFFECTS of render/effects.ts. */
import * as z from 'zod'
import { EFFECTS, type Effect } from '../render/index.ts'

const effect = (name: Effect): z.ZodNumber => z.number().min(EFFECTS[name].min).max(EFFECTS[name].max)

/** Fields to put into a strict object beside theme, tile and layout. */
export const skinSettings = {
  contrast: effect('contrast').optional().describe('distance of colours from their mean; 1 as designed, 0.2 nearly washed out'),
  noise: effect('noise').optional().describe('amplitude of noise in every pixel, as a share of the range'),
  occlusion: effect('occlusion').optional().describe('share of every tile that is covered'),
  clutter: effect('clutter').optional().describe('amount of faint marks over the board'),
  jitter: effect('jitter').optional().describe('farthest shift of a tile’s content, as a share of its side'),
  labels: z.boolean().optional().describe('row and column numbers, in layout "full" only; absent: as the game designs it'),
  symbols: z.enum(['numbers', 'letters', 'dots']).optional().describe('how tiles that show numbers show them'),
} as const
