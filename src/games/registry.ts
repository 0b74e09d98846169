/**
 * The registry of games: one entry a game, and those that programs add. It imports no game: each is loaded when it is named. Shared code takes
 * games from here and never asks which one it holds.
 *
 *     const game = await loadGame('2048')
 *     gameNamed('2048')         // without waiting, from then on
 *     registerGame(harvest)     // a game from outside; see docs/add-a-game.md
 */
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { didYouMean } from '../suggest.ts'
import { isGameId, problemOf } from './game-shape.ts'
import type { VectorFormat } from './shared/vector-format.ts'

/** What is known of a game before it is loaded. */
export interface GameEntry {
  readonly id: string
  /** As `title` of the game. */
  readonly title: string
  /** What it is about, such as 'numbers'. */
  readonly tags: readonly string[]
  /** Names of its answers by chance, as `draws` of the game has them. */
  readonly draws?: readonly string[]
  /** Gives the game. */
  readonly load: () => Promise<AnyGame>
  /** Gives the format of its test vectors, where it has one: `vlm-gym vectors` checks the rules against such files. */
  readonly vectors?: () => Promise<VectorFormat>
}

/** The games of the package. A new one is a folder beside this file and an entry here, and no other file names it. */
const BUILT_IN: readonly GameEntry[] = [
  {
    ...{ id: '2048', title: '2048', tags: ['numbers', 'merging'], draws: ['reference-random'] },
    load: async () => (await import('./2048/index.ts')).game2048,
    vectors: async () => (await import('./2048/vectors.ts')).vectors2048,
  },
  {
    ...{ id: 'shisen-sho', title: 'Shisen-Sho', tags: ['symbols', 'matching', 'paths'], draws: ['reference-random', 'reference-strict'] },
    load: async () => (await import('./shisen-sho/index.ts')).gameShisenSho,
    vectors: async () => (await import('./shisen-sho/vectors.ts')).vectorsShisenSho,
  },
  {
    ...{ id: 'picture-shisen-sho', title: 'Picture Shisen-Sho', tags: ['photos', 'matching', 'paths'] },
    draws: ['reference-random', 'reference-strict'],
    load: async () => (await import('./picture-shisen-sho/index.ts')).gamePictureShisenSho,
  },
  {
    ...{ id: 'swap', title: 'Swap', tags: ['symbols', 'matching', 'cascades'], draws: ['reference-random'] },
    load: async () => (await import('./swap/index.ts')).gameSwap,
    vectors: async () => (await import('./swap/vectors.ts')).vectorsSwap,
  },
  {
    ...{ id: 'flood-it', title: 'Flood-It', tags: ['colours', 'areas', 'planning'] },
    load: async () => (await import('./flood-it/index.ts')).gameFloodIt,
  },
  {
    ...{ id: 'lights-out', title: 'Lights Out', tags: ['graphs', 'lines', 'planning'] },
    load: async () => (await import('./lights-out/index.ts')).gameLightsOut,
  },
  {
    ...{ id: 'sliding', title: 'Sliding Puzzle', tags: ['numbers', 'photos', 'planning'] },
    load: async () => (await import('./sliding/index.ts')).gameSliding,
  },
  {
    ...{ id: 'breakout', title: 'Breakout', tags: ['objects', 'motion', 'planning'] },
    load: async () => (await import('./breakout/index.ts')).gameBreakout,
  },
  {
    ...{ id: 'snake', title: 'Snake', tags: ['paths', 'planning'] },
    load: async () => (await import('./snake/index.ts')).gameSnake,
  },
  {
    ...{ id: 'falling-shapes', title: 'Falling Shapes', tags: ['shapes', 'packing', 'planning'] },
    load: async () => (await import('./falling-shapes/index.ts')).gameFallingShapes,
  },
  {
    ...{ id: 'maze', title: 'Maze in Fog', tags: ['paths', 'hidden', 'memory'] },
    load: async () => (await import('./maze/index.ts')).gameMaze,
  },
  {
    ...{ id: 'pairs', title: 'Picture Pairs', tags: ['symbols', 'photos', 'memory'] },
    load: async () => (await import('./pairs/index.ts')).gamePairs,
  },
  {
    ...{ id: 'minesweeper', title: 'Minesweeper', tags: ['numbers', 'hidden', 'deduction'] },
    load: async () => (await import('./minesweeper/index.ts')).gameMinesweeper,
  },
  {
    ...{ id: 'sokoban', title: 'Sokoban', tags: ['objects', 'planning'] },
    load: async () => (await import('./sokoban/index.ts')).gameSokoban,
  },
  {
    ...{ id: 'rush-hour', title: 'Rush Hour', tags: ['objects', 'planning'] },
    load: async () => (await import('./rush-hour/index.ts')).gameRushHour,
  },
  {
    ...{ id: 'nonogram', title: 'Nonogram', tags: ['numbers', 'areas', 'deduction'] },
    load: async () => (await import('./nonogram/index.ts')).gameNonogram,
  },
]

