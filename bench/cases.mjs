/** What the benchmarks of the gym play: games at the reference's picture sizes, walks through them, and replies as models give them. */
import { envSpec, formatReply, seededRng } from 'vlm-gym'
import { gameNamed, loadGames } from 'vlm-gym/games'

await loadGames()

/**
 * Our pictures are whole tiles, so each is the smallest that is no smaller in area than the reference's (400×460, 480×520, 560×620).
 * `targets` per second: frame, png, groups.
 */
export const GAMES = [
  { id: '2048', tile: 79, targets: { frame: 30_000, png: 10_000, groups: 80_000 } },
  { id: 'shisen-sho', tile: 67, targets: { frame: 20_000, png: 7_000, groups: 30_000 } },
  { id: 'swap', tile: 63, targets: { frame: 15_000, png: 5_000, groups: 10_000 } },
  { id: 'picture-shisen-sho', tile: 67, targets: { frame: 10_000 } },
  { id: 'flood-it', tile: 67, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'sliding', tile: 79, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'pairs', tile: 79, targets: { frame: 10_000, png: 3_000 } },
  { id: 'breakout', tile: 48, targets: { frame: 5_000 } },
  { id: 'maze', tile: 63, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'falling-shapes', tile: 40, targets: { frame: 10_000, png: 3_000 } },
  { id: 'snake', tile: 56, targets: { frame: 10_000, png: 3_000 } },
  { id: 'lights-out', tile: 67, targets: { frame: 5_000 } },
  { id: 'sokoban', tile: 67, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'rush-hour', tile: 67, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'nonogram', tile: 53, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
  { id: 'minesweeper', tile: 67, targets: { frame: 10_000, png: 3_000, groups: 5_000 } },
].map((one) => {
  const game = gameNamed(one.id)
  const skin = { theme: 'classic', tile: one.tile, layout: 'full' }
  return { ...one, game, skin, spec: envSpec({ game, skin }) }
})

/** States along random legal play, `length` of them, with the move taken; a game that ends starts anew. */
export function walk({ game, spec }, length) {
  const rng = seededRng(1, 'bench')
  let state = game.rules.init(spec.config, 1)
  return Array.from({ length }, (_, i) => {
    if (game.rules.terminated(state)) state = game.rules.init(spec.config, i)
    const action = rng.pick(game.rules.legalActions(state))
    const from = state
    state = game.rules.step(state, action).state
    return { state: from, action }
  })
}

/**
 * Five replies to a state as a model in training gives them: the first sees all rightly, the others misread up to two cells or get up to
 * two thoughts wrong; four moves in five are legal.
 */
export function repliesTo(game, state, rng) {
  const truth = game.perception.of(state)
  const labels = [...new Set(truth.cells.flat())]
  const words = game.teacher.teach(state, { blind: false }).think.split(/(?<=\s)/)
  const legal = game.rules.legalActions(state)
  return [0, 1, 2, 3, 4].map((i) => {
    const cells = truth.cells.map((row) => [...row])
    const said = [...words]
    for (let wrong = i === 0 ? 0 : rng.int(3); wrong > 0; wrong--) cells[rng.int(truth.rows)][rng.int(truth.columns)] = rng.pick(labels)
    for (let wrong = i < 2 ? 0 : rng.int(3); wrong > 0; wrong--) said[rng.int(said.length)] = rng.pick(words)
    const action = rng.pick(rng.int(5) < 4 ? legal : game.rules.actions(state))
    const perception = game.perception.format({ ...truth, cells })
    return formatReply({ perception, think: said.join('').trim(), answer: game.answer.format(state, action) })
  })
}

/** `length` groups along a walk, each with five replies of its own. */
export function groupsOf(one, length) {
  const rng = seededRng(2, 'bench')
  return walk(one, length).map(({ state }) => ({ state, replies: repliesTo(one.game, state, rng) }))
}

/** Gives the elements of a list in turn, for ever. */
export function inTurn(list) {
  let at = 0
  return () => {
    at = at + 1 < list.length ? at + 1 : 0
    return list[at]
  }
}
