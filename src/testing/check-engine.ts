/**
 * Conformance of an engine with its contract (src/engine.ts). Throws EngineError whose message names the engine and what does not hold;
 * returns what was checked, a line each.
 *
 *     const checked = await checkEngine({ open: () => createEngine(options, needs), prompts, reply })
 *
 * Chat format; capabilities as `info` says; shapes and stop reasons; chance by seed alone; log-probs alike when sampling, scoring and training; sums as
 * losses; gradients that add up and are used once; learning; clipping; calls carried out in their order; saves, their refs, loading and
 * discarding; refusals.
 */
import type { Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Bench, CheckEngineOptions } from './engine-bench.ts'
import { MODEL_CHECKS } from './engine-model-checks.ts'
import { SAVE_CHECKS } from './engine-save-checks.ts'

/** Runs every check on an engine of its own. */
export async function checkEngine(options: CheckEngineOptions): Promise<string[]> {
  const checked: string[] = []
  for (const [what, check] of Object.entries({ ...MODEL_CHECKS, ...SAVE_CHECKS })) {
    const engine = await options.open()
    try {
      await check(benchOf(engine, options))
    } catch (error) {
      throw new EngineError(`${engine.info.name}: ${what}: ${(error as Error).message}`, { cause: error })
    } finally {
      await engine.close()
    }
    checked.push(what)
  }
  return checked
}

function benchOf(engine: Engine, options: CheckEngineOptions): Bench {
  const { tolerance = 1e-4 } = options
  const reply = engine.chat.reply(options.reply)
  const near = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
    a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - (b[i] as number)) <= tolerance)
  return { engine, prompts: options.prompts(engine), reply, options, near }
}
