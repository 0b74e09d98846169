/** A folder that was named to the studio: what it is now, and the parts of its page, each read again only when its files have changed. */
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { VlmGymError } from '../errors.ts'
import { type RunMetrics, runBootstrapping, runHead, runMetrics } from '../report/index.ts'
import { DATASET, EVAL_RUN, folderReader, LinesTail, METRICS_FILE, type MetricLine, readFolder, TRAIN_RUN } from '../runs/index.ts'
import type { StudioThread } from './thread-client.ts'

/** Parts of a run's page, and the files that each is made of. */
const PARTS = {
  head: ['run.json', 'about.json', 'results.json'],
  metrics: ['run.json', 'metrics.jsonl'],
  bootstrapping: ['run.json', 'metrics.jsonl'],
  findings: ['run.json', 'results.json', 'episodes.jsonl'],
  analyses: ['run.json', 'probes.json', 'interventions.json', 'generalisation.json'],
  replays: ['run.json', 'replays.json'],
  // Not the metrics, which change with every step: the curves of a comparison are those of its last results.
  compare: ['run.json', 'results.json', 'episodes.jsonl', 'probes.json', 'endpoints.json'],
} as const

/** A part of a run's page. */
export type Part = keyof typeof PARTS

/** Parts that a request names. */
export const isPart = (name: string): name is Part => Object.hasOwn(PARTS, name)

/** A folder as it stands. */
export interface SourceState {
  readonly id: string
  readonly name: string
  /** Null: it is none, or cannot be read; `problem` says why. */
  readonly kind: 'train' | 'eval' | 'dataset' | null
  readonly problem: string | null
  /** Changes whenever the part would. */
  readonly versions: Readonly<Record<Part, string>>
}

/** The metrics with what a page needs to read on. */
export type MetricsAnswer = RunMetrics & { readonly generation: number; readonly damage: readonly string[] }

export class Source {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly #thread: StudioThread
  readonly #metrics: LinesTail<MetricLine>
  /** JSON of the parts by name, with the versions that they are of. */
  readonly #known = new Map<Part, { readonly version: string; readonly json: Promise<string> }>()

  constructor(id: string, path: string, thread: StudioThread) {
    this.id = id
    this.path = path
    this.name = basename(resolve(path))
    this.#thread = thread
    this.#metrics = new LinesTail(path, METRICS_FILE)
  }

  /** Never throws: what is wrong with the folder is its state. */
  async state(): Promise<SourceState> {
    const versions = await this.#versions()
    const { id, name } = this
    try {
      const { kind } = await readFolder([TRAIN_RUN, EVAL_RUN], this.path)
      return { id, name, kind: kind === TRAIN_RUN ? 'train' : 'eval', problem: null, versions }
    } catch (error) {
      if (!(error instanceof VlmGymError)) throw error
      const isDataset = await readFolder(DATASET, this.path).then(
        () => true,
        () => false,
      )
      if (isDataset) return { id, name, kind: 'dataset', problem: null, versions }
      return { id, name, kind: null, problem: error.message, versions }
    }
  }

  /** A part as JSON. Throws StorageError or ConfigError where the folder is no run. */
  async json(part: Exclude<Part, 'metrics' | 'compare'>): Promise<string> {
    const version = (await this.#versions())[part]
    const known = this.#known.get(part)
    if (known?.version === version) return known.json
    const json = this.#make(part)
    this.#known.set(part, { version, json })
    // What failed is tried again, though no file has changed.
    json.catch(() => this.#known.delete(part))
    return json
  }

  async #make(part: Exclude<Part, 'metrics' | 'compare'>): Promise<string> {
    if (part !== 'head' && part !== 'bootstrapping') return this.#thread.part(part, this.path)
    const folder = await readFolder(TRAIN_RUN, this.path)
    if (part === 'head') return JSON.stringify(await runHead(folderReader(folder)))
    return JSON.stringify(runBootstrapping(folder.stages, (await this.#metrics.look()).records))
  }

  /** The metrics behind the first `from` lines of a generation; all of them where the file was read anew since. */
  async metrics(from: number, generation: number): Promise<MetricsAnswer> {
    const { stages } = await readFolder(TRAIN_RUN, this.path)
    const { records, generation: now, damage } = await this.#metrics.look()
    return { ...runMetrics(stages, records, generation === now && from <= records.length ? from : 0), generation: now, damage }
  }

  async #versions(): Promise<Record<Part, string>> {
    const names = [...new Set(Object.values(PARTS).flat())]
    const stamps = new Map(
      await Promise.all(
        names.map(async (name): Promise<[string, string]> => {
          const found = await stat(join(this.path, name)).catch(() => null)
          return [name, found === null ? '' : `${found.ino}-${found.size}-${found.mtimeMs}`]
        }),
      ),
    )
    // Nothing is found out before there are results, however many episodes have been played.
    const early = stamps.get('results.json') === ''
    const versionOf = (part: string, files: readonly string[]): string =>
      (part === 'findings' && early ? ['run.json'] : files).map((name) => stamps.get(name)).join(' ')
    return Object.fromEntries(Object.entries(PARTS).map(([part, files]) => [part, versionOf(part, files)])) as Record<Part, string>
  }
}
