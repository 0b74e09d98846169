/** What the page gets from the server, kept up to date: the run, and the lines of its metrics as they are written. */
import { useEffect, useState } from 'preact/hooks'
import type { RunPage } from '../../src/report/run-page.ts'
import type { MetricLine } from '../../src/runs/records.ts'

export interface RunData {
  readonly page: RunPage
  readonly lines: readonly MetricLine[]
}

/** Milliseconds between two looks at the run folder. */
const PERIOD = 1500

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path)
  const body = await response.json()
  if (!response.ok) throw new Error((body as { error: string }).error)
  return body as T
}

export const listRuns = (): Promise<{ readonly id: string; readonly name: string }[]> => get('/api/runs')

/** A run as it stands; `problem`: why it could not be read at the last look, which is tried again. */
export function useRun(id: string): { readonly data: RunData | null; readonly problem: string | null } {
  const [data, setData] = useState<RunData | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    let [open, seen] = [true, '']
    let lines: readonly MetricLine[] = []
    setData(null)
    const look = async (): Promise<void> => {
      try {
        const { version } = await get<{ version: string }>(`/api/runs/${id}/version`)
        if (version !== seen) {
          const page = await get<RunPage>(`/api/runs/${id}`)
          const total = page.done.reduce((sum, steps) => sum + steps, 0)
          // Fewer lines than before: training went back to a checkpoint, so all are read again.
          const from = total < lines.length ? 0 : lines.length
          lines = [...lines.slice(0, from), ...(await get<MetricLine[]>(`/api/runs/${id}/metrics?from=${from}`))]
          seen = version
          if (open) setData({ page, lines })
        }
        if (open) setProblem(null)
      } catch (error) {
        if (open) setProblem(error instanceof TypeError ? 'the server does not answer; the page tries again' : (error as Error).message)
      }
      if (open) timer = setTimeout(look, PERIOD)
    }
    let timer = setTimeout(look, 0)
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, [id])
  return { data, problem }
}
