/** Transcripts from the server: the folders, the list of episodes of one, kept up to date, and one episode. */
import { useEffect, useState } from 'preact/hooks'
import type { ListedEpisode, ShownEpisode } from '../../../src/studio/shown-step.ts'
import type { TranscriptFolder } from '../../../src/studio/transcript-routes.ts'
import { SITE } from '../site.ts'

/** Milliseconds between two looks at a folder. */
const PERIOD = 2000

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path)
  const body = await response.json()
  if (!response.ok) throw new Error((body as { error: string }).error)
  return body as T
}

const reasonOf = (error: unknown): string =>
  error instanceof TypeError ? 'the server does not answer; the page tries again' : (error as Error).message

/** A value that is asked for again and again; `problem`: why it could not be had at the last look. */
export interface Looked<T> {
  readonly value: T | null
  readonly problem: string | null
}

/** `look` is called now and after every period until it has given a value and `once` is set; undefined: nothing new. */
function useLook<T>(look: () => Promise<T | undefined>, keys: readonly unknown[], once: boolean): Looked<T> {
  const [looked, setLooked] = useState<Looked<T>>({ value: null, problem: null })
  useEffect(() => {
    let open = true
    let timer: ReturnType<typeof setTimeout>
    setLooked({ value: null, problem: null })
    const again = async (): Promise<void> => {
      let done = false
      try {
        const value = await look()
        done = once
        if (open) setLooked((before) => ({ value: value === undefined ? before.value : value, problem: null }))
      } catch (error) {
        if (open) setLooked(({ value }) => ({ value, problem: reasonOf(error) }))
      }
      if (open && !done) timer = setTimeout(again, PERIOD)
    }
    void again()
    return () => {
      open = false
      clearTimeout(timer)
    }
  }, keys)
  return looked
}

export const useFolders = (): Looked<readonly TranscriptFolder[]> =>
  useLook(async () => (SITE ? [] : get<readonly TranscriptFolder[]>('/api/transcripts')), [], true)

export interface EpisodeList {
  readonly version: string
  readonly episodes: readonly ListedEpisode[]
}

export function useEpisodes(folder: string | null): Looked<EpisodeList> {
  const [seen] = useState({ folder: '', version: '' })
  const look = async (): Promise<EpisodeList | undefined> => {
    if (folder === null) return undefined
    const { version } = await get<{ version: string }>(`/api/transcripts/${folder}/version`)
    if (seen.folder === folder && seen.version === version) return undefined
    const list = await get<EpisodeList>(`/api/transcripts/${folder}`)
    Object.assign(seen, { folder, version: list.version })
    return list
  }
  return useLook(
    () => {
      return look()
    },
    [folder],
    false,
  )
}

/** `steps`: how many the list has of it, so that one that goes on is read again. */
export function useEpisode(folder: string, key: string | null, steps: number): Looked<ShownEpisode> {
  return useLook(
    async () => (key === null ? undefined : get<ShownEpisode>(`/api/transcripts/${folder}/episodes/${encodeURIComponent(key)}`)),
    [folder, key, steps],
    true,
  )
}

/** Keys of the episodes in which a text was said; null while nothing is searched for. */
export function useSearch(folder: string | null, text: string, version: string): Looked<readonly string[]> {
  return useLook(
    async () =>
      folder === null || text === ''
        ? undefined
        : get<readonly string[]>(`/api/transcripts/${folder}/search?text=${encodeURIComponent(text)}`),
    [folder, text, version],
    true,
  )
}
