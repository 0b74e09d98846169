/** The page of a comparison: recipes with several seeds, then every game with its chart, tables, tests and misreadings. */
import { useMemo } from 'preact/hooks'
import type { ComparePage, ConfusionPage, GroupPage, RunCurves } from '../../src/report/compare-page.ts'
import type { ChartInfo } from '../../src/report/curves.ts'
import type { SeedsPage } from '../../src/report/seeds-page.ts'
import { Curve, type CurveLine } from './curve.tsx'
import { Panels } from './panels.tsx'
import { type Section, Sections } from './run-report.tsx'
import { saveFile } from './save.ts'
import { Findings, fieldOf, KINDS, Probes, useCurveControls } from './sections.tsx'
import type { Values } from './smoothing.ts'
import { DataTable } from './table.tsx'

export function CompareReport(props: {
  readonly page: ComparePage
  readonly addressOf: (id: string) => string
  readonly chosen: string | null
}) {
  const { page, addressOf, chosen } = props
  const { names, about, families, findings, groups, files } = page
  const name = names.join(', ')
  // Runs that are all seeds of one recipe are shown as seeds first.
  const lead = families.length === 1 && families[0]?.runs.length === names.length ? families[0] : null
  const sections: Section[] = [
    ...families.map((family, i) => ({
      id: `seeds-${i}`,
      title: family.title,
      content: <Seeds family={family} page={page} isLead={family === lead} />,
    })),
    ...groups.map((group, i) => ({
      id: `game-${i}`,
      title: group.name,
      content: <Group group={group} />,
    })),
  ]
  return (
    <>
      <h1>{lead !== null ? lead.title : names.length === 1 ? name : `Comparison of ${name}`}</h1>
      {lead !== null && <p class="note">{name}</p>}
      <p class="note">
        Save all of it as{' '}
        <button type="button" class="plain" onClick={() => saveFile(`${name}.csv`, files.csv, 'text/csv')}>
          CSV
        </button>{' '}
        <button type="button" class="plain" onClick={() => saveFile(`${name}.md`, files.markdown, 'text/markdown')}>
          Markdown
        </button>{' '}
        <button
          type="button"
          class="plain"
          onClick={() => {
            const { files: _, ...data } = page
            saveFile(`${name}.json`, JSON.stringify(data, null, 2), 'application/json')
          }}
        >
          JSON
        </button>
      </p>
      <Sections sections={sections} addressOf={addressOf} chosen={chosen}>
        {lead !== null ? (
          <>
            <Findings {...lead.findings} />
            <Panels panels={lead.panels} legend={lead.legend} name={lead.title} />
          </>
        ) : (
          <>
            <Findings {...findings} />
            <Panels panels={groups.flatMap(({ panels }) => panels)} legend={groups[0]?.legend ?? ''} name={`Comparison of ${name}`} />
          </>
        )}
        {about.map((line) => (
          <p class="note" key={line}>
            {line}
          </p>
        ))}
      </Sections>
    </>
  )
}

function Seeds({ family, page, isLead }: { readonly family: SeedsPage; readonly page: ComparePage; readonly isLead: boolean }) {
  return (
    <>
      {!isLead && (
        <>
          <p class="note">{family.runs.join(', ')}</p>
          <Findings {...family.findings} />
          <Panels panels={family.panels} legend={family.legend} name={family.title} />
        </>
      )}
      {family.tables.map((table) => (
        <DataTable key={table.title} table={table} name={family.title} />
      ))}
      <SeedCurves family={family} page={page} />
      {family.probes !== null && (
        <>
          <h3>What the models see, think and do</h3>
          <Probes probes={family.probes} />
        </>
      )}
    </>
  )
}

