/** A reply as it came: its tags in colour, what it says of the board and thinks marked true or false. */
import type { Statement } from '../../../src/game.ts'

const TAGS = /<\/?(?:perception|think|answer|rationale|move)>/g

interface Stretch {
  readonly start: number
  readonly end: number
  readonly look: string
  readonly title: string
}

/** The stretches of a text that are marked, in order and apart from each other. */
function stretchesOf(text: string, parts: readonly Statement[], thoughts: readonly Statement[]): Stretch[] {
  const tags = [...text.matchAll(TAGS)].map(({ index, 0: tag }) => ({ start: index, end: index + tag.length, look: 'tag', title: '' }))
  const said = (of: readonly Statement[], what: string): Stretch[] =>
    of.map(({ start, end, holds }) => ({ start, end, look: holds ? 'holds' : 'fails', title: `${what}: ${holds ? 'true' : 'false'}` }))
  const all = [...tags, ...said(parts, 'read'), ...said(thoughts, 'thought')].sort((a, b) => a.start - b.start)
  let behind = 0
  return all.filter(({ start, end }) => {
    const apart = start >= behind
    if (apart) behind = end
    return apart
  })
}

export function ReplyText({
  text,
  parts,
  thoughts,
}: {
  readonly text: string
  readonly parts: readonly Statement[]
  readonly thoughts: readonly Statement[]
}) {
  if (text === '') return <p class="note">There is no reply.</p>
  const stretches = stretchesOf(text, parts, thoughts)
  const pieces = stretches.flatMap(({ start, end, look, title }, i) => [
    text.slice(stretches[i - 1]?.end ?? 0, start),
    look === 'tag' ? (
      <span key={start} class="tag">
        {text.slice(start, end)}
      </span>
    ) : (
      <mark key={start} class={look} title={title}>
        {text.slice(start, end)}
        {look === 'fails' && <span class="unseen"> (false)</span>}
      </mark>
    ),
  ])
  return (
    <pre class="reply">
      {pieces}
      {text.slice(stretches.at(-1)?.end ?? 0)}
    </pre>
  )
}
