/** What a training run needs of an engine, asked before any work. */
import type { EngineInfo, LossName, Optimizer } from '../engine.ts'
import { ConfigError } from '../errors.ts'
import type { TrainConfig } from './config.ts'
import { type Stage, stagesOf } from './recipes.ts'

const lossOf = ({ kind }: Stage): LossName => (kind === 'grpo' ? 'ppo' : 'cross_entropy')
const optimizerOf = (stage: Stage): Optimizer => (stage.kind === 'grpo' ? 'adam' : stage.settings.optimizer)

/** Throws ConfigError for a stage whose loss or optimizer the engine lacks, for pictures it cannot see, and for replies that are too long. */
export function checkEngineInfo(info: EngineInfo, config: TrainConfig): void {
  const { name, images, losses, optimizers, maxSequence, maxText = maxSequence } = info
  if (images < 1) throw new ConfigError(`the engine ${name} is blind, and training shows pictures; choose another engine`)
  for (const stage of stagesOf(config).filter(({ settings }) => settings.steps > 0)) {
    const [loss, optimizer] = [lossOf(stage), optimizerOf(stage)]
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
