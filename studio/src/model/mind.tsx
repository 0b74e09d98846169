/** What a model sees and wants in a state: the cells as it reads them, its thoughts, and how much it wants each move. */
import { useEffect, useState } from 'preact/hooks'
import { actionName } from '../../../src/cli/play/words.ts'
import { gridOf } from '../../../src/games/shared/grid-perception.ts'
import {
  type EnvSnapshot,
  type EnvSpec,
  observationOf,
  perceptionPartsOf,
  playReply,
  type ReplyReading,
  type ReplyScore,
  statementsOf,
} from '../../../src/gym/index.ts'
import { frameOf, promptOf } from '../../../src/messages.ts'
import { cellsOf } from '../../../src/studio/shown-step.ts'
import { Picture } from '../play/picture.tsx'
import { ReadCells, Told } from '../transcripts/cells.tsx'
import { ReplyText } from '../transcripts/reply.tsx'
import type { BrowserModel, ModelReply } from './model.ts'

/** Most moves whose probability is worked out. */
const MOVES = 40
/** Moves that are listed. */
const LISTED = 6

interface Mind {
  readonly reply: ModelReply
  readonly score: ReplyScore
  readonly read: ReplyReading
  /** Legal moves by how probable they are as the answer; null where the reply comes to none, or they are too many. */
  readonly wants: readonly { readonly action: string; readonly share: number }[] | null
}

const ANSWER = '<answer>'

async function mindOf(model: BrowserModel, spec: EnvSpec, now: EnvSnapshot, open: () => boolean): Promise<Mind | null> {
  const { game } = spec
  const observation = observationOf(spec, now)
  const question = { frame: frameOf(observation), prompt: promptOf(observation) }
  const reply = await model.reply(question)
  if (!open()) return null
  const { score, read } = playReply(game, now.state, reply.text)
  const legal = game.rules.legalActions(now.state).map((action) => game.answer.format(now.state, action))
  const end = reply.text.indexOf(ANSWER) + ANSWER.length
  const begun = beginningOf(reply, end)
  if (begun === null || legal.length > MOVES) return { reply, score, read, wants: null }
  const shares = await model.answers(question, begun, legal)
  const wants = legal.map((action, i) => ({ action, share: shares[i] as number })).sort((a, b) => b.share - a.share)
  return { reply, score, read, wants }
}

/** The tokens of a reply up to where its answer begins; null where it has none or a word goes on over that place. */
function beginningOf({ text, tokens, lengths }: ModelReply, end: number): number[] | null {
  if (!text.includes(ANSWER)) return null
  let length = 0
  for (const [i, one] of lengths.entries()) {
    length += one
    if (length === end) return tokens.slice(0, i + 1)
  }
  return null
}

export function ModelMind(props: {
  readonly model: BrowserModel
  /** As `modelSpec` makes it. */
  readonly spec: EnvSpec
  readonly now: EnvSnapshot
  readonly over: boolean
  readonly onMove: (answer: string) => void
}) {
  const { model, spec, now, over, onMove } = props
  const { game, skin } = spec
  const [mind, setMind] = useState<{ readonly state: unknown; readonly mind: Mind | null; readonly problem: string | null } | null>(null)
  useEffect(() => {
    let open = true
    if (!over)
      mindOf(model, spec, now, () => open).then(
        (made) => open && setMind({ state: now.state, mind: made, problem: null }),
        (error: Error) => open && setMind({ state: now.state, mind: null, problem: error.message }),
      )
    return () => {
      open = false
    }
  }, [model, spec, now.state, over])
  if (over) return <p class="note">The game is over.</p>
  if (mind === null) return <p>The model is being loaded…</p>
  const stale = mind.state !== now.state
  if (mind.problem !== null && !stale)
    return (
      <p class="problem" role="alert">
        {mind.problem}
      </p>
    )
  if (mind.mind === null) return <p>Thinking…</p>
  const { reply, score, read, wants } = mind.mind
  const { state } = mind
  const truth = cellsOf(game, game.perception.of(state))
  const seen = read.perception === null ? null : cellsOf(game, read.perception)
  const grid = gridOf(game, state)
  const nameOf = (answer: string): string => {
    const said = game.answer.parse(answer, state)
    return 'action' in said ? actionName(game, state, said.action) : answer
  }
  const unwanted = wants === null ? 0 : Math.max(0, 1 - wants.reduce((sum, { share }) => sum + share, 0))
  return (
    <div class={stale ? 'mind stale' : 'mind'} aria-live="polite" aria-busy={stale}>
      <div class="mind-sees">
        <div class="read-board">
          <Picture game={game} state={state} skin={skin} size={300} label={`The board as ${model.name} is shown it`} />
          {grid !== null && seen !== null && <ReadCells rows={grid.rows} columns={grid.columns} truth={truth} read={seen} />}
        </div>
        {(grid === null || seen === null) && <Told truth={truth} read={seen} />}
      </div>
      <div class="mind-wants">
        <p>
          <b>
            {model.name} {score.action === null ? 'makes no move' : `plays ${nameOf(score.action)}`}
          </b>
          {score.outcome === 'illegal' && ', which is illegal'}{' '}
          <small>
            {(100 * score.perceptionCells).toFixed(0)} % of the board read, {(100 * score.think).toFixed(0)} % of its thoughts true,{' '}
            {reply.milliseconds.toFixed(0)} ms in this browser
          </small>
        </p>
        {wants !== null && (
          <ul class="wants" aria-label="How much it wants each legal move">
            {wants.slice(0, LISTED).map(({ action, share }) => (
              <Want key={action} name={nameOf(action)} share={share} />
            ))}
            {unwanted > 0.005 && <Want name="no legal move" share={unwanted} />}
          </ul>
        )}
        <button type="button" disabled={stale || score.action === null} onClick={() => score.action !== null && onMove(score.action)}>
          Play its move
        </button>
        <details>
          <summary>Its reply</summary>
          <ReplyText
            text={reply.text}
            parts={perceptionPartsOf(game, state, reply.text, read)}
            thoughts={statementsOf(game, state, reply.text, read)}
          />
        </details>
      </div>
    </div>
  )
}

function Want({ name, share }: { readonly name: string; readonly share: number }) {
  return (
    <li>
      <span>{name}</span>
      <span class="bar">
        <i style={{ width: `${100 * share}%` }} />
      </span>
      <span>{(100 * share).toFixed(share < 0.1 ? 1 : 0)} %</span>
    </li>
  )
}
