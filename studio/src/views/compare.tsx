/** The view that sets runs side by side: those that are ticked, or all. Address: #/compare/0,2 */
import { CompareReport } from '../compare-report.tsx'
import { useComparison, useRuns } from '../data.ts'
import { addressOf, type Place } from '../router.tsx'
import { Problem } from './run.tsx'

export default function CompareView({ parts: [list, section] }: Place) {
  const { runs: folders, problem } = useRuns()
  const runs = folders?.filter(({ kind }) => kind !== 'dataset') ?? null
  const usable = runs?.filter(({ kind }) => kind !== null) ?? []
  const ids = list === undefined || list === '' ? usable.map(({ id }) => id) : list.split(',')
  const chosen = usable.map(({ id }) => id).filter((id) => ids.includes(id))
  const { page, problem: failed } = useComparison(chosen)
  const toggle = (id: string): void => {
    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]
    location.hash = addressOf('compare', [next.length === 0 ? 'none' : next.join()])
  }
  return (
    <main>
      {runs !== null && (
        <fieldset class="runchoice">
          <legend>Runs to compare</legend>
          {runs.map(({ id, name, problem: wrong }) => (
            <label key={id} title={wrong ?? undefined}>
              <input type="checkbox" checked={chosen.includes(id)} disabled={wrong !== null} onChange={() => toggle(id)} /> {name}
              {wrong !== null && <small> {wrong}</small>}
            </label>
          ))}
        </fieldset>
      )}
      <Problem text={problem ?? failed} />
      {chosen.length === 0 ? (
        runs !== null && <p>Choose a run or more above.</p>
      ) : page === null ? (
        failed === null && <p>Comparing…</p>
      ) : page.groups.length === 0 ? (
        <p>There are no evaluated episodes in these runs yet; the page looks again by itself.</p>
      ) : (
        <CompareReport page={page} addressOf={(part) => addressOf('compare', [chosen.join(), part])} chosen={section ?? null} />
      )}
    </main>
  )
}
