/**
 * What the results of a run come to, in two or three sentences that claim no more than the tests bear. Random legal moves are the zero line:
 * a model is first held against them, then against where it came from.
 */
import type { Policies } from './policies.ts'

/** Whether a policy is above another in one game. 'open': not told apart. Null: one of them was not played. */
export type Verdict = 'above' | 'below' | 'open' | null

/** What sentences are made from. */
export interface Compared {
  /** How policies are called, and what each is held against. */
  readonly names: Policies
  /** Titles of the games. */
  readonly games: readonly string[]
  /** Decodings of the models that were evaluated. */
  readonly decodings: readonly ('sampled' | 'greedy')[]
  /** Verdict in a game, by its place in `games`. A scripted `other` stands against both decodings. */
  verdict(game: number, policy: string, decoding: 'sampled' | 'greedy', other: string): Verdict
  /** Whether the solver is above random legal moves in a game. */
  solverAbove(game: number): boolean | null
}

/** 'a', 'a and b', 'a, b and c'. */
export function listText(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** Games by verdict; a game whose decodings differ stands in several, with the decoding behind it. */
function gamesBy(compared: Compared, policy: string, other: string): Record<'above' | 'below' | 'open', string[]> {
  const found = { above: [] as string[], below: [] as string[], open: [] as string[] }
  for (const [i, title] of compared.games.entries()) {
    const verdicts = compared.decodings.flatMap((decoding) => {
      const verdict = compared.verdict(i, policy, decoding, other)
      return verdict === null ? [] : [{ decoding, verdict }]
    })
    const [first] = verdicts
    if (first && verdicts.every(({ verdict }) => verdict === first.verdict)) found[first.verdict].push(title)
    else for (const { decoding, verdict } of verdicts) found[verdict].push(`${title} (${decoding})`)
  }
  return found
}

/** 'G1 plays above random legal moves in 2048, below them in Swap, and is not told apart from them in Shisen-Sho.' */
function againstChance(compared: Compared, policy: string): string | null {
  const { above, below, open } = gamesBy(compared, policy, 'random')
  const parts = [
    ...(above.length > 0 ? [`plays above random legal moves in ${listText(above)}`] : []),
    ...(below.length > 0 ? [`plays below random legal moves in ${listText(below)}`] : []),
    ...(open.length > 0 ? [`is not told apart from random legal moves in ${listText(open)}`] : []),
  ]
  return parts.length === 0 ? null : `${compared.names.called(policy)} ${parts.join('; it ')}.`
}

/** What a subject is held against besides chance and search, and how that is called: 'its cold start', 'G0'. */
function othersOf({ names }: Compared, policy: string): (readonly [string, string])[] {
  const line = new Set(names.line(policy))
  const others = names.heldAgainst(policy).filter((other) => other !== 'random' && !names.isExpert(other))
  return others.map((other) => [other, line.has(other) ? `its ${names.called(other).split(',')[0]}` : names.called(other)] as const)
}

/** 'It is above its cold start in 8 of 8 comparisons, above its teacher in 6 (below in 1), …' */
function againstOthers(compared: Compared, policy: string, called: string): string | null {
  const parts = othersOf(compared, policy).flatMap(([other, its]) => {
    const verdicts = compared.games.flatMap((_, i) =>
      compared.decodings.flatMap((decoding) => compared.verdict(i, policy, decoding, other) ?? []),
    )
    if (verdicts.length === 0) return []
    const count = (which: Verdict): number => verdicts.filter((verdict) => verdict === which).length
    const below = count('below') > 0 ? ` (below in ${count('below')})` : ''
    return [`above ${its} in ${count('above')} of ${verdicts.length}${below}`]
  })
  if (parts.length === 0) return null
  const of = [compared.games.length > 1 ? 'games' : '', compared.decodings.length > 1 ? 'decodings' : ''].filter((part) => part !== '')
  return `${called} is ${listText(parts)}${of.length === 0 ? '' : `, counted over ${of.join(' and ')}`}.`
}

/** Games in which points say little: the expert is not told apart from chance. */
function flatGames(compared: Compared): string | null {
  const flat = compared.games.filter((_, i) => compared.solverAbove(i) === false)
  if (flat.length === 0) return null
  return `In ${listText(flat)} the solver itself is not told apart from random legal moves, so points there show little beyond whether moves are legal.`
}

/** Two or three sentences on the policy that the run is about; none before it was evaluated. */
export function findingsOf(compared: Compared): string[] {
  const isPlayed = (policy: string): boolean =>
    ['random', ...othersOf(compared, policy).map(([other]) => other)].some((other) =>
      compared.games.some((_, i) => compared.decodings.some((decoding) => compared.verdict(i, policy, decoding, other) !== null)),
    )
  const subject = compared.names.subjects.find(isPlayed)
  if (subject === undefined) return []
  const chance = againstChance(compared, subject)
  const others = againstOthers(compared, subject, chance === null ? compared.names.called(subject) : 'It')
  return [chance, others, flatGames(compared)].filter((one) => one !== null)
}
