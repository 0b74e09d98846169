/**
 * Progress of a long job, on stderr, so that stdout stays the job's own. On a terminal a few lines are redrawn in place; elsewhere there is
 * a plain line at every change of stage, at most every 10 s in between, and at the end of a stage. A stage that comes to its end is last
 * shown full, with the time it took. Stages on different engines run side by side: each has lines of its own.
 *
 *     const progress = createProgress({ quiet: options.quiet })
 *     progress.update({ stage: 'g1 · grpo', step: 12, total: 400, figures: { reward: 0.8 }, tokens: 51_200 })
 *     progress.note('checkpoint written')
 *     progress.close()
 */
import { createLogUpdate } from 'log-update'
import type { JobEvent } from '../jobs/index.ts'
import { printable, printableLine } from '../printable.ts'
import { coloursOf } from './terminal.ts'

/** Where a job stands. */
export interface ProgressState {
  /** What is being done; a new name starts the clock anew. */
  readonly stage: string
  /** Steps of the stage that are done. */
  readonly step: number
  /** Steps of the stage; 0 when unknown. */
  readonly total: number
  /** Index of the engine that works on it; a stage takes the lines of the one before it on its engine. Default: 0. */
  readonly engine?: number
  /** Key figures, shown in this order. */
  readonly figures?: { readonly [name: string]: number | string | null | undefined }
  /** Tokens processed since the stage began (or since the job did; only differences count). */
  readonly tokens?: number
}

/** A display of where a job stands. */
export interface ProgressDisplay {
  update(state: ProgressState): void
  /** A line that stays. Shown with `quiet` too when `important`. */
  note(line: string, options?: { readonly important?: boolean }): void
  /** Leaves the last state on the screen. Call it before printing anything else, and when the job fails. Idempotent. */
  close(): void
}

export interface ProgressOptions {
  /** Shows nothing but important notes. */
  readonly quiet?: boolean | undefined
  /** Default: stderr. */
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  /** Milliseconds; default `performance.now`. */
  readonly now?: () => number
  /** Least time between two plain lines, ms; default 10,000. */
  readonly interval?: number
}

/** Least time between two redraws of a terminal, ms. */
const REDRAW = 100
/** Moments over which speeds are measured. */
const WINDOW = 30

interface Moment {
  readonly at: number
  readonly step: number
  readonly tokens: number | undefined
}

/** The stage that an engine works on, and what is known of its speed. */
interface Row {
  state: ProgressState
  moments: Moment[]
  /** When the stage was first shown, ms. */
  readonly begun: number
  /** When it was last shown, ms. */
  shownAt: number
  /** Whether `state` has not been shown. */
  pending: boolean
}

interface Speed {
  readonly tokensPerSecond: number | null
  /** Null when unknown, and at the end of the stage. */
  readonly secondsLeft: number | null
  /** Seconds since the stage was first shown; at its end only. */
  readonly took: number | null
}

/** A progress display; never throws, whatever the stream. */
export function createProgress(options: ProgressOptions = {}): ProgressDisplay {
  const { quiet = false, stream = process.stderr, now = () => performance.now(), interval = 10_000 } = options
  // A terminal of no size (a container or a recorder without a window) would show nothing of what is redrawn.
  const isSized = (stream.rows ?? 24) > 0 && (stream.columns ?? 80) > 0
  const live = !quiet && stream.isTTY === true && isSized && process.env.TERM !== 'dumb'
  const redraw = live ? createLogUpdate(stream as NodeJS.WriteStream) : null
  const colours = coloursOf(stream as NodeJS.WriteStream)
  /** By engine. */
  const rows = new Map<number, Row>()

  const write = (line: string): void => {
    stream.write(`${line}\n`)
  }
  const liveText = (shown: readonly Row[]): string => {
    const width = Math.max(20, (stream.columns ?? 80) - 1)
    return shown.flatMap((row) => liveLines(row.state, speedOf(row), width, colours)).join('\n')
  }
  /** Shows a row; on a terminal all rows, in the order of their engines. */
  const show = (row: Row): void => {
    if (redraw === null) write(plainLine(row.state, speedOf(row)))
    else redraw(liveText([...rows.entries()].sort(([a], [b]) => a - b).map(([, one]) => one)))
    for (const one of redraw === null ? [row] : rows.values()) {
      one.pending = false
      one.shownAt = now()
    }
  }
  /** Leaves the last state of some rows on the screen, above what is redrawn. */
  const settle = (engines: readonly number[]): void => {
    const over = engines.flatMap((engine) => rows.get(engine) ?? [])
    for (const engine of engines) rows.delete(engine)
    if (redraw === null) for (const row of over.filter(({ pending }) => pending)) show(row)
    else if (over.length > 0) {
      redraw(liveText(over))
      redraw.done()
    }
  }

  return {
    update: (given) => {
      const state = shownState(given)
      const { engine = 0 } = state
      const before = rows.get(engine)
      const fresh = state.stage !== before?.state.stage
      if (fresh && !quiet) settle([...rows.keys()].filter((one) => one === engine || isFull((rows.get(one) as Row).state)))
      const row: Row = before && !fresh ? before : { state, moments: [], begun: now(), shownAt: Number.NEGATIVE_INFINITY, pending: true }
      rows.set(engine, row)
      row.state = state
      row.moments = [...row.moments, { at: now(), step: state.step, tokens: state.tokens }].slice(-WINDOW)
      row.pending = true
      if (quiet) return
      if (fresh || isFull(state) || now() - row.shownAt >= (live ? REDRAW : interval)) show(row)
    },
    note: (line, { important = false } = {}) => {
      if (quiet && !important) return
      redraw?.clear()
      write(printable(line))
      const [row] = rows.values()
      if (redraw !== null && row !== undefined) show(row)
    },
    close: () => {
      if (!quiet) settle([...rows.keys()])
      rows.clear()
    },
  }
}

