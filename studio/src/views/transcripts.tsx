/** The view of transcripts: the episodes that folders keep, filtered and searched, and what was seen and said in each. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { decodeState } from '../../../src/gym/index.ts'
import type { ListedEpisode, Mark, ShownStep } from '../../../src/studio/shown-step.ts'
import { SavePictures } from '../play/save-pictures.tsx'
import { useGame } from '../play/use-game.ts'
import { addressOf, type Place } from '../router.tsx'
import { useEpisode, useEpisodes, useFolders, useSearch } from '../transcripts/data.ts'
import { GroupReplies } from '../transcripts/group.tsx'
import { EpisodeRows } from '../transcripts/list.tsx'
import { StepView } from '../transcripts/step.tsx'
import { gravest, isMistake, MARKS } from '../transcripts/words.ts'
import '../play/play.css'
import '../transcripts/transcripts.css'

/** What is shown of the list. `outcome`: a mark, 'regret' for the tenth of the episodes of a game whose moves lost most, or '' for all. */
interface Filter {
  readonly outcome: Mark | 'regret' | ''
  readonly game: string
  readonly policy: string
  readonly text: string
}

const OUTCOMES: readonly Filter['outcome'][] = [
  '',
  'failed',
  'unreadable',
  'illegal',
  'misread',
  'regret',
  'going',
  'kept',
  'dropped',
  'group',
  'flat',
]
const SHARE = 0.1

/** The least regret of the highest tenth of a game's episodes, game by game. */
function highRegrets(episodes: readonly ListedEpisode[]): Map<string, number> {
  const games = new Map<string, number[]>()
  for (const { game, regret } of episodes) if (regret !== null && regret > 0) games.set(game, [...(games.get(game) ?? []), regret])
  return new Map(
    [...games].map(([game, regrets]) => [game, regrets.sort((a, b) => b - a)[Math.ceil(SHARE * regrets.length) - 1] as number]),
  )
}

export default function TranscriptsView({ parts, query }: Place) {
  const { value: folders, problem } = useFolders()
  const id = parts[0] ?? folders?.find(({ kind }) => kind !== null)?.id ?? null
  const folder = folders?.find((one) => one.id === id)
  return (
    <main class="wide transcripts">
      <h1>Transcripts</h1>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {folders !== null && folders.length === 0 && (
        <p>
          No folder was named. <code>vlm-gym studio FOLDER…</code> shows what was seen and said in training runs, evaluations and data sets.
        </p>
      )}
      {folders !== null && folders.length > 1 && (
        <nav aria-label="Folders">
          {folders.map((one) => (
            <a key={one.id} href={addressOf('transcripts', [one.id])} aria-current={one.id === id ? 'page' : undefined}>
              {one.name}
            </a>
          ))}
        </nav>
      )}
      {folders !== null && folders.length > 0 && folder === undefined && (
        <p class="problem" role="alert">
          There is no folder {id} here; choose one above.
        </p>
      )}
      {folder?.problem != null && (
        <p class="problem" role="alert">
          {folder.problem}
        </p>
      )}
      {folder !== undefined && folder.problem === null && (
        <Folder
          key={`${folder.id} ${parts[1]} ${parts[2]} ${query}`}
          id={folder.id}
          episode={parts[1] ?? null}
          step={Number(parts[2]) || 0}
          query={query}
        />
      )}
    </main>
  )
}