/** An entry; its game once that is loaded, and the loading once that has begun. */
interface Slot {
  readonly entry: GameEntry
  game?: AnyGame
  loading?: Promise<AnyGame>
}

const slots = new Map<string, Slot>(BUILT_IN.map((entry) => [entry.id, { entry }]))

/** Every game there is, loaded or not: those of the package, then the registered ones in the order they came. */
export function gameEntries(): readonly GameEntry[] {
  return [...slots.values()].map(({ entry }) => entry)
}

/** The loaded games, in the order of `gameEntries`. */
export function gameList(): readonly AnyGame[] {
  return [...slots.values()].flatMap(({ game }) => game ?? [])
}

/** The game of that id, loaded once. Throws ConfigError that names the value and the choices. */
export async function loadGame(id: string): Promise<AnyGame> {
  const slot = slotOf(id)
  if (slot.game !== undefined) return slot.game
  slot.loading ??= loaded(slot).finally(() => delete slot.loading)
  return slot.loading
}

/** The games of these ids, in their order; all there are without ids. Throws ConfigError. */
export async function loadGames(ids: readonly string[] = [...slots.keys()]): Promise<readonly AnyGame[]> {
  for (const id of ids) slotOf(id)
  return Promise.all(ids.map(loadGame))
}

/** The game of that id, which must be loaded. Throws ConfigError that names the value and the choices. */
export function gameNamed(id: string): AnyGame {
  return held(slotOf(id))
}

/** The game of that id, or undefined where none is called so. Throws ConfigError for a game that is not loaded. */
export function findGame(id: string): AnyGame | undefined {
  const slot = slots.get(id)
  return slot && held(slot)
}

/** Loads those of the ids that are known: for what was written elsewhere, where a game may be unknown here. */
export async function loadKnownGames(ids: readonly string[]): Promise<void> {
  await loadGames(ids.filter((id) => slots.has(id)))
}

/**
 * Makes a game known to everything that looks games up by id: policies, training, the command line (`--plugin`). A game is loaded at once, an
 * entry when it is named. Throws ConfigError for an id that is taken and for an object that is neither. Only the shape is looked at.
 */
export function registerGame(game: AnyGame | GameEntry): void {
  const slot = isEntry(game) ? { entry: checkedEntry(game) } : { entry: entryOf(checkedGame(game)), game }
  const { id } = slot.entry
  if (slots.has(id)) throw new ConfigError(`A game called ${JSON.stringify(id)} is registered already; choose another id.`)
  slots.set(id, slot)
}

function slotOf(id: string): Slot {
  const slot = slots.get(id)
  if (slot !== undefined) return slot
  const known = [...slots.keys()]
  throw new ConfigError(`no game is called ${JSON.stringify(id)}${didYouMean(id, known)}; choose one of ${known.join(', ')}`)
}

function held({ entry: { id }, game }: Slot): AnyGame {
  if (game === undefined) throw new ConfigError(`the game ${id} is not loaded yet; call await loadGame(${JSON.stringify(id)}) first`)
  return game
}

async function loaded(slot: Slot): Promise<AnyGame> {
  const { id, load } = slot.entry
  const game = checkedGame(await load())
  if (game.id !== id) throw new ConfigError(`The entry of the game ${id} loads a game called ${JSON.stringify(game.id)}; give both one id.`)
  slot.game = game
  return game
}

function checkedGame(game: AnyGame): AnyGame {
  const problem = problemOf(game)
  if (problem !== null) throw new ConfigError(`This is not a game: ${problem}; see docs/add-a-game.md.`)
  return game
}

const isEntry = (value: AnyGame | GameEntry): value is GameEntry => typeof value === 'object' && value !== null && 'load' in value

function checkedEntry(entry: GameEntry): GameEntry {
  const { id, title, tags, load }: { readonly [field in keyof GameEntry]: unknown } = entry
  if (!isGameId(id) || typeof title !== 'string' || !Array.isArray(tags) || typeof load !== 'function')
    throw new ConfigError(
      'This is not an entry of a game: it needs an id of 1 to 64 of a-z, 0-9 and -, the text title, the list tags and the function load.',
    )
  return entry
}

function entryOf(game: AnyGame): GameEntry {
  const { id, title, draws = {} } = game
  return { id, title, tags: [], draws: Object.keys(draws), load: async () => game }
}
