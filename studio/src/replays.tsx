/** Replays of evaluation games, one step at a time: by button, slider or arrow key. */
import { useEffect, useState } from 'preact/hooks'
import type { ReplayStep, ReplaysPage } from '../../src/report/replays-page.ts'

type Cells = ReplayStep['truth']

const widthOf = (...boards: readonly Cells[]): number => Math.max(0, ...boards.flat().map(({ length }) => length))

/** Cells that differ between two boards, of whatever shapes. */
function differences(truth: Cells, read: Cells): number {
  const columns = Array.from({ length: widthOf(truth, read) }, (_, column) => column)
  const rows = Array.from({ length: Math.max(truth.length, read.length) }, (_, row) => row)
  return rows.reduce((sum, row) => sum + columns.filter((column) => truth[row]?.[column] !== read[row]?.[column]).length, 0)
}

/** The cells of a board; where `truth` is given, those that differ from it are marked, and cells that lack are shown as such. */
function Board({ cells, truth, name }: { readonly cells: Cells; readonly truth: Cells | null; readonly name: string }) {
  const columns = Array.from({ length: truth === null ? widthOf(cells) : widthOf(cells, truth) }, (_, column) => column)
  const rows = Array.from({ length: Math.max(cells.length, truth?.length ?? 0) }, (_, row) => row)
  return (
    <table class="cellboard" aria-label={name}>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            {columns.map((column) => {
              const own = cells[row]?.[column]
              const wanted = truth?.[row]?.[column]
              return truth === null || own === wanted ? (
                <td key={column}>{own ?? ''}</td>
              ) : (
                <td key={column} class="wrong" title={wanted === undefined ? 'there is no such cell' : `is ${wanted}`}>
                  {own ?? 'missing'}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The reply as it was written, its tags in colour. */
function Reply({ text }: { readonly text: string }) {
  if (text === '') return <pre class="note">(empty)</pre>
  const parts = text.split(/(<\/?(?:perception|think|rationale|answer|move)>)/)
  return (
    <pre>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <b class="replay-tag" key={i}>
            {part}
          </b>
        ) : (
          part
        ),
      )}
    </pre>
  )
}

function Step({ step }: { readonly step: ReplayStep }) {
  const { truth, read, action, outcome, problem, reward, regret } = step
  const wrong = read === null ? null : differences(truth, read)
  return (
    <div class="replay-step">
      <div>
        <h3>Picture</h3>
        {step.picture === null ? <p class="note">no picture</p> : <img src={step.picture} alt="the board as the model sees it" />}
      </div>
      <div>
        <h3>True</h3>
        <Board cells={truth} truth={null} name="the true board" />
        <h3>{wrong === null ? 'Read: nothing readable' : wrong === 0 ? 'Read: all right' : `Read: ${wrong} wrong`}</h3>
        {read !== null && <Board cells={read} truth={truth} name="the board as read" />}
      </div>
      <div>
        <h3>Reply</h3>
        <Reply text={step.reply} />
      </div>
      <dl class="runfacts">
        <div>
          <dt>action</dt>
          <dd>{action ?? 'none'}</dd>
        </div>
        <div class={outcome === 'played' ? '' : 'bad'}>
          <dt>outcome</dt>
          <dd>{outcome}</dd>
        </div>
        <div>
          <dt>reward</dt>
          <dd>{Number(reward.toFixed(2))}</dd>
        </div>
        <div>
          <dt>regret</dt>
          <dd>{regret === null ? 'undefined' : Number(regret.toFixed(2))}</dd>
        </div>
        {problem !== null && (
          <div class="bad">
            <dt>problem</dt>
            <dd>{problem}</dd>
          </div>
        )}
      </dl>
      <details class="replay-prompt">
        <summary>Prompt</summary>
        <pre>{step.prompt}</pre>
      </details>
    </div>
  )
}

export function Replays({ page: { first, replays } }: { readonly page: ReplaysPage }) {
  const [choice, setChoice] = useState(first)
  const [at, setAt] = useState(0)
  const steps = replays[choice]?.steps ?? []
  const place = Math.max(0, Math.min(steps.length - 1, at))
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|INPUT|TEXTAREA)$/.test((event.target as Element).tagName)) return
      const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
      if (by === 0) return
      event.preventDefault()
      setAt((before) => Math.max(0, Math.min(steps.length - 1, before + by)))
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [steps.length])
  const step = steps[place]
  return (
    <>
      <p class="note">Steps of evaluation games, evenly spread. Cells read wrongly are marked.</p>
      <p class="controls">
        <select
          aria-label="Replay"
          value={choice}
          onChange={(event) => {
            setChoice(Number(event.currentTarget.value))
            setAt(0)
          }}
        >
          {replays.map(({ title }, i) => (
            <option key={i} value={i}>
              {title}
            </option>
          ))}
        </select>
        <button type="button" disabled={place <= 0} onClick={() => setAt(place - 1)}>
          ← Back
        </button>
        <button type="button" disabled={place >= steps.length - 1} onClick={() => setAt(place + 1)}>
          Next →
        </button>
        <input
          type="range"
          min="0"
          max={Math.max(0, steps.length - 1)}
          value={place}
          aria-label="Step"
          onInput={(event) => setAt(Number(event.currentTarget.value))}
        />
        <span class="note" aria-live="polite" data-control="place">
          {steps.length === 0 ? 'no steps' : `${place + 1} of ${steps.length}`}
        </span>
        <span class="note">
          or <kbd>←</kbd> <kbd>→</kbd>
        </span>
      </p>
      {step !== undefined && <Step step={step} />}
    </>
  )
}
