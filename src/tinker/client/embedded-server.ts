/** What `vlm-gym serve-engine` tells of its model, beyond the Tinker API. */
import * as z from 'zod'
import { EngineError } from '../../errors.ts'
import { readJson } from '../wire/index.ts'
import { httpOf } from './http.ts'
import { Requests } from './requests.ts'

const engineSchema = z.object({
  base_model: z.string(),
  model: z.record(z.string(), z.unknown()).nullable(),
  seed: z.int(),
  info: z.object({ name: z.string(), parameters: z.number(), maxSequence: z.int(), maxText: z.int().optional() }),
  picture: z.object({ patch: z.int().min(1), largest: z.int() }).nullable(),
})
const wordsSchema = z.object({ words: z.array(z.string()), stop: z.array(z.int()) })

export interface EmbeddedServer {
  readonly baseModel: string
  /** Settings of the model; null: not told. */
  readonly model: { readonly [name: string]: unknown } | null
  /** Of the first weights. */
  readonly seed: number
  readonly info: z.output<typeof engineSchema>['info']
  /** Every token as text, by its id. */
  readonly words: readonly string[]
  /** The token that ends a reply. */
  readonly stop: number
  /** Tokens of a picture. Throws EngineError for one that the model cannot see. */
  imageTokens(frame: { readonly width: number; readonly height: number }): number
}

/** Asks a server what it is; null if it is another Tinker server. Throws ConfigError for a wrong address, EngineError if nobody answers. */
export async function embeddedServer(url: string, key: string | undefined, patience = 10_000): Promise<EmbeddedServer | null> {
  const http = httpOf(url, key)
  const requests = new Requests(http, { patience, longestPause: 1000 })
  try {
    const told = await requests.get('engine')
    if (told === null) return null
    const { base_model, model, seed, info, picture } = readJson(engineSchema, told, 'what the engine server tells of itself')
    if (picture === null) return null
    const { words, stop } = readJson(wordsSchema, await requests.get('tokenizer'), 'the words of the engine server')
    return {
      ...{ baseModel: base_model, model, seed, info, words, stop: stop[0] as number },
      imageTokens: ({ width, height }) => {
        const { patch, largest } = picture
        const isSeen = (side: number): boolean => side % patch === 0 && side >= patch && side <= largest
        if (isSeen(width) && isSeen(height)) return (width / patch) * (height / patch)
        throw new EngineError(
          `a picture of ${width}×${height} pixels does not fit this model: sides must be multiples of ${patch} and at most ${largest}; use the layout "board" with tile ${patch}`,
        )
      },
    }
  } finally {
    await http.close()
  }
}