function Folder(props: { readonly id: string; readonly episode: string | null; readonly step: number; readonly query: URLSearchParams }) {
  const { id, query } = props
  const { value: list, problem } = useEpisodes(id)
  const [filter, setFilter] = useState<Filter>({
    outcome: OUTCOMES.find((one) => one === query.get('outcome')) ?? '',
    game: query.get('game') ?? '',
    policy: query.get('policy') ?? '',
    text: query.get('text') ?? '',
  })
  const [typed, setTyped] = useState(filter.text)
  const [at, setAt] = useState({ key: props.episode, step: props.step })
  const found = useSearch(id, filter.text, list?.version ?? '')
  const episodes = list?.episodes ?? []
  const shown = useMemo(() => {
    const said = filter.text === '' ? null : new Set(found.value ?? [])
    const high = filter.outcome === 'regret' ? highRegrets(episodes) : null
    const { outcome, game, policy } = filter
    return episodes.filter(
      (one) =>
        (game === '' || one.game === game) &&
        (policy === '' || one.policy === policy) &&
        (said === null || said.has(one.key)) &&
        (outcome === '' ||
          (high === null ? one.marks.includes(outcome as Mark) : (one.regret ?? 0) >= (high.get(one.game) ?? Number.POSITIVE_INFINITY))),
    )
  }, [list, filter, found.value])
  const open = shown.find(({ key }) => key === at.key) ?? episodes.find(({ key }) => key === at.key) ?? shown[0] ?? null
  const place = { key: open?.key ?? null, step: open !== null && open.key === at.key ? at.step : 0 }
  useEffect(() => {
    if (place.key === null) return
    const set = Object.entries(filter).filter(([, value]) => value !== '')
    history.replaceState(null, '', addressOf('transcripts', [id, place.key, String(place.step)], Object.fromEntries(set)))
  }, [place.key, place.step, filter])
  const move = (by: number): void => {
    const now = shown.findIndex(({ key }) => key === place.key)
    const next = shown[Math.min(shown.length - 1, Math.max(0, now + by))]
    if (next !== undefined) setAt({ key: next.key, step: 0 })
  }
  const values = (of: (one: ListedEpisode) => string): string[] => [...new Set(episodes.map(of))]
  const choice = (name: 'game' | 'policy', title: string) => (
    <label>
      {title}
      <select value={filter[name]} onChange={(event) => setFilter({ ...filter, [name]: event.currentTarget.value })}>
        <option value="">all</option>
        {values((one) => one[name]).map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  )
  return (
    <>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {list === null && problem === null && <p>Reading the episodes…</p>}
      {list !== null && (
        <>
          <form
            class="setup"
            aria-label="Filter"
            onSubmit={(event) => {
              event.preventDefault()
              setFilter({ ...filter, text: typed.trim() })
            }}
          >
            <label>
              Outcome
              <select
                value={filter.outcome}
                onChange={(event) => setFilter({ ...filter, outcome: event.currentTarget.value as Filter['outcome'] })}
              >
                {OUTCOMES.map((one) => (
                  <option key={one} value={one}>
                    {one === '' ? 'all' : one === 'regret' ? 'high regret' : MARKS[one].name}
                  </option>
                ))}
              </select>
            </label>
            {choice('game', 'Game')}
            {choice('policy', 'Player')}
            <label>
              Said in a reply
              <input type="text" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
            </label>
            <button type="submit">Search</button>
            <span class="count" aria-live="polite">
              {shown.length === episodes.length ? `${shown.length} episodes` : `${shown.length} of ${episodes.length} episodes`}
            </span>
          </form>
          {found.problem !== null && (
            <p class="problem" role="alert">
              {found.problem}
            </p>
          )}
          <div class="columns">
            <EpisodeRows episodes={shown} open={place.key} onOpen={(key) => setAt({ key, step: 0 })} />
            {open === null ? (
              <p>{episodes.length === 0 ? 'The folder keeps no episode yet.' : 'No episode is like this.'}</p>
            ) : (
              <Episode folder={id} episode={open} at={place.step} onStep={(step) => setAt({ key: open.key, step })} onEpisode={move} />
            )}
          </div>
        </>
      )}
    </>
  )
}

function Episode(props: {
  readonly folder: string
  readonly episode: ListedEpisode
  readonly at: number
  readonly onStep: (step: number) => void
  readonly onEpisode: (by: number) => void
}) {
  const { folder, episode, onStep, onEpisode } = props
  const { value, problem } = useEpisode(folder, episode.key, episode.steps)
  const steps = value?.key === episode.key ? value.steps : []
  const at = Math.min(props.at, Math.max(0, steps.length - 1))
  const go = (to: number): void => void (to >= 0 && to < steps.length && onStep(to))
  const mistake = (by: 1 | -1): void => {
    const wrong = (one: ShownStep, i: number): boolean => (by === 1 ? i > at : i < at) && isMistake(one.marks)
    go(by === 1 ? steps.findIndex(wrong) : steps.findLastIndex(wrong))
  }
  const onKey = useRef<(event: KeyboardEvent) => void>(() => {})
  onKey.current = (event) => {
    const target = event.target as HTMLElement
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, select, textarea, summary')) return
    const { key } = event
    if (key === 'ArrowLeft') go(at - 1)
    else if (key === 'ArrowRight') go(at + 1)
    else if (key === 'm') mistake(1)
    else if (key === 'M') mistake(-1)
    else if (key === 'j' || (key === 'ArrowDown' && target.closest('.rows'))) onEpisode(1)
    else if (key === 'k' || (key === 'ArrowUp' && target.closest('.rows'))) onEpisode(-1)
    else return
    event.preventDefault()
  }
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey.current(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
  const step = steps[at]
  const group = value?.key === episode.key && value.group === true
  return (
    <section class="episode" aria-label="Episode">
      <h2>
        {episode.policy} {episode.training === undefined ? 'plays' : 'learns'} {episode.game}
        {episode.training === undefined ? '' : `, step ${episode.training.step}`}
        {episode.seed === null ? '' : `, seed ${episode.seed}`}
      </h2>
      {episode.problem !== null && <p class="why">{episode.problem}</p>}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {value?.note && <p class="note">{value.note}</p>}
      {value === null && problem === null && <p>Playing it again…</p>}
      {steps.length > 0 && (
        <>
          <p class="stepping">
            <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
              Back <kbd>←</kbd>
            </button>
            <button type="button" disabled={at === steps.length - 1} onClick={() => go(at + 1)}>
              Next <kbd>→</kbd>
            </button>
            <button type="button" onClick={() => mistake(1)} disabled={!steps.slice(at + 1).some(({ marks }) => isMistake(marks))}>
              Next mistake <kbd>m</kbd>
            </button>
            {group && (
              <button type="button" onClick={() => onEpisode(-1)}>
                Previous group <kbd>k</kbd>
              </button>
            )}
            <button type="button" onClick={() => onEpisode(1)}>
              {group ? 'Next group' : 'Next episode'} <kbd>j</kbd>
            </button>
            <b aria-live="polite">
              {group ? 'Reply' : 'Step'} {at + 1} of {steps.length}
            </b>
          </p>
          <div class="strip">
            {steps.map(({ marks }, i) => {
              const mark = gravest(marks)
              return (
                <button
                  key={i}
                  type="button"
                  class={`mark ${mark ?? 'fine'}${i === at ? ' here' : ''}`}
                  aria-label={`${group ? 'Reply' : 'Step'} ${i + 1}: ${marks.length === 0 ? 'nothing wrong' : marks.map((one) => MARKS[one].name).join(', ')}`}
                  aria-current={i === at ? 'step' : undefined}
                  onClick={() => onStep(i)}
                >
                  {mark === null ? '·' : MARKS[mark].sign}
                </button>
              )
            })}
          </div>
        </>
      )}
      {value !== null && steps.length === 0 && <p>Nothing that was said in it was kept.</p>}
      {group && (
        <>
          {step !== undefined && <img class="asked" src={step.picture} alt="The board that all of them answer" />}
          <p class="note">
            {steps.length} replies to one state. An advantage is what a reply was worth against the others, and what its tokens were made
            more or less probable by; it is that of a whole section.
          </p>
          <GroupReplies steps={steps} at={at} onChoose={onStep} />
          <h3>Reply {at + 1}</h3>
        </>
      )}
      {step !== undefined && <StepView step={step} game={episode.game} />}
      {step !== undefined && step.token !== null && <SaveEpisode game={episode.game} steps={steps} at={at} />}
    </section>
  )
}

/** Saves the board, or all boards of an episode; a game that only a plugin of the server knows cannot be drawn here. */
function SaveEpisode({ game: id, steps, at }: { readonly game: string; readonly steps: readonly ShownStep[]; readonly at: number }) {
  const { game } = useGame(id)
  if (game === null) return null
  const stateOf = ({ token }: ShownStep): unknown => decodeState(token as string, [game]).state
  return (
    <p class="stepping">
      <SavePictures
        game={game}
        look={{ theme: 'classic', layout: 'full' }}
        state={stateOf(steps[at] as ShownStep)}
        states={() => steps.map(stateOf)}
      />
    </p>
  )
}