/** Shows the events of a job: where it stands, and its notes. */
export function progressEvents(progress: ProgressDisplay): (event: JobEvent) => void {
  return (event) => {
    if (event.type === 'progress') progress.update(event)
    else if (event.type === 'note') progress.note(event.text)
  }
}

/** Whether a stage has come to its end. */
const isFull = ({ step, total }: ProgressState): boolean => total > 0 && step >= total

/** Names may come from elsewhere. */
function shownState(state: ProgressState): ProgressState {
  const figures = Object.entries(state.figures ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? printableLine(value) : value,
  ])
  return { ...state, stage: printableLine(state.stage), figures: Object.fromEntries(figures) }
}

function speedOf({ moments, state, begun }: Row): Speed {
  const { step, total } = state
  const [first, last] = [moments[0], moments.at(-1)]
  const seconds = first && last ? (last.at - first.at) / 1000 : 0
  if (!first || !last || seconds <= 0) return { tokensPerSecond: null, secondsLeft: null, took: null }
  const steps = last.step - first.step
  const tokens = first.tokens === undefined || last.tokens === undefined ? null : last.tokens - first.tokens
  return {
    tokensPerSecond: tokens === null ? null : tokens / seconds,
    secondsLeft: total > 0 && steps > 0 && !isFull(state) ? ((total - step) * seconds) / steps : null,
    took: isFull(state) ? (last.at - begun) / 1000 : null,
  }
}

/** '1h 02m', '3m 10s', '12s'. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  if (h > 0) return `${h}h ${two(m)}m`
  return m > 0 ? `${m}m ${two(s)}s` : `${s}s`
}

/** A number in few characters: '0.813', '12.4', '1,204', '51.2k', '3.40M'. */
export function formatFigure(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'string') return value
  const size = Math.abs(value)
  if (!Number.isFinite(value)) return String(value)
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)}M`
  if (size >= 1e4) return `${(value / 1e3).toFixed(1)}k`
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return size >= 10 ? value.toFixed(1) : size >= 0.001 ? value.toFixed(3) : value.toExponential(1)
}

function figureTexts(state: ProgressState): string[] {
  return Object.entries(state.figures ?? {}).map(([name, value]) => `${name} ${formatFigure(value)}`)
}

function speedTexts({ tokensPerSecond, secondsLeft, took }: Speed): string[] {
  return [
    ...(tokensPerSecond === null ? [] : [`${formatFigure(Math.round(tokensPerSecond))} tokens/s`]),
    ...(secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`]),
    ...(took === null ? [] : [`in ${formatDuration(took)}`]),
  ]
}

function countText({ step, total }: ProgressState): string {
  return total > 0 ? `${step}/${total}` : String(step)
}

function plainLine(state: ProgressState, speed: Speed): string {
  return [`${state.stage}  ${countText(state)}`, ...figureTexts(state), ...speedTexts(speed)].join('  ')
}

/** Stage, bar, count and speed on the first line; the figures below, wrapped between figures. */
function liveLines(state: ProgressState, speed: Speed, width: number, colours: ReturnType<typeof coloursOf>): string[] {
  const tail = [countText(state), ...speedTexts(speed)].join('  ')
  const size = Math.min(30, width - state.stage.length - tail.length - 4)
  // Rounded down: a full bar is a finished stage.
  const filled = state.total > 0 ? Math.floor(size * Math.min(1, state.step / state.total)) : 0
  const bar = size >= 5 && state.total > 0 ? `${colours.green('━'.repeat(filled))}${colours.dim('━'.repeat(size - filled))}  ` : ''
  const figures: string[] = []
  for (const text of figureTexts(state)) {
    const joined = figures.length > 0 ? `${figures.at(-1)}  ${text}` : `  ${text}`
    if (figures.length > 0 && joined.length <= width) figures[figures.length - 1] = joined
    else figures.push(`  ${text}`.slice(0, width))
  }
  return [`${colours.bold(state.stage)}  ${bar}${tail}`, ...figures.map((line) => colours.dim(line))]
}
