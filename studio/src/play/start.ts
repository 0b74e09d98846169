/** A game to play or to look at, as the address of a view says it, and the command lines that show the same. */
import type { AnyGame } from '../../../src/game.ts'
import { decodeState, difficulty, type EnvSnapshot, type EnvSpec, envSpec, SKIN_LEVELS, startSnapshot } from '../../../src/gym/index.ts'
import { shellWord } from '../../../src/printable.ts'
import type { Skin } from '../../../src/scene.ts'
import { type ConfigObject, gameConfig } from '../../../src/settings.ts'
import { addressOf } from '../router.tsx'

/** Levels of difficulty, 0..5 each. */
export interface Levels {
  readonly perception: number
  readonly reasoning: number
}

/** What an address says of a game. A token already holds the knobs: seed, preset and knobs are then of the game that comes after it. */
export interface Start {
  readonly seed: number
  readonly theme: string
  readonly preset: string | null
  /** Null: the game as designed. */
  readonly levels: Levels | null
  /** Knobs as they are typed, over those of preset or levels. */
  readonly knobs: Readonly<Record<string, string>>
  readonly token: string | null
}

const KNOB = 'set.'

/** The least of a whole number in the query; null where it has none. */
function whole(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
}

export function readStart(query: URLSearchParams): Start {
  const [perception, reasoning] = [whole(query, 'perception'), whole(query, 'reasoning')]
  return {
    seed: whole(query, 'seed') ?? 0,
    theme: query.get('theme') ?? 'classic',
    preset: query.get('preset'),
    levels: perception === null && reasoning === null ? null : { perception: perception ?? 0, reasoning: reasoning ?? 0 },
    knobs: Object.fromEntries([...query].flatMap(([name, value]) => (name.startsWith(KNOB) ? [[name.slice(KNOB.length), value]] : []))),
    token: query.get('state'),
  }
}

/** The address of a view of this game: what is as designed is left out. */
export function startAddress(view: 'play' | 'games', game: string, { seed, theme, preset, levels, knobs, token }: Partial<Start>): string {
  return addressOf(view, [game], {
    ...(seed && { seed: String(seed) }),
    ...(theme && theme !== 'classic' && { theme }),
    ...(preset && { preset }),
    ...(levels && { perception: String(levels.perception), reasoning: String(levels.reasoning) }),
    ...Object.fromEntries(Object.entries(knobs ?? {}).map(([name, value]) => [KNOB + name, value])),
    ...(token && { state: token }),
  })
}

/** What is played and where it begins. Throws ConfigError or StateError in the words of the command line. */
export function startOf(
  game: AnyGame,
  start: Start,
  look: Omit<Skin, 'theme'>,
): { readonly spec: EnvSpec; readonly snapshot: EnvSnapshot } {
  const { seed, theme, preset, levels, knobs, token } = start
  const plain: Skin = { ...look, theme }
  const skin = levels === null ? plain : { ...plain, ...(SKIN_LEVELS[levels.perception] ?? {}) }
  if (token !== null) {
    const { state, last } = decodeState(token, [game])
    return { spec: envSpec({ game, skin, config: game.rules.configOf(state) }), snapshot: { state, last, steps: 0, return: 0 } }
  }
  const base = preset !== null ? (game.presets?.[preset]?.config ?? {}) : levels !== null ? difficulty(game, levels).config : {}
  const settings = Object.entries(knobs).map(([name, value]) => `${name}=${value}`)
  const spec = envSpec({ game, skin, config: gameConfig(game, settings, { ...(base as ConfigObject) }) })
  return { spec, snapshot: startSnapshot(spec, seed) }
}

/** A command line that can be copied, and what it is for. */
export interface CommandLine {
  readonly about: string
  readonly text: string
}

/** The command lines for a game as it is set up. `token`: of the state that is shown, where play has left the start. */
export function commandsFor({ game, config }: EnvSpec, start: Start, token: string | null): CommandLine[] {
  const { seed, theme, preset, levels } = start
  const defaults = game.config.parse({}) as Readonly<Record<string, unknown>>
  const base = preset === null ? defaults : { ...defaults, ...(game.presets?.[preset]?.config as object) }
  const changed = Object.entries(config as object).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name]))
  const sets = changed.flatMap(([name, value]) => ['--set', shellWord(`${name}=${value}`)])
  const colours = theme === 'classic' ? [] : ['--theme', shellWord(theme)]
  const dealt = [game.id, '--seed', String(seed), ...(preset === null ? [] : ['--preset', shellWord(preset)]), ...sets]
  const from = token === null ? dealt : ['--state', token]
  const seen =
    token === null && levels !== null && Object.keys(start.knobs).length === 0
      ? [game.id, '--seed', String(seed), '--perception', String(levels.perception), '--reasoning', String(levels.reasoning)]
      : from
  const line = (about: string, ...words: string[]): CommandLine => ({ about, text: ['vlm-gym', ...words].join(' ') })
  return [
    line('play it in a terminal', 'play', ...from, ...colours),
    line('its picture, truth and prompt', 'show', ...seen, ...colours, '--out', 'board.png'),
    line(
      'evaluate a model on it',
      'eval',
      '--game',
      game.id,
      ...sets,
      ...colours,
      '--model',
      'openai:NAME',
      '--episodes',
      '20',
      '--out',
      'runs/NAME',
    ),
    line('its knobs, levels and presets', 'games', game.id),
  ]
}
