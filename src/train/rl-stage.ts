/** A stage of reinforcement learning (GRPO) as a value. Its state: the games that the policy is playing, and which games carry signal. */
import * as z from 'zod'
import type { LastStep } from '../gym/index.ts'
import type { RlConfig } from './config.ts'
import { type GrpoContext, grpoStep } from './grpo.ts'
import type { Stage, StageFacts, StageRun, StageSetup } from './stage.ts'
import { adaptedMix, followSignals, type GameMix, startPool } from './states.ts'

const snapshot = z.object({ state: z.unknown(), last: z.custom<LastStep>(), steps: z.number(), return: z.number() })

const rlState = z.object({
  pool: z.array(z.object({ spec: z.number().int().nonnegative(), snapshot, games: z.number().int() })),
  /** Running share of groups with signal, by entry of the mix; see followSignals. */
  signals: z.array(z.number().min(0).max(1)),
})
type RlState = Readonly<z.output<typeof rlState>>

/** A stage of GRPO. */
export function rlStage(facts: StageFacts, rl: RlConfig): Stage {
  return {
    ...facts,
    kind: 'rl',
    steps: rl.steps,
    batch: `${rl.states} states × ${rl.replies} replies`,
    rate: rl,
    needs: { loss: rl.loss, optimizer: rl.optimizer, reference: true },
    problemOf,
    open: async (setup, saved) => rlRun(setup, rl, saved === undefined ? firstState(setup, rl) : rlState.parse(saved)),
  }
}

function firstState({ mix, seed }: StageSetup, rl: RlConfig): RlState {
  return { pool: startPool(mix, Math.round(rl.states * rl.pool), seed), signals: mix.map(() => 1) }
}

function rlRun(setup: StageSetup, rl: RlConfig, state: RlState): StageRun {
  const { engine, reference, mix, config, play, seed } = setup
  const { pool, signals } = state
  return {
    state,
    step: async (step, learningRate) => {
      const context: GrpoContext = {
        engine,
        reference,
        mix: adaptedMix(mix, signals, rl.adaptive),
        rl,
        maxTokens: config.maxTokens,
        play,
        seed,
      }
      const result = await grpoStep(context, pool, step, learningRate)
      const next = { pool: result.pool, signals: followSignals(signals, result.signals) }
      return { next: rlRun(setup, rl, next), metrics: { ...result.metrics }, kept: result.kept }
    },
  }
}

function problemOf(saved: unknown, mix: GameMix): string | null {
  const parsed = rlState.safeParse(saved)
  if (!parsed.success) return 'its state is not one of reinforcement learning'
  const { pool, signals } = parsed.data
  if (signals.length !== mix.length) return `it has signals of ${signals.length} games`
  for (const { spec, snapshot: kept } of pool) {
    const game = mix[spec]?.spec.game
    if (game === undefined) return `there is no game ${spec}`
    try {
      game.rules.parseState(kept.state)
    } catch (error) {
      return (error as Error).message
    }
  }
  return null
}
