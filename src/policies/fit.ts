/** Whether an engine's model can play a spec at all, found out before a long job starts instead of in the middle of it. */
import type { Engine } from '../engine.ts'
import { ConfigError } from '../errors.ts'
import { type EnvSpec, formatReply, observationOf, startSnapshot } from '../gym/index.ts'
import { frameOf } from '../messages.ts'
import { checkPictures, checkPrompt, sampleChecked } from './samples.ts'

/**
 * Draws a first picture, samples a reply to it and measures a teacher's reply. Throws ConfigError or EngineError naming what does not fit:
 * the theme, the picture's size against the model's patch, the prompt's words, the longest reply.
 */
export async function checkFit(engine: Engine, spec: EnvSpec, maxTokens: number): Promise<void> {
  const { game, skin, mode } = spec
  const shows = mode !== 'caption' || engine.info.images > 0
  if (shows) checkPictures(engine.info, 1)
  const snapshot = startSnapshot(spec, 0)
  const observation = observationOf(spec, snapshot)
  const prompt = engine.chat.prompt(observation)
  const truth = game.perception.of(snapshot.state)
  const patches = shows ? engine.chat.imageTokens(frameOf(observation)) : 0
  const grid = game.perception.grid?.(truth)
  if (shows && skin.layout === 'board' && grid !== undefined && patches !== grid.rows * grid.columns) {
    throw new ConfigError(
      `the model cuts a picture of ${game.id} into ${patches} patches, the board has ${grid.rows * grid.columns} cells; give tiles of the model's patch size (skin.tile, --tile) instead of ${skin.tile}`,
    )
  }
  checkPrompt(engine.info, prompt, maxTokens)
  await sampleChecked(engine.sampler(), { prompts: [prompt], n: 1, params: { maxTokens, temperature: 0, seed: 0 } })
  const thought = game.teacher?.teach(snapshot.state, { blind: false })
  if (!thought) return
  const reply = formatReply({
    perception: game.perception.format(truth),
    think: thought.think,
    answer: game.answer.format(snapshot.state, thought.action),
  })
  const length = engine.chat.reply(reply).length
  if (length > maxTokens)
    throw new ConfigError(`a reply to ${game.id} takes about ${length} tokens, maxTokens allows ${maxTokens}; raise it`)
}
