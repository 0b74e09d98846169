/** One step: the picture that was sent, the board as it was read, the reply, and what is true of it. */
import type { Cells, ShownStep } from '../../../src/studio/shown-step.ts'
import { addressOf } from '../router.tsx'
import { ReadCells, readingTitle, Told } from './cells.tsx'
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

/** The board with every cell that was read wrongly crossed, and what it was read as. */
function ReadBoard(props: {
  readonly picture: string
  readonly rows: number
  readonly columns: number
  readonly truth: Cells
  readonly read: Cells
}) {
  const { picture, ...cells } = props
  return (
    <div class="read-board">
      <img src={picture} alt="" />
      <ReadCells {...cells} />
    </div>
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
