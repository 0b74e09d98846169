/** The studio: the navigation, and the view that the address names. */
import { render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf, usePlace, type View } from './router.tsx'
import { VIEWS } from './views.ts'
import 'uplot/dist/uPlot.min.css'
import './style.css'

function App() {
  const place = usePlace()
  const view = VIEWS.find(({ name }) => name === place.name) ?? (place.name === '' ? (VIEWS[0] as View) : null)
  const first = useRef(true)
  useEffect(() => {
    document.title = `${view?.title ?? 'No view'} · vlm-gym studio`
    // A reader who does not see the page is taken to the new view, and one who has just come is not.
    if (!first.current) document.getElementById('view')?.focus()
    first.current = false
  }, [view])
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('view')?.focus()}>
        to the content
      </button>
      <header>
        <b>vlm-gym studio</b>
        <nav aria-label="Views">
          {VIEWS.map(({ name, title }) => (
            <a key={name} href={addressOf(name)} aria-current={name === view?.name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <div id="view" tabIndex={-1}>
        {view === null ? (
          <main>
            <p class="problem" role="alert">
              There is no view {JSON.stringify(place.name)} here; choose one above.
            </p>
          </main>
        ) : (
          <view.page key={view.name} parts={place.parts} query={place.query} />
        )}
      </div>
    </>
  )
}

render(<App />, document.getElementById('app') as HTMLElement)
