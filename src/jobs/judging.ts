/**
 * What a job does once its models are trained: the table and the analyses, in pieces that each ask one policy about one game. Pieces run side by
 * side where there are engines for them. A piece writes what it found as soon as it has it; one whose rows are there is not made again.
 */
import type * as z from 'zod'
import type { Engine } from '../engine.ts'
import type { PlayGroups } from '../gym/index.ts'
import type { RunFolder } from '../runs/index.ts'
import { type OtherEngines, type PartEnd, type PartPlace, runParts, type TrainConfig } from '../train/index.ts'
import type { JobControl } from './events.ts'

/** A training run that this process holds. */
export interface TrainJobOptions extends JobControl {
  readonly engine: Engine
  /** For parts side by side: engines of the same config over the same saves. */
  readonly others?: OtherEngines | undefined
  readonly folder: RunFolder
  readonly config: TrainConfig
  /** Who plays and scores the replies of reinforcement learning. Default: this process. */
  readonly play?: PlayGroups | undefined
}

/** A policy asked about a game. */
export interface Piece {
  /** Unlike that of any other piece of the job. */
  readonly name: string
  /** Rejects with the reason of the place's signal once it aborts; then nothing of the piece is kept. */
  readonly make: (place: PartPlace) => Promise<void>
}

/** Makes all pieces. */
export function makeAll(pieces: readonly Piece[], { engine, others, signal }: TrainJobOptions): Promise<PartEnd> {
  return runParts({
    parts: pieces.map((piece) => ({ ...piece, from: null })),
    ...{ engine, others, signal },
    run: async ({ make }, place) => {
      try {
        await make(place)
        return 'finished'
      } catch (error) {
        if (place.signal.aborted) return 'stopped'
        throw error
      }
    },
  })
}

/** The rows of a file of a run, to which pieces side by side add. */
export interface RowsFile<Row> {
  readonly rows: readonly Row[]
  /** Puts rows in the place of those that are the `same`, and writes the file. */
  put(rows: readonly Row[], same: (row: Row) => boolean): Promise<void>
}

/** Opens a file of rows, or begins one. They stand in the order of their `placeOf`, whichever came first. */
export async function openRows<Row>(
  folder: RunFolder,
  name: string,
  schema: z.ZodType<Row[]>,
  placeOf: (row: Row) => number,
): Promise<RowsFile<Row>> {
  let rows: Row[] = (await folder.readDerived(name, schema)) ?? []
  let written: Promise<void> = Promise.resolve()
  return {
    get rows() {
      return rows
    },
    put: (added, same) => {
      rows = [...rows.filter((row) => !same(row)), ...added].sort((a, b) => placeOf(a) - placeOf(b))
      const now = rows
      written = written.catch(() => {}).then(() => folder.write(name, now))
      return written
    },
  }
}
