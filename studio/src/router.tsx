/** The address behind the # of the page: '#/<view>/<part>/…?<name>=<value>'. A view is a component that gets what follows its own name. */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** What an address says to its view. */
export interface Place {
  /** What stands behind the name of the view, decoded: ['0', 'curves']. */
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

/** A view of the studio. */
export interface View {
  /** Its addresses begin with '#/<name>'. */
  readonly name: string
  /** In the navigation. */
  readonly title: string
  /** Draws the element <main>. */
  readonly page: ComponentType<Place>
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** An address of a view, for a link. */
export function addressOf(name: string, parts: readonly string[] = [], query: Readonly<Record<string, string>> = {}): string {
  const rest = new URLSearchParams(query).toString()
  return `#/${[name, ...parts].map(encodeURIComponent).join('/').replaceAll('%2C', ',')}${rest === '' ? '' : `?${rest}`}`
}

function readAddress(hash: string): Place & { readonly name: string } {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const [name = '', ...parts] = path.split('/').map(decoded)
  return { name, parts, query: new URLSearchParams(query) }
}

/** The address as it stands, followed. */
export function usePlace(): Place & { readonly name: string } {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = (): void => setHash(location.hash)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return readAddress(hash)
}

/** A view whose script is loaded when it is first opened; the module's default export is the component. */
export function later(load: () => Promise<{ readonly default: ComponentType<Place> }>): ComponentType<Place> {
  return function Later(place: Place) {
    const [Page, setPage] = useState<ComponentType<Place> | null>(null)
    const [problem, setProblem] = useState<string | null>(null)
    useEffect(() => {
      load().then(
        (module) => setPage(() => module.default),
        () => setProblem('this view could not be loaded; is the server still there? Reload the page'),
      )
    }, [])
    if (Page !== null) return <Page {...place} />
    return (
      <main>
        {problem === null ? (
          <p>Opening…</p>
        ) : (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </main>
    )
  }
}
