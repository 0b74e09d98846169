/** Policies × games between random legal moves and the expert: a panel a game, marks with their 95 % intervals. */
import type { Panel } from '../../src/report/scale-chart.ts'

const points = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2 })

export function Panels({ panels, legend }: { readonly panels: readonly Panel[]; readonly legend: string }) {
  return (
    <>
      <div class="panels">
        {panels.map((panel) => (
          <PanelChart key={panel.title} panel={panel} />
        ))}
      </div>
      <p class="note">{legend}</p>
    </>
  )
}

function PanelChart({ panel: { title, note, random, expert, rows } }: { readonly panel: Panel }) {
  const means = [...rows.flatMap(({ marks }) => marks), random, expert].flatMap((one) => one?.mean ?? [])
  const top = Math.max(1e-9, ...means) * 1.1
  const bottom = Math.min(0, ...means)
  const at = (value: number): number => Math.min(100, Math.max(0, (100 * (value - bottom)) / (top - bottom)))
  return (
    <figure class="panel">
      <figcaption>
        {title} <small>{note}</small>
      </figcaption>
      <p class="ends">
        {random && `dashed: random legal ${points(random.mean)}`}
        {random && expert && ' · '}
        {expert && `solid: solver ${points(expert.mean)}`}
      </p>
      <table class="scale">
        <tbody>
          {rows.map(({ label, colour, marks }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class={`track k${colour}`}>
                {random && <i class="below" style={{ width: `${at(random.mean)}%` }} />}
                {random && <i class="end" style={{ left: `${at(random.mean)}%` }} />}
                {expert && <i class="end expert" style={{ left: `${at(expert.mean)}%` }} />}
                {marks.map((mark, i) => (
                  <span key={mark.title} title={mark.title}>
                    <i
                      class="span"
                      style={{ left: `${at(mark.low)}%`, width: `${at(mark.high) - at(mark.low)}%`, top: `${9 + 10 * i}px` }}
                    />
                    <i class={`dot ${mark.look}`} style={{ left: `${at(mark.mean)}%`, top: `${9 + 10 * i}px` }} />
                  </span>
                ))}
              </td>
              <td class="value">{marks.map(({ mean }) => points(mean)).join(' / ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}
