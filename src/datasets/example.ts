/**
 * A data set of a teacher's replies is a folder: `dataset.json` (how it was made), `examples.jsonl` (a line an example), `pictures/` (PNGs,
 * named by their content), and, once it is whole, `data/*.parquet` and the card `README.md`. Written by src/teach, trained on by src/train.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import * as z from 'zod'
import { createFolder, DATASET, discardFolder, type LinesFile, type NewFolderOptions, openFolder, type RunFolder } from '../runs/index.ts'

/** Makes a new folder for a data set. Throws ConfigError where none may be begun (see `checkNewFolder`). */
export const createDataset = (path: string, config: unknown, options?: NewFolderOptions): Promise<RunFolder> =>
  createFolder(DATASET, path, config, options)

/** Opens the folder of a data set to go on with it. Throws as `openFolder` does. */
export const openDataset = (path: string): Promise<RunFolder> => openFolder(DATASET, path)

/** Takes a new folder back in which nothing has been kept yet; what others put there stays. Call it after `close`. */
export const discardDataset = (folder: RunFolder): Promise<void> => discardFolder(folder)

/** The two parts of a data set, by the names that `datasets` gives them; 'test' is the held-out one. */
export const SPLITS = ['train', 'test'] as const
export type Split = (typeof SPLITS)[number]

const said = z.object({ type: z.literal('text'), text: z.string() })

/** A line of examples.jsonl: what was seen and said in the layout of chat training, and where it comes from. */
export const exampleRecord = z.object({
  /** Of the game, the prompt and the picture: what a model sees. */
  id: z.string(),
  split: z.enum(SPLITS),
  game: z.string(),
  /** `stateHash` of the state. */
  hash: z.string(),
  /** `encodeState` of the state and the feedback on the move before it. */
  state: z.string(),
  action: z.string(),
  /** Environment reward of the action. */
  reward: z.number(),
  /** Points lost against the solver; null unless it was asked. */
  regret: z.number().nullable(),
  /** Path of the picture in the folder. */
  images: z.tuple([z.string().regex(/^pictures\/[0-9a-f]{32}\.png$/)]),
  messages: z.tuple([
    z.object({ role: z.literal('user'), content: z.tuple([z.object({ type: z.literal('image') }), said]) }),
    z.object({ role: z.literal('assistant'), content: z.tuple([said]) }),
  ]),
})
export type Example = z.output<typeof exampleRecord>

/** The examples, in the order they were made. */
export const EXAMPLES: LinesFile<Example> = {
  name: 'examples.jsonl',
  schema: exampleRecord,
  loss: 'its example is left out',
  key: ({ id }) => id,
}

/** The user's and the assistant's message of a prompt and a reply. */
export function messagesOf(prompt: string, reply: string): Example['messages'] {
  return [
    { role: 'user', content: [{ type: 'image' }, { type: 'text', text: prompt }] },
    { role: 'assistant', content: [{ type: 'text', text: reply }] },
  ]
}

/** Prompt and reply of an example. */
export function textsOf({ messages: [user, assistant] }: Example): { prompt: string; reply: string } {
  return { prompt: user.content[1].text, reply: assistant.content[0].text }
}

/** 32 hex digits of a SHA-256. */
export function contentHash(content: Uint8Array | string): string {
  return bytesToHex(sha256(typeof content === 'string' ? utf8ToBytes(content) : content)).slice(0, 32)
}
