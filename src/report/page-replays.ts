/** Replays as HTML: every step is in the page, escaped; the page's script shows one at a time. */
import type { Replay } from '../runs/index.ts'
import { type Html, html } from './html.ts'
import type { Policies } from './policies.ts'
import { wholeText } from './results.ts'

/** Most replays of a page. */
const REPLAYS = 12

type Step = Replay['steps'][number]
type Cells = Step['truth']

/** Up to twelve, in turn from every game, policy and decoding; listed in report order. */
export function chooseReplays(replays: readonly Replay[], names: Policies, count: number = REPLAYS): Replay[] {
  const keyOf = ({ game, policy, decoding }: Replay): string => JSON.stringify([game, policy, decoding])
  const queues = [...new Set(replays.map(keyOf))].map((key) => replays.filter((replay) => keyOf(replay) === key))
  const turns = Array.from({ length: Math.max(0, ...queues.map(({ length }) => length)) }, (_, turn) =>
    queues.flatMap((queue) => queue[turn] ?? []),
  )
  const chosen = new Set(turns.flat().slice(0, count))
  return replays.filter((replay) => chosen.has(replay)).sort((a, b) => names.compare(a.policy, b.policy))
}

/** The cells of a board; where `truth` is given, those that differ from it are marked, and cells that lack are shown as such. */
function board(cells: Cells, truth: Cells | null): Html {
  const rows = Math.max(cells.length, truth?.length ?? 0)
  const columns = Math.max(0, ...[...cells, ...(truth ?? [])].map(({ length }) => length))
  const cell = (row: number, column: number): Html => {
    const own = cells[row]?.[column]
    const wanted = truth?.[row]?.[column]
    if (truth === null || own === wanted) return html`<td>${own ?? ''}</td>`
    return html`<td class="wrong" title="${wanted === undefined ? 'there is no such cell' : `is ${wanted}`}">${own ?? 'missing'}</td>`
  }
  return html`<table class="board">${Array.from({ length: rows }, (_, row) => html`<tr>${Array.from({ length: columns }, (_, column) => cell(row, column))}</tr>`)}</table>`
}

function differences(truth: Cells, read: Cells): number {
  const rows = Math.max(truth.length, read.length)
  const columns = Math.max(0, ...[...truth, ...read].map(({ length }) => length))
  let count = 0
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) if (truth[row]?.[column] !== read[row]?.[column]) count++
  return count
}

/** The reply as it was written, its tags in colour. */
function replyText(reply: string): Html {
  if (reply === '') return html`<span class="muted">(empty)</span>`
  return html`${reply.split(/(<\/?(?:perception|think|answer)>)/).map((part, i) => (i % 2 === 1 ? html`<span class="tag">${part}</span>` : part))}`
}

/** Only pictures that are data: a page from a foreign folder must not load anything. */
function picture(url: string): Html {
  return /^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(url)
    ? html`<img src="${url}" alt="the board as a picture">`
    : html`<span class="muted">no picture</span>`
}

function fact(name: string, value: string, look = ''): Html {
  return html`<div class="${look}"><dt>${name}</dt><dd>${value}</dd></div>`
}

function stepPage(step: Step, replay: number): Html {
  const { truth, read, action, outcome, problem, reward, regret } = step
  const wrong = read === null ? null : differences(truth, read)
  const seen = wrong === null ? 'Read: nothing readable' : wrong === 0 ? 'Read: all right' : `Read: ${wrong} wrong`
  return html`<div class="step" data-replay="${replay}" hidden>
<div><h3>Picture</h3>${picture(step.picture)}</div>
<div class="boards"><div><h3>True</h3>${board(truth, null)}</div><div><h3>${seen}</h3>${read === null ? null : board(read, truth)}</div></div>
<div><h3>Reply</h3><pre class="reply">${replyText(step.reply)}</pre></div>
<dl class="facts">${fact('action', action ?? 'none')}${fact('outcome', outcome, outcome === 'played' ? '' : 'bad')}${fact('reward', wholeText(reward))}${fact('regret', regret === null ? 'undefined' : wholeText(regret))}${problem === null ? null : fact('problem', problem, 'wide bad')}</dl>
<details class="prompt"><summary>Prompt</summary><pre>${step.prompt}</pre></details>
</div>\n`
}

/** The section's body; the first to be seen is one of the stage that the run is about, or else of the last model of report order. */
export function replaysSection(all: readonly Replay[], names: Policies): Html {
  const replays = chooseReplays(all, names)
  const subject = replays.findIndex(({ policy }) => policy === names.subjects[0])
  const last = replays.findLastIndex(({ decoding }) => decoding !== 'scripted')
  const first = Math.max(0, subject >= 0 ? subject : last)
  const option = ({ game, policy, decoding, ...replay }: Replay, i: number): Html => {
    const name = `${policy}, ${decoding} · ${game}, seed ${replay.seed} · ${wholeText(replay.return)} points`
    return i === first ? html`<option value="${i}" selected>${name}</option>` : html`<option value="${i}">${name}</option>`
  }
  return html`<div id="replays">
<div class="controls">
<select data-control="choice" aria-label="Replay">${replays.map(option)}</select>
<button data-control="back" type="button">← Back</button><button data-control="next" type="button">Next →</button>
<input data-control="slider" type="range" min="0" max="0" value="0" aria-label="Step"><span data-control="place" class="muted" aria-live="polite"></span>
<span class="muted">or <kbd>←</kbd> <kbd>→</kbd></span>
</div>
${replays.map((replay, i) => replay.steps.map((step) => stepPage(step, i)))}</div>`
}
