import { createTokenizer } from '@vlm-gym/engine-onnx'
import { describe, expect, it } from 'vitest'
import { gameNamed, gridOf, loadGames, registerGame } from '../games/index.ts'
import { envSpec, formatReply, observationOf } from '../gym/index.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import { promptOf } from '../messages.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { lexiconOf } from './lexicon.ts'
import { presetNamed } from './presets.ts'
import { sampleState } from './states.ts'

const games = await loadGames()
describe('the vocabulary', () => {
  const tokenizer = createTokenizer(lexiconOf(games), '</answer>')
  const skin = { theme: 'classic', tile: 16, layout: 'board' } as const

  for (const game of games) {
    it(`writes every prompt and reply of ${game.id}, and reads it back letter by letter`, () => {
      const spec = envSpec({ game, skin, promptStyle: 'brief' })
      for (let i = 0; i < 60; i++) {
        const { snapshot } = sampleState(
          { spec, horizon: 60 },
          { scatter: 0.4, teacher: 0.5, narrow: 0.2, refused: 0.3 },
          deriveSeed(i, game.id),
        )
        const { state } = snapshot
        const answer = game.answer.format(state, seededRng(i, 'answer').pick(game.rules.actions(state)))
        const think = game.teacher?.teach(state, { blind: i % 2 === 0 }).think ?? ''
        const reply = formatReply({ perception: game.perception.format(game.perception.of(state)), think, answer })
        for (const text of [reply, promptOf(observationOf(spec, snapshot))]) {
          const tokens = tokenizer.encode(text)
          expect(tokenizer.decode(tokens)).toBe(text)
        }
        // A cell of the board is one token, so replies stay short.
        const grid = gridOf(game, state)
        if (grid !== null)
          expect(tokenizer.encode(`\n${game.perception.format(game.perception.of(state))}`)).toHaveLength(grid.rows * grid.columns)
        expect(tokenizer.encode(reply).at(-1)).toBe(tokenizer.stopToken)
      }
    })
  }

  it('of a run is that of its own games: a game that is registered later changes no other run', async () => {
    const wordsOf = (name: string): string[] => lexiconOf(presetNamed(name).games.map(({ id }) => gameNamed(id)))
    const before = [wordsOf('laptop'), wordsOf('quick')]
    registerGame({ ...toyGame, id: 'toy-words' })
    expect([wordsOf('laptop'), wordsOf('quick')]).toEqual(before)
    const [laptop, quick] = before as [string[], string[]]
    // Its games in their order.
    expect(laptop).toEqual(lexiconOf(await loadGames(['2048', 'shisen-sho', 'picture-shisen-sho', 'swap'])))
    expect(quick.length).toBeLessThan(laptop.length)
    expect(lexiconOf([gameNamed('toy-words')])).not.toEqual(lexiconOf([]))
  })

  it('refuses unknown text, naming the place', () => {
    expect(() => tokenizer.encode('<perception>你好')).toThrow(/offset 12/)
  })
})
