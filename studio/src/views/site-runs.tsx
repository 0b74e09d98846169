/** The view of a static site's runs: links to their pages. */
import { useEffect, useState } from 'preact/hooks'
import { getJson } from '../data.ts'
import type { SiteRun } from '../site.ts'

export default function SiteRuns() {
  const [runs, setRuns] = useState<readonly SiteRun[] | null>(null)
  useEffect(() => {
    getJson<readonly SiteRun[]>('runs.json').then(setRuns, () => setRuns([]))
  }, [])
  return (
    <main>
      <h1>Runs</h1>
      {runs?.length === 0 && <p>This site has no runs.</p>}
      <ul>
        {runs?.map(({ name, file }) => (
          <li key={file}>
            <a href={file}>{name}</a>
          </li>
        ))}
      </ul>
    </main>
  )
}
