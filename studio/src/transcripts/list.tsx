/** The list of episodes: only the rows in sight are in the page, so that ten thousand are as quick as ten. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ListedEpisode } from '../../../src/studio/shown-step.ts'
import { MARKS, number } from './words.ts'

/** Height of a row, px; as in the style sheet. */
const ROW = 54
/** Rows beyond those in sight, on either side. */
const MORE = 8

export function EpisodeRows(props: {
  readonly episodes: readonly ListedEpisode[]
  /** Key of the one that is open. */
  readonly open: string | null
  readonly onOpen: (key: string) => void
}) {
  const { episodes, open, onOpen } = props
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600 })
  const look = (): void => {
    if (box.current !== null) setView({ top: box.current.scrollTop, height: box.current.clientHeight })
  }
  useEffect(() => {
    const resize = new ResizeObserver(look)
    resize.observe(box.current as HTMLElement)
    return () => resize.disconnect()
  }, [])
  const at = episodes.findIndex(({ key }) => key === open)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || at < 0) return
    const top = at * ROW
    if (top < element.scrollTop || top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top - element.clientHeight / 2
    look()
  }, [at, episodes.length])
  const first = Math.max(0, Math.floor(view.top / ROW) - MORE)
  const last = Math.min(episodes.length, Math.ceil((view.top + view.height) / ROW) + MORE)
  return (
    <div
      ref={box}
      class="rows"
      role="listbox"
      aria-label="Episodes"
      aria-activedescendant={at >= first && at < last ? `row-${at}` : undefined}
      tabIndex={0}
      onScroll={look}
    >
      <div style={{ height: `${episodes.length * ROW}px` }} role="presentation">
        {episodes.slice(first, last).map((episode, i) => (
          <Row key={episode.key} episode={episode} at={first + i} count={episodes.length} open={first + i === at} onOpen={onOpen} />
        ))}
      </div>
    </div>
  )
}

function Row(props: {
  readonly episode: ListedEpisode
  readonly at: number
  readonly count: number
  readonly open: boolean
  readonly onOpen: (key: string) => void
}) {
  const { episode, at, count, open, onOpen } = props
  const { key, game, policy, decoding, seed, steps, points, marks, training } = episode
  const counted = `${steps} ${steps === 1 ? 'reply' : 'replies'}`
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys j and k of the view open the next and the one before
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names the row that is active
    <div
      id={`row-${at}`}
      class={open ? 'row open' : 'row'}
      role="option"
      aria-selected={open}
      aria-setsize={count}
      aria-posinset={at + 1}
      style={{ top: `${at * ROW}px` }}
      onClick={() => onOpen(key)}
    >
      <span class="who">
        {policy} <small>{decoding === 'scripted' ? '' : decoding}</small>
      </span>
      <span class="marks">
        {marks.map((mark) => (
          <i key={mark} class={`mark ${mark}`} title={`${MARKS[mark].name}: ${MARKS[mark].about}`}>
            {MARKS[mark].sign}
            <span class="unseen"> {MARKS[mark].name}</span>
          </i>
        ))}
      </span>
      <small class="what">
        {game} · {training === undefined ? counted : `step ${training.step} · reward ${number(training.reward)}`}
        {points === null ? '' : ` · ${number(points)} points`}
        {seed === null ? '' : ` · seed ${seed}`}
      </small>
    </div>
  )
}
