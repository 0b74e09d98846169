/** The embedded engine's vocabulary: the words of the reply protocol and of every registered game that has texts for the engine, each once. */
import type { AnyGame } from '../game.ts'
import { protocolLexicon } from '../gym/index.ts'

/** Distinct words in a fixed order. Games give the words of their default config, which serve all their configs. */
export function lexiconOf(games: readonly AnyGame[]): string[] {
  return [...new Set([...protocolLexicon, ...games.flatMap(({ embedded, config }) => embedded?.lexicon(config.parse({})) ?? [])])]
}
