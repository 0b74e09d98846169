/** The views of the studio, in the order of the navigation; the first stands at the bare address. A view is a file in views/ and a line here. */
import { later, type View } from './router.tsx'
import { RunView } from './views/run.tsx'

export const VIEWS: readonly View[] = [
  { name: 'run', title: 'Runs', page: RunView },
  // Others load their script when they are opened.
  { name: 'compare', title: 'Compare', page: later(() => import('./views/compare.tsx')) },
  { name: 'transcripts', title: 'Transcripts', page: later(() => import('./views/transcripts.tsx')) },
  { name: 'play', title: 'Play', page: later(() => import('./views/play.tsx')) },
  { name: 'games', title: 'Games', page: later(() => import('./views/games.tsx')) },
  { name: 'wall', title: 'Live wall', page: later(() => import('./views/wall.tsx')) },
]
