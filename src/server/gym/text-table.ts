/** The texts of many answers in one body, each once: sessions of one game have one prompt of a thousand characters and more. */
import * as z from 'zod'
import { type Envelope, envelopeSchema, observationSchema } from './wire.ts'

/** Field of requests for many answers. */
export const textsField = z
  .enum(['each', 'shared'])
  .default('each')
  .describe('shared: the answer has each text once, in `texts`, and observation.text is its place in that list')

/** An answer whose text stands in a table, or is as it was. */
export const toldEnvelope = envelopeSchema.extend({
  observation: observationSchema.extend({ text: z.union([z.string(), z.number().int()]).describe('the prompt, or its place in `texts`') }),
})
type ToldEnvelope = z.output<typeof toldEnvelope>

/** Different texts in the order in which they were first met. */
export class TextTable {
  readonly texts: string[] = []
  readonly #places = new Map<string, number>()

  /** Where a text stands. */
  placeOf(text: string): number {
    const known = this.#places.get(text)
    if (known !== undefined) return known
    this.#places.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }
}

/** The answer with the place of its text in `table`; as it is without one. */
export function withText(envelope: Envelope, table: TextTable | null): ToldEnvelope {
  if (table === null) return envelope
  return { ...envelope, observation: { ...envelope.observation, text: table.placeOf(envelope.observation.text) } }
}
