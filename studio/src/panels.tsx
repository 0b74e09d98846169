/** Policies × games between random legal moves and the expert: a panel a game, marks with their 95 % intervals; saved as a picture. */
import type { Panel } from '../../src/report/scale-chart.ts'
import { panelsPicture } from './panels-picture.ts'
import { saveFile } from './save.ts'

/** Points as people write them: whole from 100 on, else one digit, two below 10. */
export function points(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Per cent of the width at which a value stands. */
export const placeOf = ({ scale: { low, high } }: Panel, value: number): number =>
  Math.min(100, Math.max(0, (100 * (value - low)) / (high - low)))

/** What the ends of the scale are. */
export const endsText = ({ random, expert }: Panel): string =>
  [random && `dashed: random legal moves ${points(random.mean)}`, expert && `solid: expert (solver) ${points(expert.mean)}`]
    .filter((part) => part !== null)
    .join(' · ')

/** Characters of a label that stands in a line of its own. */
const LONG = 24

export function Panels({ panels, legend, name }: { readonly panels: readonly Panel[]; readonly legend: string; readonly name: string }) {
  if (panels.length === 0) return null
  const save = async (): Promise<void> => saveFile(`${name}.png`, await panelsPicture(panels, name))
  return (
    <>
      <div class="panels">
        {panels.map((panel) => (
          <PanelChart key={panel.title} panel={panel} />
        ))}
      </div>
      <p class="note">
        {legend}{' '}
        <button type="button" class="plain" onClick={save}>
          PNG<span class="unseen"> of the chart</span>
        </button>
      </p>
    </>
  )
}

function PanelChart({ panel }: { readonly panel: Panel }) {
  const { title, note, random, expert, rows } = panel
  const at = (value: number): string => `${placeOf(panel, value).toFixed(2)}%`
  return (
    <figure class="panel">
      <figcaption>
        {title} <small>{note}</small>
      </figcaption>
      <p class="ends">{endsText(panel)}</p>
      <table class="scale" aria-label={`${title}, ${note}`}>
        <tbody>
          {rows.map(({ label, colour, marks }) => (
            <tr key={label}>
              <th scope="row" class={label.length > LONG ? 'long' : ''}>
                {label}
              </th>
              <td class={`track k${colour} ${marks.length > 1 ? 'two' : ''}`}>
                {random && <i class="below" style={{ width: at(random.mean) }} />}
                {random && <i class="end" style={{ left: at(random.mean) }} />}
                {expert && <i class="end expert" style={{ left: at(expert.mean) }} />}
                {marks.map((mark) => (
                  <span key={mark.title} title={mark.title} class={`scalemark ${mark.look}`}>
                    <i
                      class="span"
                      style={{ left: at(mark.low), width: `${(placeOf(panel, mark.high) - placeOf(panel, mark.low)).toFixed(2)}%` }}
                    />
                    {mark.dots?.map((dot, seed) => (
                      <i class="seed" key={seed} style={{ left: at(dot) }} />
                    ))}
                    <i class="dot" style={{ left: at(mark.mean) }} />
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
