/** What jobs tell while they run: one stream of typed events, plain JSON, that a terminal, a server and a page can show. */
import type { EpisodeRecord, MetricLine } from '../runs/index.ts'

/** Where a job stands. */
export interface JobProgress {
  readonly type: 'progress'
  /** What is being done: a stage of training, or a player in an evaluation. */
  readonly stage: string
  /** Steps of the stage that are done. */
  readonly step: number
  /** Steps of the stage; 0 when unknown. */
  readonly total: number
  /** Index of the engine that works on it; parts on different engines run side by side. Default: 0. */
  readonly engine?: number
  /** Key figures by name, in the order in which they are shown. */
  readonly figures?: Readonly<Record<string, number | string | null | undefined>>
  /** Tokens processed since the part began, or since the job did; only differences count. */
  readonly tokens?: number
}

/** A line of the training metrics, as it stands in metrics.jsonl. */
export interface JobMetrics {
  readonly type: 'metrics'
  readonly line: MetricLine
}

/** An episode that has ended, as it stands in episodes.jsonl. */
export interface JobEpisode {
  readonly type: 'episode'
  readonly episode: EpisodeRecord
}

/** The run folder is open: from here on, the job can be stopped and goes on from there. */
export interface JobFolder {
  readonly type: 'folder'
  readonly path: string
}

/** A sentence for people. */
export interface JobNote {
  readonly type: 'note'
  readonly text: string
}

export type JobEvent = JobProgress | JobMetrics | JobEpisode | JobFolder | JobNote

/** Listens to a job. It must not throw. */
export type OnJobEvent = (event: JobEvent) => void

/** What every job takes. */
export interface JobControl {
  readonly onEvent?: OnJobEvent | undefined
  /** When it aborts, the job stops at the next safe point, with everything saved. */
  readonly signal?: AbortSignal | undefined
}
