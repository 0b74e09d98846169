/** Means of an evaluation while it runs. */
import { meanOf } from '../eval/index.ts'
import type { EpisodeRecord } from '../runs/index.ts'

/** Running means over the episodes that have ended. */
export interface RunningFigures {
  add(record: EpisodeRecord): void
  /** For the progress display; a figure nobody knows is left out. */
  figures(): Record<string, number>
}

/** What is shown: the name of a figure, its metric, and whether it is a sum. */
const SHOWN = [
  ['return', 'return', false],
  ['unreadable', 'parse failures', false],
  ['illegal', 'illegal moves', false],
  ['perception', 'perception cells', false],
  ['cost', 'cost', true],
  ['failed', 'failed', true],
] as const

/** Fresh figures. */
export function runningFigures(): RunningFigures {
  const records: EpisodeRecord[] = []
  let known: Record<string, number> = {}
  return {
    add: (record) => {
      records.push(record)
      known = { episodes: records.length }
      for (const [name, metric, sum] of SHOWN) {
        const values = records.flatMap((one) => one.values[metric] ?? [])
        const mean = meanOf(values)
        if (mean !== null && !(sum && mean === 0)) known[name] = sum ? mean * values.length : mean
      }
    },
    figures: () => known,
  }
}
