import { describe, expect, it } from 'vitest'
import { loadGames } from '../games/index.ts'
import { formatReply, perceptionPartsOf, playReply, statementsOf } from '../gym/index.ts'
import { sectionWeights, tokenShares } from './credit.ts'

/** Cuts a text after every space, line break and tag, which is finer than the engine's words and never cuts a statement's last word. */
const pieces = (text: string): string[] => text.match(/<[^>]+>|\n|[^\s<]+|[ ]/g) ?? []

describe.each((await loadGames()).map((game) => [game.id, game] as const))('credit in replies of %s', (_, game) => {
  const state = game.rules.init(game.config.parse({}), 3)
  const { think, action } = game.teacher?.teach(state, { blind: false }) ?? { think: '', action: null }
  const perception = game.perception.format(game.perception.of(state))
  const text = formatReply({ perception, think, answer: game.answer.format(state, action) })
  const { read } = playReply(game, state, text)
  const statements = statementsOf(game, state, text, read)

  it('finds every statement where it stands in the reply', () => {
    expect(statements.length).toBeGreaterThan(4)
    expect(statements.every(({ holds }) => holds)).toBe(true)
    const said = statements.map(({ start, end }) => text.slice(start, end))
    expect(think.replace(/\s+/g, ' ')).toContain(said[0] as string)
    for (const [i, { start }] of statements.entries()) if (i > 0) expect(start).toBeGreaterThanOrEqual(statements[i - 1]?.end as number)
  })

  it('gives each statement to the token that ends it, sections to the others', () => {
    const own = statements.map((_, i) => i + 1)
    const tokens = pieces(text)
    expect(tokens.join('')).toBe(text)
    const ends = tokens.map((_, i) => tokens.slice(0, i + 1).join('').length)
    const reply = { text, read, ends }
    const advantage = { perception: -1, think: -2, answer: -3, statements: own, cells: [] }
    const shares = tokenShares(reply, advantage, { cells: [], statements })
    expect(shares.filter((share) => share > 0)).toEqual(own)
    for (const [i, share] of shares.entries()) {
      if (share <= 0) continue
      expect(ends[i]).toBe(statements[share - 1]?.end)
    }
    const close = tokens.indexOf('</think>')
    expect(shares.slice(0, tokens.indexOf('</perception>')).every((share) => share === -1)).toBe(true)
    expect(shares.slice(close).every((share) => share === -3)).toBe(true)
    expect(shares.slice(tokens.indexOf('<think>'), close).every((share) => share >= 0)).toBe(true)
    const plain = tokenShares(reply, advantage, { cells: [], statements: [] })
    expect(new Set(plain.slice(tokens.indexOf('<think>'), close))).toEqual(new Set([-2]))
  })

  it('gives each cell of the perception to the token that ends it, and what comes of it to all of its tokens', () => {
    const cells = perceptionPartsOf(game, state, text, read)
    const grid = game.perception.grid?.(game.perception.of(state))
    if (grid !== undefined) expect(cells.map(({ start, end }) => text.slice(start, end))).toEqual(grid.cells.flat())
    expect(cells.every(({ holds }) => holds)).toBe(true)
    const tokens = pieces(text)
    const reply = { text, read, ends: tokens.map((_, i) => tokens.slice(0, i + 1).join('').length) }
    const advantage = { perception: -1, think: 10, answer: 100, statements: [], cells: cells.map((_, i) => i + 1) }
    const shares = tokenShares(reply, advantage, { cells, statements: [] }, 0.5)
    const seen = shares.slice(0, tokens.indexOf('</perception>')).map((share) => share - 55)
    expect(seen.filter((share) => share > 0)).toEqual(advantage.cells)
    expect(seen.every((share) => share >= 0)).toBe(true)
    expect(shares[tokens.indexOf('<think>')]).toBe(60)
    expect(shares.at(-1)).toBe(100)
  })

  it('weighs the sections alike', () => {
    const tokens = pieces(text)
    const reply = { text, read, ends: tokens.map((_, i) => tokens.slice(0, i + 1).join('').length) }
    const weights = sectionWeights({ ...reply, parsed: reply.read.parsed })
    const sum = (from: number, to: number): number => weights.slice(from, to).reduce((a, b) => a + b, 0)
    const [seen, thought] = [tokens.indexOf('</perception>'), tokens.indexOf('</think>')]
    for (const [from, to] of [
      [0, seen],
      [seen, thought],
      [thought, tokens.length],
    ] as const)
      expect(sum(from, to)).toBeCloseTo(tokens.length / 3)
  })
})
