/** What a game says to a player, in either style: 'full' for vision-language models, 'brief' for the embedded engine. */
import { ConfigError } from '../errors.ts'
import type { AnyGame, EmbeddedFacet, FeedbackStep, PromptStyle } from '../game.ts'
import type { Skin } from '../scene.ts'
import { layoutText } from './protocol.ts'

/** The prompt of a game. 'full': its rules, then the layout of a reply. 'brief': a few words; throws ConfigError where the game has none. */
export function gamePrompt(game: AnyGame, config: unknown, style: PromptStyle, skin?: Skin): string {
  if (style === 'brief') return embeddedOf(game).prompt(config)
  return `${game.text.rules(config, skin)}\n\n${layoutText(game.perception.layout(config), game.answer.layout(config))}`
}

/** Feedback on the last step (null: before the first). 'full': a sentence or ''. 'brief': one word of the lexicon. */
export function gameFeedback(game: AnyGame, result: FeedbackStep<unknown>, style: PromptStyle): string {
  return (style === 'brief' ? embeddedOf(game) : game.text).feedback(result)
}

/** The words of the embedded engine's tokenizer for a config of a game. Throws ConfigError where the game has none. */
export function gameLexicon(game: AnyGame, config: unknown): readonly string[] {
  return embeddedOf(game).lexicon(config)
}

/** The texts of a game for the embedded engine. Throws ConfigError where it has none. */
export function embeddedOf(game: AnyGame): EmbeddedFacet<unknown, unknown> {
  if (game.embedded !== undefined) return game.embedded
  throw new ConfigError(
    `the game ${game.id} has no texts for the embedded engine (its facet 'embedded'), so only models at endpoints and policies without a model can play it`,
  )
}
