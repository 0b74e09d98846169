/** The page of a training run, of whatever parts have come: what came out, then everything behind it. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { RunPage } from '../../src/report/run-page.ts'
import { Panels } from './panels.tsx'
import { Replays } from './replays.tsx'
import { Bootstrapping, Curves, Findings, Generalisation, Interventions, Probes, Results, Stages, WhatRan } from './sections.tsx'

/** A section: its place in the address, its head, and what it shows. */
export interface Section {
  readonly id: string
  readonly title: string
  readonly content: ComponentChildren
}

/** The sections one below the other, links to each; the one that the address names is scrolled to. */
export function Sections(props: {
  readonly sections: readonly Section[]
  /** Address of a section. */
  readonly addressOf: (id: string) => string
  readonly chosen: string | null
  readonly children?: ComponentChildren
}) {
  const { sections, addressOf, chosen, children } = props
  const isThere = sections.some(({ id }) => id === chosen)
  useEffect(() => {
    if (isThere) document.getElementById(chosen as string)?.scrollIntoView()
  }, [chosen, isThere])
  return (
    <>
      <nav class="contents" aria-label="Sections of this page">
        {sections.map(({ id, title }) => (
          <a key={id} href={addressOf(id)}>
            {title}
          </a>
        ))}
      </nav>
      {children}
      {sections.map(({ id, title, content }) => (
        <section key={id} id={id} aria-labelledby={`${id}-title`} class="part">
          <h2 id={`${id}-title`}>{title}</h2>
          {content}
        </section>
      ))}
    </>
  )
}

type Parts = { readonly [P in keyof RunPage]?: RunPage[P] | undefined }

/** Null parts were not made in this run; absent ones have not come yet. */
function sectionsOf({ head, metrics, bootstrapping, analyses, replays }: Parts & { readonly head: RunPage['head'] }): Section[] {
  const list: (Section | null)[] = [
    head.results && { id: 'results', title: 'Results', content: <Results results={head.results} /> },
    analyses?.probes ? { id: 'probes', title: 'What the models see, think and do', content: <Probes probes={analyses.probes} /> } : null,
    analyses?.interventions
      ? { id: 'interventions', title: 'What the models act on', content: <Interventions interventions={analyses.interventions} /> }
      : null,
    analyses?.generalisation
      ? { id: 'generalisation', title: 'What they generalise to', content: <Generalisation generalisation={analyses.generalisation} /> }
      : null,
    metrics && metrics.total > 0 ? { id: 'curves', title: 'Curves', content: <Curves head={head} metrics={metrics} /> } : null,
    metrics && bootstrapping
      ? {
          id: 'bootstrapping',
          title: 'Bootstrapping',
          content: <Bootstrapping bootstrapping={bootstrapping} columns={metrics.columns} />,
        }
      : null,
    replays ? { id: 'replays', title: 'Replays', content: <Replays page={replays} /> } : null,
    { id: 'what-ran', title: 'What ran', content: <WhatRan head={head} metrics={metrics} /> },
  ]
  return list.filter((section) => section !== null)
}

export function RunReport(props: { readonly parts: Parts; readonly addressOf: (id: string) => string; readonly chosen: string | null }) {
  const { parts, addressOf, chosen } = props
  const { head, findings, metrics } = parts
  if (head === undefined) return <p>Reading the run…</p>
  return (
    <>
      <h1>{head.title}</h1>
      <p class="note">{head.what}</p>
      <Sections sections={sectionsOf({ ...parts, head })} addressOf={addressOf} chosen={chosen}>
        {head.results !== null &&
          (findings === undefined ? (
            <section class="findings" aria-label="What came out">
              <p>Testing what came out…</p>
            </section>
          ) : (
            <Findings {...findings} />
          ))}
        {head.panels.length > 0 ? (
          <Panels panels={head.panels} legend={head.legend} name={head.title} />
        ) : (
          <>
            <p>No results yet: evaluation comes after training. The curves below grow while the run goes on.</p>
            {metrics !== undefined && <Stages head={head} metrics={metrics} />}
          </>
        )}
        {head.about !== '' && <p class="note">{head.about}</p>}
      </Sections>
    </>
  )
}
