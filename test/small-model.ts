/** A small model that has learned to read and answer 2048 a little, made in seconds: for tests that need replies of all kinds. */
import { EmbeddedEngine } from '@vlm-gym/engine-onnx'
import { loadGames } from 'vlm-gym/games'
import { learningRateAt, lexiconOf, mixOf, parseTrainConfig, presetNamed, supervisedBatch, supervisedStep } from 'vlm-gym/train'

await loadGames(['2048'])

/** The config that the model is made for; its game is loaded. */
export const smallConfig = parseTrainConfig({
  ...presetNamed('tiny'),
  games: [{ id: '2048', horizon: 40, restart: true }],
  maxTokens: 48,
  model: { width: 64, layers: 2, heads: 2, headWidth: 32, patch: 16, textLength: 64 },
})

/** An engine in this thread after `steps` steps of cold start from nothing. `folder`: of its saves. */
export async function smallModel(steps: number, folder: string): Promise<EmbeddedEngine> {
  const engine = new EmbeddedEngine({ model: smallConfig.model, words: lexiconOf(await loadGames()), seed: 1, threads: 1, folder })
  const settings = { ...smallConfig.coldStart, steps, batch: 16, learningRate: 4e-3, warmup: 5 }
  const context = { engine, mix: mixOf(smallConfig), settings, corpus: { kind: 'teacher', habits: smallConfig.teacher } as const, seed: 1 }
  for (let step = 0; step < steps; step++) await supervisedStep(context, supervisedBatch(context, step), learningRateAt(settings, step))
  return engine
}
