/** The score of thoughts in one pass against the statements that a game judges one by one. */
import { describe, expect, test } from 'vitest'
import { seededRng } from '../../rng.ts'
import { loadGames } from '../index.ts'
import { onceForEach } from './score-words.ts'

const DAMAGE = [
  '\n',
  ' ',
  '\t',
  '_',
  '(0, 1)',
  'none',
  'row 1',
  '\u00a0',
  '\r\n',
  '\u2028',
  'red circle',
  'not (1, 1)',
  'not',
  '+8',
  '+08',
  'best',
  'é',
  '(',
  ')',
]
const MORE = ['stay', 'left 3', 'left', 'first', 'both', 'gone', 'row', '1', 'cat']

describe.each((await loadGames()).map((game) => [game.id, game] as const))('%s', (_, game) => {
  test('scoreThink is the share of true statements, whatever the text', () => {
    const rng = seededRng(1, 'damage')
    const config = game.config.parse({})
    let partly = 0
    for (let seed = 0; seed < 12; seed++) {
      const state = game.scatter!(config, seed)
      const truth = game.teacher!.teach(state, { blind: false }).think
      const total = game.teacher!.judge(state, truth).length
      const said = game.teacher!.judge(state, truth)
      for (let i = 0; i < 40; i++) {
        const [{ start, end }, other] = [rng.pick(said), rng.pick(said)]
        let text = truth.slice(0, start) + truth.slice(other.start, other.end) + truth.slice(end)
        for (let k = rng.int(3); k > 1; k--) {
          const at = rng.int(text.length)
          text = text.slice(0, at) + rng.pick([...DAMAGE, ...MORE]) + text.slice(at + rng.int(3))
        }
        const share = game.teacher!.judge(state, text).filter(({ holds }) => holds).length / total
        expect(game.teacher!.share(state, text), JSON.stringify(text)).toBe(share)
        if (share > 0 && share < 1) partly++
      }
    }
    expect(partly).toBeGreaterThan(20)
  })
})

test('what is made for a state is made once while it is asked for, and anew for another', () => {
  let made = 0
  const once = onceForEach(({ n }: { n: number }) => n + 100 * made++)
  const [one, two] = [{ n: 1 }, { n: 1 }]
  expect([once(one), once(one), once(two), once(one)]).toEqual([1, 1, 101, 201])
})
