/** What training makes of every game is made of the words of that game, misread boards included: an engine has no others. */
import { expect, it } from 'vitest'
import { loadGames } from '../games/registry.ts'
import { difficulty, envSpec } from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import { splitGreedily } from '../testing/ensure.ts'
import { captionExample, type Example, teacherExample } from './examples.ts'
import { lexiconOf } from './lexicon.ts'
import type { MixEntry } from './states.ts'

const HABITS = { skins: 1, labelNoise: 0.4, told: 0.25, insight: 0.2, legal: 0.4 }
const SOURCE = { scatter: 0.5, teacher: 0.5, narrow: 0.1, refused: 0.2 }
const SEEDS = 150

const games = (await loadGames()).filter(({ embedded }) => embedded !== undefined)

it.each(games)('examples of $id have no word that its engine lacks', (game) => {
  const words = [...lexiconOf([game])]
  const look = { theme: 'classic', tile: 8, layout: 'board' } as const
  const configs = [
    game.config.parse({}),
    game.config.parse(game.presets?.laptop?.config ?? {}),
    ...[0, 1, 2].map((level) => difficulty(game, { perception: level, reasoning: level }, look).config),
  ]
  for (const [i, config] of configs.entries()) {
    const spec = envSpec({ game, config, skin: look, promptStyle: 'brief', horizon: 12 })
    const entry: MixEntry = { spec, weight: 1, horizon: 12 }
    for (let seed = 0; seed < SEEDS / configs.length; seed++) {
      const made: Example[] = [
        captionExample(entry, SOURCE, HABITS, seed),
        teacherExample(entry, SOURCE, { blind: true, slip: 0.2, insight: 0.2 }, seed),
      ]
      for (const { observation, reply } of made) {
        const text = `${promptOf({ game: game.id, ...observation })}${observation.prefix ?? ''}${reply}`
        const split = splitGreedily(text, words)
        expect(typeof split === 'number' ? `config ${i}, seed ${seed}: ${JSON.stringify(text.slice(split, split + 30))}` : null).toBeNull()
      }
    }
  }
})
