/** The sheet of a game's levels: perception across, reasoning down, one picture each from the middle of a random game. */
import type { AnyGame } from '../game.ts'
import { type Difficulty, difficulty, drawState, LEVELS, SKIN_LEVELS, startSnapshot, walk } from '../gym/index.ts'
import { renderScene, type SheetHeading, sheetScene, themeNamed } from '../render/index.ts'
import { seededRng } from '../rng.ts'
import type { Frame, Skin } from '../scene.ts'

/** Most moves of the random game whose state after a third is shown. */
const MOVES = 60

/** The sheet as one frame. `seed`: of every game on it. */
export function levelSheet(game: AnyGame, look: Skin, seed: number): Frame {
  const at = (perception: number, reasoning: number): Difficulty<unknown> => difficulty(game, { perception, reasoning }, look)
  const levels = Array.from({ length: LEVELS }, (_, level) => level)
  const frames = levels.map((reasoning) =>
    levels.map((perception) => {
      const { config, skin } = at(perception, reasoning)
      return drawState(game, thirdOfGame(game, config, seed), skin)
    }),
  )
  const scene = sheetScene(
    {
      title: `${game.title}: levels of difficulty`,
      subtitle: 'perception across, reasoning down; the rules never depend on the picture',
      columns: levels.map((level) => perceptionHeading(game, level)),
      rows: levels.map((level) => reasoningHeading(game, level, at(0, level).lookahead)),
      frames,
    },
    themeNamed(look.theme),
  )
  return renderScene(scene)
}

/** The state a third into a game of uniform legal moves. */
function thirdOfGame(game: AnyGame, config: unknown, seed: number): unknown {
  const moments = [...walk({ game }, startSnapshot({ game, config }, seed), MOVES, seededRng(seed, 'show', 'grid'))]
  return moments[Math.floor((moments.length - 1) / 3)]?.state
}

function perceptionHeading(game: AnyGame, level: number): SheetHeading {
  const { labels, ...effects } = SKIN_LEVELS[level]!
  const knobs = namedValues(game.levels?.perception[level] ?? {})
  const shown = namedValues(effects)
  const first = [knobs.join(', '), labels ? '' : 'no labels'].filter((text) => text !== '').join(', ')
  const lines = [shown.slice(0, 2).join(', '), shown.slice(2, 4).join(', '), shown.slice(4).join(', ')]
  return { title: `perception ${level}`, notes: [first, ...(shown.length > 0 ? lines : ['as designed'])].filter((text) => text !== '') }
}

function reasoningHeading(game: AnyGame, level: number, lookahead: number): SheetHeading {
  return { title: `reasoning ${level}`, notes: [...namedValues(game.levels?.reasoning[level] ?? {}), `look-ahead ${lookahead}`] }
}

function namedValues(values: object): string[] {
  return Object.entries(values).map(([name, value]) => `${name} ${value}`)
}
