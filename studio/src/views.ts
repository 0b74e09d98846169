/** The views of the studio, in the order of the navigation; the first stands at the bare address. A view is a file in views/ and a line here. */
import { later, type View } from './router.tsx'
import { SITE } from './site.ts'

const games: View = { name: 'games', title: 'Games', page: later(() => import('./views/games.tsx')) }
const play: View = { name: 'play', title: 'Play', page: later(() => import('./views/play.tsx')) }
const wall: View = { name: 'wall', title: 'Live wall', page: later(() => import('./views/wall.tsx')) }

/** The views that need a server. Each loads its script when it is opened. */
const SERVED: readonly View[] = [
  { name: 'run', title: 'Runs', page: later(async () => ({ default: (await import('./views/run.tsx')).RunView })) },
  { name: 'compare', title: 'Compare', page: later(() => import('./views/compare.tsx')) },
  { name: 'transcripts', title: 'Transcripts', page: later(() => import('./views/transcripts.tsx')) },
]

const STATIC: readonly View[] = [{ name: 'runs', title: 'Runs', page: later(() => import('./views/site-runs.tsx')) }]

export const VIEWS: readonly View[] = SITE ? [games, play, wall, ...STATIC] : [...SERVED, play, games, wall]
