/** The studio: the navigation, and the view that the address names. */
import { render } from 'preact'
import { addressOf, usePlace, type View } from './router.tsx'
import { VIEWS } from './views.ts'
import 'uplot/dist/uPlot.min.css'
import './style.css'

function App() {
  const place = usePlace()
  const view = VIEWS.find(({ name }) => name === place.name) ?? (place.name === '' ? (VIEWS[0] as View) : null)
  return (
    <>
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
      {view === null ? (
        <main>
          <p class="problem" role="alert">
            There is no view {JSON.stringify(place.name)} here; choose one above.
          </p>
        </main>
      ) : (
        <view.page key={view.name} parts={place.parts} query={place.query} />
      )}
    </>
  )
}

render(<App />, document.getElementById('app') as HTMLElement)
