/**
 * Random play against what is known of it: scores of the paper's own code under the published protocol, and figures of its boards, measured
 * over a thousand games (±: standard error). Every difference must be within 4 combined standard errors; where the error of a known figure
 * is not known, it is taken to be as large as ours.
 */

import { describe, expect, it } from 'vitest'
import { type AnyGame, createPolicy, type Rng, seededRng } from 'vlm-gym'
import { evaluate, meanOf, standardError } from 'vlm-gym/eval'
import { GAMES, type Protocol } from 'vlm-gym/games'
import { protocolRow } from 'vlm-gym/report'
import { cascade, kindsOf } from '../src/games/swap/cascade.ts'
import type { StateSwap } from '../src/games/swap/index.ts'
import { hasSwap } from '../src/games/swap/rules.ts'
import { evalJobs } from '../src/jobs/eval-games.ts'

const GAMES_PLAYED = 1000
const paperGames = Object.values(GAMES).filter(({ presets }) => presets?.paper?.protocol !== undefined)
/** Games of each policy through the whole evaluation. */
const EPISODES = 40
const PLAYERS = ['Random', 'GPT-4o', 'Qwen2.5-VL-72B', 'o1', 'G0-7B', 'Claude-3.7-Sonnet-Thinking', 'G1-7B']
const seeds = Array.from({ length: GAMES_PLAYED }, (_, i) => i)

interface Known {
  readonly mean: number
  readonly error: number | null
}

function known(mean: number, error: number | null = null): Known {
  return { mean, error }
}

/** Asserts that the values have the known mean; returns their own. */
function expectMean(values: readonly number[], { mean, error }: Known, what = ''): number {
  const [own, ownError] = [meanOf(values) as number, standardError(values) as number]
  const most = 4 * Math.hypot(ownError, error ?? ownError)
  expect(Math.abs(own - mean), `${what}: ${own.toFixed(4)} ± ${ownError.toFixed(4)}, known ${mean}`).toBeLessThan(most)
  return own
}

function protocolOf(game: AnyGame): Protocol {
  return game.presets?.paper?.protocol as Protocol
}

/** The action that a random policy of that name takes; null if its answer is none. The rules alone: no replies, no pictures. */
function chance(game: AnyGame, name: string): (state: unknown, rng: Rng) => unknown {
  if (name === 'random') return (state, rng) => rng.pick(game.rules.legalActions(state))
  if (name === 'uniform') return (state, rng) => rng.pick(game.rules.actions(state))
  return (state, rng) => {
    const read = game.answer.parse(game.draws?.[name]?.(state, rng) as string, state)
    return 'action' in read ? read.action : null
  }
}

interface Play {
  readonly points: number
  readonly moves: number
}

/** Totals after each of `horizons` replies by the protocol's rule of restarts; up to reply 0 moves are drawn by `before` and do not count. */
function totals(game: AnyGame, name: string, seed: number, horizons: readonly number[], first = 1, before = chance(game, name)): Play[] {
  const rng = seededRng(seed, 'anchors', game.id, name)
  const draw = chance(game, name)
  const fresh = (): unknown => game.rules.init(game.config.parse(game.presets?.paper?.config), rng.int(2 ** 30))
  let state = fresh()
  let now = { points: 0, moves: 0 }
  const after: Play[] = []
  for (let reply = first; reply <= Math.max(...horizons); reply++) {
    const action = game.rules.terminated(state) ? null : (reply > 0 ? draw : before)(state, rng)
    if (action !== null) {
      const result = game.rules.step(state, action)
      state = result.terminated && protocolOf(game).restart ? fresh() : result.state
      if (reply > 0) now = { points: now.points + Math.max(0, result.reward), moves: now.moves + Number(result.legal) }
    }
    if (horizons.includes(reply)) after.push(now)
  }
  return after
}

describe.each(paperGames.map((game) => [game.id, game] as const))('random play of %s', (_, game) => {
  const protocol = protocolOf(game)
  const measured = protocol.results.filter(({ source }) => source === 'measured')
  const players = [...new Set(measured.map(({ player }) => player))]

  it.each(players)('by %s scores what the reference scores, at every known horizon', (player) => {
    const rows = measured.filter((row) => row.player === player)
    const horizons = rows.map(({ horizon }) => horizon)
    const played = seeds.map((seed) => totals(game, player, seed, horizons))
    const count = (play: Play | undefined): number => (protocol.counts === 'points' ? play?.points : play?.moves) as number
    for (const [at, row] of rows.entries())
      expectMean(
        played.map((of) => count(of[at])),
        row,
        `${player}, ${row.horizon}`,
      )
  })

  it('through the command is the same, reply by reply', async () => {
    const look = { skin: { theme: 'classic', tile: 16, layout: 'board' }, prompt: 'brief' } as const
    const jobs = await evalJobs({ names: [], look, preset: 'paper', game: game.id, horizon: 1, restart: true, given: ['game'] })
    expect(jobs).toHaveLength(1)
    const { spec, names, rules } = jobs[0] as (typeof jobs)[number]
    expect(rules).toEqual({ counts: protocol.counts, expertEvery: 0 })
    expect([spec.horizon, spec.restart]).toEqual([game.presets?.paper?.horizon, protocol.restart])
    for (const name of names) {
      const result = await evaluate({
        policy: createPolicy(name),
        decoding: 'scripted',
        specs: [spec],
        episodes: EPISODES,
        ...rules,
        seed: 0,
      })
      const row = protocolRow(result, protocol)
      const values = result.episodes.map((episode) => episode.values.return as number)
      expect([row.mean, row.games]).toEqual([meanOf(values), EPISODES])
      const reference = measured.find((one) => one.player === name && one.horizon === spec.horizon)
      // Where all games end alike there is no error to measure by.
      if (reference !== undefined && row.error !== 0) expectMean(values, reference, name)
    }
  })

  it('is published as Random, among seven players', () => {
    const published = protocol.results.filter(({ source }) => source === 'published')
    expect(published.map(({ player }) => player)).toEqual([...PLAYERS])
    expect(published.map(({ horizon }) => horizon)).toEqual(PLAYERS.map(() => game.presets?.paper?.horizon))
  })
})

