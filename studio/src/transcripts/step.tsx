/** One step: the picture that was sent, the board as it was read, the reply, and what is true of it. */
import type { Cells, ShownStep } from '../../../src/studio/shown-step.ts'
import { addressOf } from '../router.tsx'
import { ReplyText } from './reply.tsx'
import { MARKS, number } from './words.ts'

export function StepView({ step, game }: { readonly step: ShownStep; readonly game: string }) {
  const { picture, sent, board, prompt, before, reply, parts, thoughts, truth, read, problem, reasoning, marks, token } = step
  return (
    <>
      {marks.length > 0 && (
        <p class="step-marks">
          {marks.map((mark) => (
            <span key={mark} class={`mark wide ${mark}`}>
              <b>{MARKS[mark].sign}</b> {MARKS[mark].name}
            </span>
          ))}
          {problem !== null && <span class="why">{problem}</span>}
        </p>
      )}
      <div class="step">
        <figure>
          <figcaption>{sent ? 'The picture that was sent' : 'The board, drawn large'}</figcaption>
          <img src={picture} alt="The board as the player was shown it" />
        </figure>
        <figure>
          <figcaption>{readingTitle(truth, read)}</figcaption>
          {board === null || read === null ? (
            <Told truth={truth} read={read} />
          ) : (
            <ReadBoard picture={board.picture} rows={board.rows} columns={board.columns} truth={truth} read={read} />
          )}
        </figure>
        <div class="said-there">
          <h3>Reply</h3>
          <ReplyText text={reply} parts={parts} thoughts={thoughts} />
        </div>
        <Facts step={step} />
      </div>
      {reasoning !== null && (
        <details>
          <summary>Thoughts that the server kept apart</summary>
          <pre>{reasoning}</pre>
        </details>
      )}
      <details>
        <summary>Prompt</summary>
        {before !== null && <p class="note">{before}.</p>}
        <pre>{prompt}</pre>
      </details>
      {token !== null && (
        <p>
          <a class="button" href={addressOf('play', [game], { state: token })}>
            Play on from this state
          </a>
        </p>
      )}
    </>
  )
}

const cellsApart = (truth: Cells, read: Cells): number =>
  truth.reduce((sum, row, r) => sum + row.filter((label, c) => read[r]?.[c] !== label).length, 0)

function readingTitle(truth: Cells, read: Cells | null): string {
  if (read === null) return 'What it read: nothing readable'
  const wrong = cellsApart(truth, read)
  const count = truth.reduce((sum, row) => sum + row.length, 0)
  return wrong === 0 ? 'What it read: all right' : `What it read: ${wrong} of ${count} wrong`
}

/** The board with every cell that was read wrongly crossed, and what it was read as. */
function ReadBoard(props: {
  readonly picture: string
  readonly rows: number
  readonly columns: number
  readonly truth: Cells
  readonly read: Cells
}) {
  const { picture, rows, columns, truth, read } = props
  return (
    <div class="read-board">
      <img src={picture} alt="" />
      <div
        class="read-cells"
        style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, gridTemplateRows: `repeat(${rows}, 1fr)` }}
        role="img"
        aria-label={readingTitle(truth, read)}
      >
        {truth.flatMap((row, r) =>
          row.map((label, c) => {
            const seen = read[r]?.[c]
            const right = seen === label
            return (
              <span key={`${r} ${c}`} class={right ? 'right' : 'wrong'} title={right ? label : `${seen ?? 'left out'}; it is ${label}`}>
                {right ? '✓' : (seen ?? 'left out')}
              </span>
            )
          }),
        )}
      </div>
    </div>
  )
}

/** Text of a perception that is no grid, or that cannot be laid over the board. */
function Told({ truth, read }: { readonly truth: Cells; readonly read: Cells | null }) {
  const lines = Array.from({ length: Math.max(truth.length, read?.length ?? 0) }, (_, at) => at)
  const text = (cells: Cells | null, at: number): string => cells?.[at]?.join(' | ') ?? ''
  return (
    <table class="told">
      <thead>
        <tr>
          <th scope="col">true</th>
          {read !== null && <th scope="col">read</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map((at) => (
          <tr key={at} class={read !== null && text(truth, at) !== text(read, at) ? 'wrong' : ''}>
            <td>{text(truth, at)}</td>
            {read !== null && <td>{text(read, at)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Facts({ step }: { readonly step: ShownStep }) {
  const { action, outcome, reward, regret, best, usage, finish, assembly, thoughts } = step
  const right = thoughts.filter(({ holds }) => holds).length
  const facts: readonly (readonly [string, string | null])[] = [
    ['move', action],
    ['outcome', outcome],
    ['points', number(reward)],
    ['regret', regret === null ? null : number(regret)],
    ['true thoughts', thoughts.length === 0 ? null : `${right} of ${thoughts.length}`],
    ['tokens in', usage?.inputTokens === undefined || usage.inputTokens === null ? null : number(usage.inputTokens)],
    ['tokens out', usage?.outputTokens === undefined || usage.outputTokens === null ? null : number(usage.outputTokens)],
    ['cost', usage?.cost === undefined || usage.cost === null ? null : number(usage.cost, 6)],
    ['latency', usage === null ? null : `${number(usage.seconds)} s`],
    ['requests', usage === null ? null : String(usage.requests)],
    ['stopped by', finish],
    ['put together', assembly],
  ]
  return (
    <div class="facts">
      <dl>
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {best.length > 0 && (
        <table class="best-moves">
          <thead>
            <tr>
              <th scope="col">expert’s moves</th>
              <th scope="col">score</th>
            </tr>
          </thead>
          <tbody>
            {best.map((move) => (
              <tr key={move.action} class={move.action === action ? 'chosen' : ''}>
                <td>
                  {move.action}
                  {move.action === action && <small> played</small>}
                </td>
                <td>{number(move.score)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
