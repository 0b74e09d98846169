/** The view of a training run: what came out, curves game by game, result tables, what ran. */
import { useEffect, useState } from 'preact/hooks'
import type { RunPage } from '../../../src/report/run-page.ts'
import { Curve } from '../curve.tsx'
import { listRuns, type RunData, useRun } from '../data.ts'
import { Panels } from '../panels.tsx'
import { addressOf, type Place } from '../router.tsx'

/** The runs by name, and the one that the address names, or the first. */
export function RunView({ parts: [id = '0'] }: Place) {
  const [runs, setRuns] = useState<Awaited<ReturnType<typeof listRuns>> | null>(null)
  useEffect(() => {
    listRuns().then(
      (all) => (all.length === 0 ? location.replace(addressOf('games')) : setRuns(all)),
      () => setRuns([]),
    )
  }, [])
  if (runs === null)
    return (
      <main>
        <p>Reading the run…</p>
      </main>
    )
  return <Run id={id} key={id} runs={runs} />
}

function Run({ id, runs }: { readonly id: string; readonly runs: Awaited<ReturnType<typeof listRuns>> }) {
  const { data, problem } = useRun(id)
  return (
    <main>
      {runs.length > 1 && (
        <nav aria-label="Runs">
          {runs.map((run) => (
            <a key={run.id} href={addressOf('run', [run.id])} aria-current={run.id === id ? 'page' : undefined}>
              {run.name}
            </a>
          ))}
        </nav>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {data === null ? problem === null && <p>Reading the run…</p> : <Shown {...data} />}
    </main>
  )
}

function Shown({ page, lines }: RunData) {
  return (
    <>
      <h1>{page.title}</h1>
      <p class="note">{page.about}</p>
      {page.findings.length > 0 && (
        <section class="findings" aria-label="Findings">
          {page.findings.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <p class="note">{page.how}</p>
        </section>
      )}
      {page.panels.length > 0 ? (
        <Panels panels={page.panels} legend={page.legend} />
      ) : (
        <p>No results yet: evaluation comes after training. The curves below grow while the run goes on.</p>
      )}
      <h2>What ran</h2>
      <Stages page={page} />
      <h2>Curves</h2>
      <Curves page={page} lines={lines} />
      {page.tables.length > 0 && <h2>Results</h2>}
      {page.tables.map(({ title, headroom, tables }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          {headroom !== null && <p>{headroom}</p>}
          {tables.map((table) => (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
            <section class="scroll" key={table.title} aria-label={`${title}: ${table.title}`} tabIndex={0}>
              <table class="data">
                <thead>
                  <tr>
                    <th scope="col">{table.title}</th>
                    <th scope="col">replies</th>
                    {table.columns.map((column) => (
                      <th key={column.metric} scope="col" title={column.summary}>
                        {column.title} {column.better === 'higher' ? '↑' : '↓'}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {table.rows.map(({ policy, decoding, cells }) => (
                    <tr key={`${policy} ${decoding}`}>
                      <th scope="row">{policy}</th>
                      <td>{decoding}</td>
                      {cells.map((cell, i) => (
                        <td key={table.columns[i]?.metric} class={cell?.best ? 'best' : ''}>
                          {cell?.text ?? '–'}
                          <small>{cell?.range}</small>
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ))}
        </section>
      ))}
      <details>
        <summary>The whole config</summary>
        <pre>{JSON.stringify(page.config, null, 2)}</pre>
      </details>
    </>
  )
}

function Stages({ page: { stages, done } }: { readonly page: RunPage }) {
  return (
    <ul class="stages">
      {stages.map(({ name, label, about, kind, steps, seconds }, i) => (
        <li key={name}>
          <b>{label}</b> {about}: {kind === 'rl' ? 'GRPO' : 'supervised'}, {done[i]} of {steps} steps, {seconds.toFixed(0)} s
          <progress aria-label={`Steps of ${label}`} value={done[i]} max={steps} />
        </li>
      ))}
    </ul>
  )
}

function Curves({ page, lines }: RunData) {
  const [smoothing, setSmoothing] = useState(0.025)
  const [game, setGame] = useState('')
  return (
    <>
      <p class="controls">
        <label>
          Game{' '}
          <select value={game} onChange={(event) => setGame(event.currentTarget.value)}>
            <option value="">all together</option>
            {page.games.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          Smoothing{' '}
          <input
            type="range"
            min="0"
            max="0.2"
            step="0.005"
            value={smoothing}
            onInput={(event) => setSmoothing(Number(event.currentTarget.value))}
          />
        </label>
        <span class="note">Point at a curve for its values, drag to zoom, double click to go back.</span>
      </p>
      {(['rl', 'supervised'] as const).map((kind) => (
        <div class="curves" key={kind}>
          {page.charts[kind].map((info) => (
            <Curve
              key={info.key}
              info={info}
              stages={page.stages.filter((stage) => stage.kind === kind)}
              lines={lines.filter(({ stage }) => page.stages.some((one) => one.kind === kind && one.name === stage))}
              field={game === '' ? info.key : `${game}.${info.key}`}
              smoothing={smoothing}
            />
          ))}
        </div>
      ))}
    </>
  )
}