describe('2048', () => {
  // The reference prepares states with draws from five actions, the fifth of which ("still") does nothing.
  const game = GAMES['2048'] as AnyGame
  const prepare = (_: unknown, rng: Rng): unknown => [...game.rules.actions(null), null][rng.int(5)]

  it('scores more from states that a hundred random draws of the reference lead to', () => {
    expectMean(
      seeds.map((seed) => (totals(game, 'reference-random', seed, [100], -99, prepare)[0] as Play).points),
      known(790.6, 3.7),
    )
  })
})

describe('Shisen-Sho', () => {
  const game = GAMES['shisen-sho'] as AnyGame
  const config = game.config.parse({})

  it('has 8.56 joinable pairs on a fresh board', () => {
    const counts = seeds.map((seed) => game.rules.legalActions(game.rules.init(config, seed)).length)
    expectMean(counts, known(8.56))
    expect(Math.min(...counts)).toBeLessThanOrEqual(2)
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(17)
  })

  it('is cleared by 94.4 % of random legal games', () => {
    expectMean(
      seeds.map((seed) => Number((totals(game, 'random', seed, [18])[0] as Play).moves === 18)),
      known(0.944),
    )
  })

  it('gives about 0.20 to coordinates 0 to 7 that are read as they stand', () => {
    // (6/8)^4 of the draws lie on the board, and each of those is worth what a uniform pair is.
    const strict = seeds.map((seed) => (totals(game, 'reference-strict', seed, [50])[0] as Play).moves)
    expectMean(strict, known(0.668 * 0.75 ** 4, 0.018))
  })
})

describe('Swap', () => {
  const game = GAMES.swap as AnyGame
  const config = game.config.parse({})
  const grid = { rows: 8, columns: 8 }

  it('has 4.11 matching swaps of 112 on a fresh board', () => {
    const boards = seeds.map((seed) => game.rules.init(config, seed))
    expect(game.rules.actions(boards[0])).toHaveLength(112)
    expectMean(
      boards.map((state) => game.rules.legalActions(state).length),
      known(4.11),
    )
  })

  it.each([
    ['reference-random', known(1.56, 0.05)],
    ['uniform', known(19.9, 0.5)],
  ] as const)('earns %s its points in 100 replies', (name, points) => {
    expectMean(
      seeds.map((seed) => (totals(game, name, seed, [100])[0] as Play).points),
      points,
    )
  })

  /** The reference's reshuffle: one shuffle, then runs that came about by it are cleared and scored; again while no swap is left. */
  function referenceReshuffle(state: StateSwap, rng: Rng): { board: number[]; points: number } {
    let board = [...state.board]
    let points = 0
    do {
      board = rng.shuffle(board)
      points += cascade(board, grid, kindsOf(4, 3), rng)
    } while (!hasSwap(board, grid))
    return { board, points }
  }

  /** Mean earnings and share of reshuffles over 100 random matching swaps a game. */
  function matching(seed: number, reference: boolean): { earned: number; reshuffled: number } {
    const rng = seededRng(seed, 'anchors', 'matching')
    let state = game.rules.init(config, seed)
    let [earned, reshuffled] = [0, 0]
    for (let move = 0; move < 100; move++) {
      const result = game.rules.step(state, rng.pick(game.rules.legalActions(state)))
      const stuck = result.events.some(({ kind }) => kind === 'reshuffled')
      state = result.state
      earned += result.reward
      reshuffled += Number(stuck)
      if (!stuck || !reference) continue
      const { board, points } = referenceReshuffle(state as StateSwap, rng)
      earned += points
      state = { ...(state as StateSwap), board }
    }
    return { earned: earned / 100, reshuffled: reshuffled / 100 }
  }

  // The errors of 7.96 and 0.18 are not known. Ours stay below 7.96 by rule: runs that a reshuffle makes are not there, so they earn nothing.
  it('pays 7.96 for a random matching swap, where runs made by reshuffling are paid as in the reference', () => {
    const [own, reference] = [false, true].map((paid) => seeds.slice(0, 80).map((seed) => matching(seed, paid)))
    const earned = (games: typeof own = []): number => meanOf(games.map((game) => game.earned)) as number
    expect(Math.abs(earned(reference) - 7.96)).toBeLessThan(0.5)
    expect(earned(own)).toBeGreaterThan(6.6)
    expect(earned(own)).toBeLessThan(7.3)
    for (const games of [own, reference])
      expect(Math.abs((meanOf((games ?? []).map((game) => game.reshuffled)) as number) - 0.18)).toBeLessThan(0.03)
  })
})
