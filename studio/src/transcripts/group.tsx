/** The replies of a group of training side by side: what each was worth, against the others. */
import type { ShownStep, Worth } from '../../../src/studio/shown-step.ts'
import { ReplyText } from './reply.tsx'
import { MARKS, number } from './words.ts'

const SECTIONS = [
  ['perception', 'perception'],
  ['think', 'thoughts'],
  ['answer', 'answer'],
] as const

/** To two digits, with a minus sign of its own; nothing is less than nothing. */
const plain = (value: number): string => {
  const text = number(Math.abs(value))
  return value < 0 && text !== '0' ? `−${text}` : text
}
const signed = (value: number): string => (value > 0 && plain(value) !== '0' ? `+${plain(value)}` : plain(value))

export function GroupReplies(props: {
  readonly steps: readonly ShownStep[]
  readonly at: number
  readonly onChoose: (reply: number) => void
}) {
  const { steps, at, onChoose } = props
  const most = Math.max(1e-9, ...steps.map(({ worth }) => Math.abs(worth?.advantage ?? 0)))
  return (
    <ol class="group" aria-label="Replies">
      {steps.map(({ worth, marks, action, reply, parts, thoughts }, i) => (
        <li key={i} class={i === at ? 'here' : ''}>
          <p class="chosen">
            <button type="button" aria-current={i === at ? 'true' : undefined} onClick={() => onChoose(i)}>
              Reply {i + 1}
            </button>
            <span>{action === null ? 'no move' : `move ${action}`}</span>
            {marks.map((mark) => (
              <span key={mark} class={`mark ${mark}`} title={MARKS[mark].about}>
                {MARKS[mark].sign}
                <span class="unseen"> {MARKS[mark].name}</span>
              </span>
            ))}
          </p>
          {worth !== null && <WorthOf worth={worth} most={most} />}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long reply is scrolled by keys */}
          <section class="text" tabIndex={0} aria-label={`Text of reply ${i + 1}`}>
            <ReplyText text={reply} parts={parts} thoughts={thoughts} />
          </section>
        </li>
      ))}
    </ol>
  )
}

/** Rewards and advantages as a small table, and the advantage as a bar to the left or right of the middle. `most`: that of the longest bar. */
function WorthOf({ worth: { rewards, advantages, reward, advantage }, most }: { readonly worth: Worth; readonly most: number }) {
  const width = (50 * Math.abs(advantage)) / most
  return (
    <>
      <div class="scale" aria-hidden="true">
        <i class={advantage < 0 ? 'below' : 'above'} style={{ width: `${width}%`, left: advantage < 0 ? `${50 - width}%` : '50%' }} />
      </div>
      <table class="worth">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">part</span>
            </th>
            <th scope="col">reward</th>
            <th scope="col">advantage</th>
          </tr>
        </thead>
        <tbody>
          {SECTIONS.map(([name, title]) => (
            <tr key={name}>
              <th scope="row">{title}</th>
              <td>{plain(rewards[name])}</td>
              <td>{signed(advantages[name])}</td>
            </tr>
          ))}
          <tr class="sum">
            <th scope="row">all</th>
            <td>{plain(reward)}</td>
            <td>{signed(advantage)}</td>
          </tr>
        </tbody>
      </table>
    </>
  )
}
