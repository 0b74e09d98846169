/** The view of a run that the address names: a training run, or an evaluation as a comparison of it alone. */
import { useEffect } from 'preact/hooks'
import type { SourceState } from '../../../src/studio/source.ts'
import { CompareReport } from '../compare-report.tsx'
import { useComparison, useRun, useRuns } from '../data.ts'
import { addressOf, type Place } from '../router.tsx'
import { RunReport } from '../run-report.tsx'

/** What is wrong, said at once to readers who do not see it. */
export function Problem({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  )
}

export function RunView({ parts: [named, section] }: Place) {
  const { runs: folders, problem } = useRuns()
  // Data sets have transcripts alone.
  const runs = folders?.filter(({ kind }) => kind !== 'dataset') ?? null
  const run = named === undefined ? runs?.[0] : runs?.find((one) => one.id === named)
  useEffect(() => {
    if (folders?.length === 0) location.replace(addressOf('games'))
    else if (runs?.length === 0) location.replace(addressOf('transcripts'))
  }, [folders])
  const id = run?.id ?? named
  return (
    <main>
      {runs !== null && runs.length > 1 && (
        <nav aria-label="Runs">
          {runs.map((one) => (
            <a key={one.id} href={addressOf('run', [one.id])} aria-current={one.id === id ? 'page' : undefined}>
              {one.name}
              {one.problem !== null && <span title={one.problem}> ⚠</span>}
            </a>
          ))}
        </nav>
      )}
      <Problem text={problem} />
      {runs === null ? (
        problem === null && <p>Reading the runs…</p>
      ) : run === undefined ? (
        runs.length > 0 && <Problem text={`there is no run ${JSON.stringify(named)} here; choose one above`} />
      ) : run.kind === 'train' ? (
        <Training key={run.id} run={run} section={section} />
      ) : run.kind === 'eval' ? (
        <Evaluation key={run.id} id={run.id} section={section} />
      ) : (
        <Problem text={`${run.problem}. The page looks again by itself.`} />
      )}
    </main>
  )
}

function Training({ run, section }: { readonly run: SourceState; readonly section: string | undefined }) {
  const { parts, problem } = useRun(run)
  return (
    <>
      <Problem text={problem} />
      {parts.damage?.map((text) => (
        <p class="problem" key={text}>
          {text}
        </p>
      ))}
      {(problem === null || parts.head !== undefined) && (
        <RunReport parts={parts} addressOf={(part) => addressOf('run', [run.id, part])} chosen={section ?? null} />
      )}
    </>
  )
}

function Evaluation({ id, section }: { readonly id: string; readonly section: string | undefined }) {
  const { page, problem } = useComparison([id])
  return (
    <>
      <Problem text={problem} />
      {page !== null ? (
        <CompareReport page={page} addressOf={(part) => addressOf('run', [id, part])} chosen={section ?? null} />
      ) : (
        problem === null && <p>Reading the evaluation…</p>
      )}
    </>
  )
}
