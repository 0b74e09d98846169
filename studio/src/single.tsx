/** A page with its data inside: the report of a run, or a comparison, opened from disk. */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { SingleFile } from '../../src/report/single-file.ts'
import { CompareReport } from './compare-report.tsx'
import { RunReport } from './run-report.tsx'
import 'uplot/dist/uPlot.min.css'
import './style.css'

const sectionOf = (): string | null => (location.hash.length > 1 ? decodeURIComponent(location.hash.slice(1)) : null)

function Page({ data }: { readonly data: SingleFile }) {
  const [chosen, setChosen] = useState(sectionOf)
  useEffect(() => {
    const follow = (): void => setChosen(sectionOf())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const addressOf = (id: string): string => `#${id}`
  return (
    <main>
      {data.kind === 'run' ? (
        <RunReport parts={data.page} addressOf={addressOf} chosen={chosen} />
      ) : (
        <CompareReport page={data.page} addressOf={addressOf} chosen={chosen} />
      )}
    </main>
  )
}

const data = JSON.parse(document.getElementById('data')?.textContent as string) as SingleFile
render(<Page data={data} />, document.getElementById('app') as HTMLElement)
