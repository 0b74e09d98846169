/** The options of `vlm-gym eval` that may go with --resume. */
import type { EvalPace } from '../jobs/index.ts'
import { REQUEST_OPTIONS, type RequestFlags } from './request-options.ts'

/** Options of this process alone: they change how fast and what is shown, never what comes out. */
export interface LocalOptions extends EvalPace, Omit<RequestFlags, 'baseUrl'> {
  readonly quiet?: boolean
  readonly json?: boolean
  /** Whether the table has the columns of the lenient reading even where they say the same. */
  readonly lenient?: boolean
}

/** The options that may go with --resume. */
export const LOCAL: readonly string[] = [
  'resume',
  'concurrency',
  'perMinute',
  'retries',
  'timeout',
  'threads',
  'quiet',
  'json',
  'lenient',
  'plugin',
  'pictures',
  ...REQUEST_OPTIONS,
]
