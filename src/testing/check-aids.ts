/** The part of `checkGame` that looks at what a game declares for people at a terminal. */
import { gridOf } from '../games/shared/grid-perception.ts'
import type { CheckContext } from './check-context.ts'
import { canonical, ensure } from './ensure.ts'

/** Keys that `play` takes for itself. */
const TAKEN = ['u', 'n', 'h', '?', 'q']
const ARROWS = ['up', 'right', 'down', 'left']
/** Longest text of a cell that fits boards of eight columns into 80. */
const CELL = 40

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text)

/** Keys play actions and clash with nothing; picked cells are an answer; rules speak to a person; looks keep labels apart. */
export function checkAids({ game, config, theme, where }: CheckContext, state: unknown): void {
  const { rules, keys = [], pick, look, places } = game.play ?? {}
  const text = rules?.(config)
  ensure(text === undefined || (text !== '' && !/<[a-z]+>/.test(text)), where, 'the rules for people are empty or speak of tags')
  const labels = keys.flatMap((key) => key.keys)
  ensure(new Set(labels).size === labels.length, where, 'a key plays two actions')
  for (const label of labels) {
    ensure(!TAKEN.includes(label), where, `the key ${label} is one of ${TAKEN.join(' ')}`)
    ensure(ARROWS.includes(label) || /^[^\p{C}]$/u.test(label), where, `${JSON.stringify(label)} is not a key`)
    ensure(
      pick === undefined || (!ARROWS.includes(label) && label !== ' '),
      where,
      `the key ${JSON.stringify(label)} moves the cursor that picks cells`,
    )
  }
  const actions = new Set(keys.length > 0 ? game.rules.actions(state).map(canonical) : [])
  for (const key of keys) ensure(actions.has(canonical(key.action)), where, `the key ${key.keys[0]} plays no action of the game`)
  const rowsOfPlaces = places?.(state) ?? []
  ensure(new Set(rowsOfPlaces.map((row) => row.length)).size <= 1, where, 'the places have rows of different lengths')
  for (const answer of rowsOfPlaces.flat())
    ensure(answer === null || 'action' in game.answer.parse(answer, state), where, `a place gives ${answer}, which reads as no action`)
  const grid = gridOf(game, state)
  ensure(
    grid !== null || (pick === undefined && look === undefined),
    where,
    'cells are picked or have looks, but the perception is no grid',
  )
  if (grid === null) return
  const { rows, columns, cells } = grid
  if (pick !== undefined) {
    ensure(Number.isInteger(pick.cells) && pick.cells > 0 && pick.cells <= rows * columns, where, `${pick.cells} cells cannot be picked`)
    const first = Array.from({ length: pick.cells }, (_, at) => [Math.floor(at / columns), at % columns] as const)
    const answer = pick.answer(first, state)
    ensure('action' in game.answer.parse(answer, state), where, `picked cells give ${answer}, which reads as no action`)
  }
  if (look === undefined) return
  const known = [...new Set(cells.flat())].map((label) => look(label, theme))
  for (const { text, ascii = text, mark = '' } of known) {
    ensure(text.length <= CELL, where, `the look ${JSON.stringify(text)} is longer than ${CELL} characters`)
    ensure(
      (ascii !== text || isAscii(text)) && isAscii(ascii) && isAscii(mark),
      where,
      `the look ${JSON.stringify(text)} has no ASCII of its own`,
    )
  }
  const plain = known.map(({ text, ascii = text, mark = '' }) => `${mark}${ascii}`)
  ensure(new Set(plain).size === plain.length, where, 'two labels look the same without colours')
}
