/** The shape of a game, looked at when it is registered or loaded. `checkGame` of vlm-gym/testing checks the conduct. */

/** What every game has, by facet. */
const FUNCTIONS = {
  rules: ['init', 'configOf', 'parseState', 'reseed', 'actions', 'legalActions', 'terminated', 'step', 'unreadable'],
  perception: ['of', 'format', 'parse', 'agreement', 'layout'],
  answer: ['format', 'parse', 'layout'],
  text: ['rules', 'feedback'],
}
/** What a facet has that may be left out as a whole. */
const OPTIONAL_FUNCTIONS = {
  embedded: ['prompt', 'feedback', 'lexicon'],
  expert: ['solver'],
  teacher: ['teach', 'judge', 'share'],
  play: [],
}

/** Whether a value may be the id of a game. */
export const isGameId = (id: unknown): id is string => typeof id === 'string' && /^[a-z0-9-]{1,64}$/.test(id)

/** What is wrong with the shape of a value that should be a game; null if nothing is. */
export function problemOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `it is ${value === null ? 'null' : `a ${typeof value}`}, not an object`
  const game = value as { readonly [field: string]: unknown }
  const { id, version, config, knobs } = game
  if (!isGameId(id)) return 'its id must be 1 to 64 of a-z, 0-9 and -'
  const text = ['title', 'summary'].find((field) => typeof game[field] !== 'string')
  if (text !== undefined) return `its ${text} must be a text`
  if (!Number.isInteger(version) || !(Number(version) >= 0 && Number(version) < 1e9)) return 'its version must be a whole number, 0 or more'
  if (typeof (config as { safeParse?: unknown } | null | undefined)?.safeParse !== 'function') return 'its config must be a zod schema'
  if (typeof knobs !== 'object' || knobs === null) return 'its knobs must be an object'
  if (typeof game.draw !== 'function') return 'it has no function draw'
  const faults = [
    ...Object.entries(FUNCTIONS).map(([facet, names]) => faultOf(facet, game[facet], names)),
    ...Object.entries(OPTIONAL_FUNCTIONS).map(([facet, names]) => (game[facet] === undefined ? null : faultOf(facet, game[facet], names))),
  ]
  return faults.find((fault) => fault !== null) ?? null
}

function faultOf(facet: string, value: unknown, names: readonly string[]): string | null {
  if (typeof value !== 'object' || value === null) return `its ${facet} must be an object; make games with defineGame`
  const missing = names.find((name) => typeof (value as { readonly [name: string]: unknown })[name] !== 'function')
  return missing === undefined ? null : `its ${facet} has no function ${missing}`
}
