/** What a training run needs of an engine, asked before any work. */
import type { EngineInfo } from '../engine.ts'
import { ConfigError } from '../errors.ts'
import type { TrainConfig } from './config.ts'
import type { Stage } from './stage.ts'

/** Throws ConfigError for a stage whose loss or optimizer the engine lacks, for pictures it cannot see, and for replies that are too long. */
export function checkEngineInfo(info: EngineInfo, config: Pick<TrainConfig, 'maxTokens' | 'observation'>, stages: readonly Stage[]): void {
  const { name, images, losses, optimizers, maxSequence, maxText = maxSequence } = info
  if (images < 1 && config.observation === 'image')
    throw new ConfigError(`the engine ${name} is blind, and training shows pictures; choose another engine, or observation=caption`)
  for (const stage of stages.filter(({ steps }) => steps > 0)) {
    const { loss, optimizer } = stage.needs
    if (!losses.includes(loss))
      throw new ConfigError(`the stage ${stage.name} needs the loss ${loss}; the engine ${name} has ${losses.join(', ')}`)
    if (!optimizers.includes(optimizer))
      throw new ConfigError(
        `the stage ${stage.name} needs the optimizer ${optimizer}; the engine ${name} has ${optimizers.join(', ')}; set its optimizer to one of these`,
      )
  }
  const most = Math.min(maxSequence, maxText)
  if (config.maxTokens >= most)
    throw new ConfigError(`maxTokens is ${config.maxTokens}; the engine ${name} has room for ${most} tokens of prompt and reply; lower it`)
}
