/** Reading a run from wherever it lies: a folder on disk, a server, a page's own storage. */
import type * as z from 'zod'
import type { EpisodeRecord } from './episode-records.ts'
import { EPISODES, lastEpisodes } from './episode-store.ts'
import type { LinesFile } from './lines.ts'
import type { RunFolder } from './run-folder.ts'

/** What a reader of runs can do. Names are those of the files in the run folder: 'results.json'. */
export interface RunReader {
  /** A JSON file, checked; null if there is none. */
  read<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
  /** The records of a JSON-lines file, damaged ones left out; none if there is no such file. */
  lines<T>(file: LinesFile<T>): Promise<T[]>
}

/** A reader of a folder. Files that are made again from others are left out with a warning where they are damaged (see `readDerived`). */
export function folderReader(folder: RunFolder): RunReader {
  const { header } = folder.kind
  return {
    read: (name, schema) => (name === header ? folder.read(name, schema) : folder.readDerived(name, schema)),
    lines: (file) => folder.linesOf(file),
  }
}

/** Episodes of a run. One that was tried again counts as it ended last. */
export const readEpisodes = async (reader: RunReader): Promise<EpisodeRecord[]> => lastEpisodes(await reader.lines(EPISODES))
