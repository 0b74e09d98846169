/** Words of play: what to type, which keys there are, the rules, and what a move came to. Knows games by their contract alone. */
import type { AnyGame, StepResult } from '../../game.ts'
import type { PlayKey } from '../../game-play.ts'
import { gridOf } from '../../games/shared/grid-perception.ts'
import { type EnvSnapshot, type EnvSpec, gameFeedback } from '../../gym/index.ts'
import { themeNamed } from '../../render/index.ts'
import { type Abilities, cellText } from './looks.ts'

/** What there is to say of a move. */
export interface PlayNote {
  readonly text: string
  readonly tone: 'plain' | 'good' | 'bad'
}

/** Most actions that are listed one by one. */
const LISTED = 8

const ARROWS: { readonly [name: string]: string } = { up: '↑', right: '→', down: '↓', left: '←' }

/** A number with what is counted. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** The key of an action, if the game has one for it. */
export function keyOf(game: AnyGame, action: unknown): PlayKey<unknown> | undefined {
  return game.play?.keys?.find((key) => JSON.stringify(key.action) === JSON.stringify(action))
}

/** An action for people: the name of its key, else the answer. */
export function actionName(game: AnyGame, state: unknown, action: unknown): string {
  return keyOf(game, action)?.name ?? game.answer.format(state, action)
}

/** Whether every action of the state has a key, so that no answer needs to be typed. */
export function keysDoAll(game: AnyGame, state: unknown): boolean {
  return game.rules.actions(state).every((action) => keyOf(game, action) !== undefined)
}

/** What a legal or refused move did. `endOf` says how the game ended. */
export function moveNote(game: AnyGame, state: unknown, action: unknown, result: StepResult<unknown>): PlayNote {
  const feedback = result.terminated && result.legal ? '' : gameFeedback(game, result, 'full')
  if (!result.legal) return { text: feedback || `${actionName(game, state, action)} was refused.`, tone: 'bad' }
  const points = result.reward > 0 ? ` +${result.reward}` : ''
  const text = `${actionName(game, state, action)}${points}${feedback === '' ? '' : `. ${feedback}`}`
  return { text, tone: result.reward > 0 ? 'good' : 'plain' }
}

/** How the game ended, in a sentence. */
export function endOf(game: AnyGame, { last }: EnvSnapshot): string {
  return gameFeedback(game, last?.legal ? last : null, 'full') || 'The game is over.'
}

/** What can be typed as a move, in a line. */
export function typingOf({ game }: EnvSpec, state: unknown): string {
  const pick = game.play?.pick
  if (pick !== undefined) return `type row and column of ${pick.cells === 1 ? 'the cell' : 'each cell'}, such as ${numbersFor(pick.cells)}`
  const actions = game.rules.actions(state)
  if (actions.length > LISTED) return `type a move, such as ${game.answer.format(state, actions[0])}`
  const each = actions.map((action) => {
    const [answer, name] = [game.answer.format(state, action), keyOf(game, action)?.name]
    return name === undefined || name === answer ? answer : `${answer} ${name}`
  })
  return `type a move: ${each.join(', ')}`
}

/** Cells as they may be typed: '0 1 2 3' for two. */
function numbersFor(cells: number): string {
  return Array.from({ length: 2 * cells }, (_, i) => i).join(' ')
}

/** Which keys there are for moves, in a line. `picked`: cells that are picked already. */
export function keysOf({ game }: EnvSpec, unicode: boolean, picked: number = 0): string {
  const { pick, keys = [] } = game.play ?? {}
  if (pick !== undefined && picked > 0) return `pick cell ${picked + 1} of ${pick.cells} with arrow keys and Enter; Esc lets go`
  const shown = (key: string): string => (key in ARROWS ? (unicode ? ARROWS[key]! : 'arrow') : key)
  const each = keys.map((key) => `${key.keys.map(shown).join(' ')} ${key.name}`).join(unicode ? ' · ' : ' | ')
  if (pick === undefined) return each
  const [cells, them] = pick.cells === 1 ? ['a cell', 'it'] : [`${pick.cells} cells`, 'them']
  return `${each === '' ? '' : `${each}; `}arrow keys and Enter pick ${cells}, Esc lets go; or type ${them}: ${numbersFor(pick.cells)}`
}

/** What else can be pressed or typed, in a line. */
export function commandsOf({ game }: EnvSpec, over: boolean): string {
  const hint = game.expert?.solver === undefined ? '' : 'h hint, '
  return over ? 'u undo, n new game, ? rules, q quit' : `u undo, n new game, ${hint}? rules, q quit`
}

/** The answer that a person's text stands for: the name of a key, or bare numbers of rows and columns, or the text itself. */
export function answerOf(game: AnyGame, state: unknown, typed: string): string {
  const { keys = [], pick } = game.play ?? {}
  const key = keys.find((one) => one.name === typed || one.keys.includes(typed))
  if (key !== undefined) return game.answer.format(state, key.action)
  const numbers = /^\d+(\s*[\s,;]\s*\d+)*$/.test(typed) ? typed.split(/[\s,;]+/).map(Number) : []
  if (pick === undefined || numbers.length !== 2 * pick.cells) return typed
  const cells = Array.from({ length: pick.cells }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!] as const)
  return pick.answer(cells, state)
}

/** The rules for a person, paragraph by paragraph. A game that declares none: the rules of its prompts. */
export function rulesOf({ game, config }: EnvSpec): string {
  const rules = game.play?.rules?.(config)
  if (rules !== undefined) return rules
  return game.text.rules(config)
}

/** What the tiles on a board are, where letters stand for colours or ASCII for shapes; '' where the looks explain themselves. */
export function legendOf({ game, skin }: EnvSpec, state: unknown, abilities: Abilities): string {
  const look = game.play?.look
  if (look === undefined || (abilities.colours && abilities.unicode)) return ''
  const labels = [...new Set(gridOf(game, state)?.cells.flat())].sort()
  const pairs = labels.map((label) => [cellText(look(label, themeNamed(skin.theme)), abilities), label] as const)
  return pairs.flatMap(([text, label]) => (text === label || text === '' ? [] : [`${text} ${label}`])).join(', ')
}
