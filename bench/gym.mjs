/** The gym's hot paths on one core: stepping, drawing, PNG, groups of replies. */
import { encodePng, envSpec, formatReply, GAMES, gameNamed, playGroup, renderScene, seededRng, themeNamed } from 'vlm-gym'
import { measure } from './measure.mjs'

/** States along one game of random legal moves, with the move taken. */
function walk(game, config, length) {
  const rng = seededRng(1, 'bench')
  let state = game.init(config, 1)
  return Array.from({ length }, (_, i) => {
    if (game.terminated(state)) state = game.init(config, i)
    const action = rng.pick(game.legalActions(state))
    const from = state
    state = game.step(state, action).state
    return { state: from, action }
  })
}

function repliesTo(game, state) {
  const perception = game.formatPerception(game.perceive(state))
  const think = game.teach?.(state, { blind: true }).think ?? ''
  return Array.from({ length: 5 }, (_, i) =>
    formatReply({ perception, think, answer: game.formatAction(state, game.actions(state)[i % game.actions(state).length]) }),
  )
}

export async function gymBench() {
  const rows = []
  for (const id of Object.keys(GAMES)) {
    const game = gameNamed(id)
    const { config } = envSpec({ game, skin: { theme: 'classic', tile: 16, layout: 'board' } })
    const skin = { theme: 'classic', tile: 80, layout: 'full' }
    const theme = themeNamed('classic')
    const path = walk(game, config, 256)
    const groups = path.map(({ state }) => ({ state, replies: repliesTo(game, state) }))
    let at = 0
    const next = (list) => list[at++ % list.length]
    const draw = (state) => renderScene(game.draw(state, skin, theme))
    const { width, height } = draw(path[0].state)
    const shape = `${id}, ${width}×${height}`
    rows.push(
      ...(await measure([
        { name: `${id}: step`, unit: '/s', perCall: 1, work: () => game.step(next(path).state, path[at % path.length].action) },
        {
          name: `${shape}: step + frame`,
          unit: '/s',
          perCall: 1,
          work: () => {
            const { state, action } = next(path)
            return draw(game.step(state, action).state)
          },
        },
        {
          name: `${shape}: step + PNG`,
          unit: '/s',
          perCall: 1,
          work: () => {
            const { state, action } = next(path)
            return encodePng(draw(game.step(state, action).state))
          },
        },
        {
          name: `${id}: groups of 5 replies, scored`,
          unit: '/s',
          perCall: 1,
          work: () => {
            const { state, replies } = next(groups)
            return playGroup(game, state, replies, { chance: 'shared' })
          },
        },
      ])),
    )
  }
  return rows
}
