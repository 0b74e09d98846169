/** The studio's thread: what takes seconds of statistics is made here as JSON, so that the server goes on answering. */
import { parentPort } from 'node:worker_threads'
import * as Comlink from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { VlmGymError } from '../errors.ts'
import { compareFacts, readComparedRuns } from '../jobs/index.ts'
import { comparePage, compareRuns, runAnalyses, runFindings, runReplays } from '../report/index.ts'
import { folderReader, readFolder, TRAIN_RUN } from '../runs/index.ts'

/** JSON, or a sentence on what is wrong with the folder. */
export type Made = { readonly json: string } | { readonly problem: string }

const PARTS = { findings: runFindings, analyses: runAnalyses, replays: runReplays } as const

let last: Promise<unknown> = Promise.resolve()

/** One after the other, in the order in which they are asked for: what a reader needs first is not held up by the rest. */
function made(work: () => Promise<unknown>): Promise<Made> {
  const next = last.then(() => tried(work))
  last = next.catch(() => {})
  return next
}

async function tried(work: () => Promise<unknown>): Promise<Made> {
  try {
    return { json: JSON.stringify(await work()) }
  } catch (error) {
    if (error instanceof VlmGymError) return { problem: error.message }
    throw error
  }
}

const api = {
  part: (part: keyof typeof PARTS, path: string): Promise<Made> =>
    made(async () => PARTS[part](folderReader(await readFolder(TRAIN_RUN, path)))),
  compare: (paths: readonly string[]): Promise<Made> =>
    made(async () => {
      const runs = await readComparedRuns(paths)
      return comparePage(compareRuns(runs), await compareFacts(runs, paths))
    }),
}

/** What the thread does. */
export type ThreadApi = typeof api

if (parentPort !== null) Comlink.expose(api, nodeEndpoint(parentPort))
