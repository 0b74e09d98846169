/** The embedded engine's vocabulary: the words of the reply protocol and of a run's own games, each once. */
import type { AnyGame } from '../game.ts'
import { protocolLexicon } from '../gym/index.ts'

/** Distinct words, in the order of the games. Games without texts for the engine have none. Games give the words of their default config, which serve all their configs. */
export function lexiconOf(games: readonly AnyGame[]): string[] {
  return [...new Set([...protocolLexicon, ...games.flatMap(({ embedded, config }) => embedded?.lexicon(config.parse({})) ?? [])])]
}
