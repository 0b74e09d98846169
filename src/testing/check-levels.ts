/** The part of `checkGame` that looks at levels of difficulty: any combination is playable, and every axis gets harder. */
import type { AnyGame } from '../game.ts'
import { difficulty, drawState, LEVELS, SKIN_LEVELS } from '../gym/index.ts'
import { frameToRgb } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { ensure, same } from './ensure.ts'

/** Boards that a level is measured on. */
const BOARDS = 40

/** By how much a guess may be luckier than one level below: sampling error. */
const SLACK = 1.1

const LOOK: Skin = { theme: 'classic', tile: 16, layout: 'board' }
const levels = Array.from({ length: LEVELS }, (_, level) => level)

/** Nothing to check for a game without levels. */
export function checkLevels(game: AnyGame): void {
  if (game.levels === undefined) return
  for (const axis of ['perception', 'reasoning', 'horizon'] as const)
    ensure(game.levels[axis].length === LEVELS, game.id, `${axis} has ${game.levels[axis].length} levels, not ${LEVELS}`)
  for (const perception of levels) for (const reasoning of levels) checkPair(game, perception, reasoning)
  const { horizon } = game.levels
  for (const [at, moves] of horizon.entries())
    ensure(at === 0 || moves > horizon[at - 1]!, game.id, `horizon level ${at} is no longer than the one before`)
  checkReasoning(game)
  checkPictures(game)
}

function checkPair(game: AnyGame, perception: number, reasoning: number): void {
  const where = `${game.id} at perception ${perception}, reasoning ${reasoning}`
  const { config, skin } = difficulty(game, { perception, reasoning }, LOOK)
  ensure(same(game.config.parse(config), config), where, 'the config does not parse to itself')
  const state = game.rules.init(config, 0)
  ensure(game.rules.legalActions(state).length > 0, where, 'a fresh game has no legal action')
  drawState(game, state, skin)
}

/** Chance that a uniform action is a best one by the level's look-ahead, level by level. */
function checkReasoning(game: AnyGame): void {
  const lookahead = game.expert?.lookahead
  if (lookahead === undefined) return
  const luck = levels.map((reasoning) => {
    const { config, lookahead: plies } = difficulty(game, { reasoning })
    const shares = Array.from({ length: BOARDS }, (_, seed) => {
      const state = (game.scatter ?? game.rules.init)(config, seed)
      const scored = lookahead(state, plies)
      return scored.filter(({ score }) => score > scored[0]!.score - 1e-6).length / game.rules.actions(state).length
    })
    return shares.reduce((sum, share) => sum + share, 0) / BOARDS
  })
  const shown = luck.map((share) => share.toFixed(3)).join(', ')
  ensure(luck.at(-1)! < luck[0]!, game.id, `a guess is as often a best move at reasoning ${LEVELS - 1} as at 0: ${shown}`)
  const easier = luck.findIndex((share, at) => at > 0 && share > SLACK * luck[at - 1]!)
  ensure(easier < 0, game.id, `a guess is more often a best move at reasoning ${easier} than one level below: ${shown}`)
}

/** A higher level of the skin changes the picture of one state more. */
function checkPictures(game: AnyGame): void {
  const state = game.rules.init(game.config.parse({}), 0)
  const clean = frameToRgb(drawState(game, state, LOOK))
  let before = -1
  for (const level of levels) {
    const pixels = frameToRgb(drawState(game, state, { ...LOOK, ...SKIN_LEVELS[level] }))
    const change = clean.reduce((sum, byte, at) => sum + Math.abs(byte - pixels[at]!), 0)
    ensure(change > before, game.id, `the picture changes no more at perception ${level} than one level below`)
    before = change
  }
}