/** Of a stage over the runs: the mean of a step, and the least and greatest value. */
function bandOf(runs: readonly RunCurves[], stage: string, field: string): Omit<CurveLine, 'label' | 'colour'> {
  const own = runs.flatMap(({ columns }) => columns.filter((one) => one.stage === stage && one.values[field] !== undefined))
  const steps = [...new Set(own.flatMap((one) => one.steps))].sort((a, b) => a - b)
  const maps = own.map((one) => new Map(one.steps.map((step, i) => [step, one.values[field]?.[i] ?? null])))
  const at = steps.map((step) => maps.flatMap((map) => map.get(step) ?? []))
  const of = (value: (all: number[]) => number): Values => at.map((all) => (all.length === 0 ? null : value(all)))
  return {
    steps,
    values: of((all) => all.reduce((sum, value) => sum + value, 0) / all.length),
    band: { low: of((all) => Math.min(...all)), high: of((all) => Math.max(...all)) },
  }
}

function SeedCurves({ family, page }: { readonly family: SeedsPage; readonly page: ComparePage }) {
  const runs = page.curves.filter(({ run }) => family.runs.includes(run))
  const { smoothing, game, controls } = useCurveControls([...new Set(runs.flatMap(({ games }) => games))])
  if (runs.length === 0) return null
  return (
    <>
      <h3>Curves</h3>
      <p class="note">Lines: means over the seeds, smoothed; bands: from the least to the greatest seed.</p>
      {controls}
      {KINDS.map(({ kind, title }) => (
        <section class="curves" key={kind} aria-label={title}>
          {page.charts[kind].map((info) => (
            <SeedCurve
              key={info.key}
              info={info}
              runs={runs}
              stages={family.stages.filter((stage) => stage.kind === kind)}
              field={fieldOf(info.key, kind === 'rl' ? game : null)}
              smoothing={smoothing}
              group={`seeds ${kind}`}
            />
          ))}
        </section>
      ))}
    </>
  )
}

function SeedCurve(props: {
  readonly info: ChartInfo
  readonly runs: readonly RunCurves[]
  readonly stages: SeedsPage['stages']
  readonly field: string
  readonly smoothing: number
  readonly group: string
}) {
  const { info, runs, stages, field, smoothing, group } = props
  const lines = useMemo(
    () => stages.map(({ name, label, colour }) => ({ label, colour, ...bandOf(runs, name, field) })),
    [field, runs.map(({ run }) => run).join(), stages.length],
  )
  return <Curve info={info} lines={lines} smoothing={smoothing} group={group} />
}

function Group({ group }: { readonly group: GroupPage }) {
  return (
    <>
      <p class="note">{group.title}</p>
      {group.tables.map((table) => (
        <DataTable key={table.title} table={table} name={group.title} />
      ))}
      {group.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      {group.unread.map(({ label, head, reasons, place, example, lenient }) => (
        <details key={`${label} ${head}`} open>
          <summary>
            {label}: {head}
          </summary>
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          <p class="note">{place}:</p>
          <pre>{example.join('\n')}</pre>
          {lenient !== null && <p class="note">{lenient}</p>}
        </details>
      ))}
      {group.confusions.map((one) => (
        <Confusion key={one.label} confusion={one} />
      ))}
    </>
  )
}

/** Share of each true label that was read as each label; the diagonal is right. */
function Confusion({ confusion: { label, truths, reads, counts } }: { readonly confusion: ConfusionPage }) {
  return (
    <details>
      <summary>Cells as {label} reads them, % of the true label (rows)</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard */}
      <section class="scroll" tabIndex={0} aria-label={`Cells as ${label} reads them`}>
        <table class="heat">
          <thead>
            <tr>
              <th scope="col">true</th>
              {reads.map((read) => (
                <th scope="col" key={read}>
                  {read === '' ? 'left out' : read}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {truths.map((truth, row) => {
              const total = counts[row]?.reduce((sum, count) => sum + count, 0) ?? 0
              return (
                <tr key={truth}>
                  <th scope="row" class="thing">
                    {truth}
                  </th>
                  {reads.map((read, column) => {
                    const count = counts[row]?.[column] ?? 0
                    return (
                      <td key={read} class={count === 0 ? 'none' : read === truth ? 'seen' : ''} title={`${count} of ${total}`}>
                        {count === 0 ? '·' : ((100 * count) / total).toFixed(1)}
                      </td>
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </section>
    </details>
  )
}
