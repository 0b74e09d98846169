/** What the page gets from the server, kept up to date. */
import { useEffect, useState } from 'preact/hooks'
import type { ComparePage } from '../../src/report/compare-page.ts'
import type { StageColumns } from '../../src/report/curves.ts'
import type { RunPage } from '../../src/report/run-page.ts'
import type { MetricsAnswer, Part, SourceState } from '../../src/studio/source.ts'

/** Milliseconds between two looks at the run folders. */
const PERIOD = 1500

/** Throws an error whose message is for people. */
export async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path)
  const body = await response.json()
  if (!response.ok) throw new Error((body as { error: string }).error)
  return body as T
}

/** What a failed request says to the reader. */
const problemOf = (error: unknown): string =>
  error instanceof TypeError ? 'the server does not answer; the page tries again' : (error as Error).message

/** Does `look` now and then again and again; `look` is told whether the page still wants what it finds. */
function useLooking(look: (open: () => boolean) => Promise<void>, keys: readonly unknown[]): string | null {
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    let open = true
    const again = async (): Promise<void> => {
      try {
        await look(() => open)
        if (open) setProblem(null)
      } catch (error) {
        if (open) setProblem(problemOf(error))
      }
      if (open) timer = setTimeout(again, PERIOD)
    }
    let timer = setTimeout(again, 0)
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, keys)
  return problem
}

/** The folders that were named to the studio; null until the first answer. */
export function useRuns(): { readonly runs: readonly SourceState[] | null; readonly problem: string | null } {
  const [runs, setRuns] = useState<readonly SourceState[] | null>(null)
  const problem = useLooking(async (open) => {
    const found = await getJson<SourceState[]>('/api/runs')
    if (open()) setRuns((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
  }, [])
  return { runs, problem }
}

/** The parts of a run's page that have come. */
export type RunParts = { readonly [P in keyof RunPage]?: RunPage[P] | undefined } & { readonly damage?: readonly string[] }

/** Parts in the order in which a reader needs them. */
const ORDER = ['head', 'metrics', 'findings', 'analyses', 'bootstrapping', 'replays'] as const satisfies readonly Part[]

/** Columns of a part of the lines behind those that are there. */
function joined(before: readonly StageColumns[], after: readonly StageColumns[]): StageColumns[] {
  const stages = [...new Set([...before, ...after].map(({ stage }) => stage))]
  return stages.map((stage) => {
    const [a, b] = [before, after].map((columns) => columns.find((one) => one.stage === stage))
    if (a === undefined || b === undefined) return (a ?? b) as StageColumns
    const keys = [...new Set([...Object.keys(a.values), ...Object.keys(b.values)])]
    const none = (columns: StageColumns): null[] => columns.steps.map(() => null)
    const column = (key: string) => [...(a.values[key] ?? none(a)), ...(b.values[key] ?? none(b))]
    return { stage, steps: [...a.steps, ...b.steps], values: Object.fromEntries(keys.map((key) => [key, column(key)])) }
  })
}

/** A training run as it stands, part by part. `state`: of its folder; parts whose files have not changed are not asked for again. */
export function useRun({ id, versions }: SourceState): { readonly parts: RunParts; readonly problem: string | null } {
  const [parts, setParts] = useState<RunParts>({})
  const [seen] = useState(() => new Map<Part, string>())
  const [metrics] = useState<{ last: MetricsAnswer | null }>({ last: null })
  const load = async (part: (typeof ORDER)[number], open: () => boolean): Promise<void> => {
    if (seen.get(part) === versions[part]) return
    if (part !== 'metrics') {
      const value = await getJson<RunPage[typeof part]>(`/api/runs/${id}/${part}`)
      seen.set(part, versions[part])
      if (open()) setParts((before) => ({ ...before, [part]: value }))
      return
    }
    const { last } = metrics
    const answer = await getJson<MetricsAnswer>(`/api/runs/${id}/metrics?from=${last?.total ?? 0}&generation=${last?.generation ?? 0}`)
    metrics.last = answer.from === 0 || last === null ? answer : { ...answer, columns: joined(last.columns, answer.columns) }
    seen.set(part, versions[part])
    if (open()) setParts((before) => ({ ...before, metrics: metrics.last as MetricsAnswer, damage: answer.damage }))
  }
  const problem = useLooking(
    async (open) => {
      // The head alone, so that nothing stands before the first screen; then all others side by side.
      await load('head', open)
      await Promise.all(ORDER.slice(1).map((part) => load(part, open)))
    },
    [id, JSON.stringify(versions)],
  )
  return { parts, problem }
}

/** The comparison of these runs, made anew when their files have changed. */
export function useComparison(ids: readonly string[]): { readonly page: ComparePage | null; readonly problem: string | null } {
  const [page, setPage] = useState<ComparePage | null>(null)
  const [known] = useState({ of: '', etag: '' })
  const key = ids.join()
  const problem = useLooking(
    async (open) => {
      if (key === '') return
      if (known.of !== key) {
        known.etag = ''
        setPage(null)
      }
      known.of = key
      const response = await fetch(`/api/compare?runs=${key}`, known.etag === '' ? {} : { headers: { 'if-none-match': known.etag } })
      if (response.status === 304) return
      const body = await response.json()
      if (!response.ok) throw new Error((body as { error: string }).error)
      if (!open()) return
      known.etag = response.headers.get('etag') ?? ''
      setPage(body as ComparePage)
    },
    [key],
  )
  return { page, problem }
}
