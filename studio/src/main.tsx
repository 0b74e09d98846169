/** The studio: the list of runs, and the run that the address names behind its # . */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { listRuns } from './data.ts'
import { Run } from './run.tsx'
import 'uplot/dist/uPlot.min.css'
import './style.css'

const idOf = (): string => /^#\/run\/(\w+)$/.exec(location.hash)?.[1] ?? '0'

function App() {
  const [runs, setRuns] = useState<Awaited<ReturnType<typeof listRuns>>>([])
  const [id, setId] = useState(idOf())
  useEffect(() => {
    listRuns().then(setRuns, () => {})
    const follow = (): void => setId(idOf())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return (
    <>
      <header>
        <b>vlm-gym studio</b>
        <nav aria-label="Runs">
          {runs.map((run) => (
            <a key={run.id} href={`#/run/${run.id}`} aria-current={run.id === id ? 'page' : undefined}>
              {run.name}
            </a>
          ))}
        </nav>
      </header>
      <Run id={id} key={id} />
    </>
  )
}

render(<App />, document.getElementById('app') as HTMLElement)
