/** `vlm-gym eval`: any policy on fixed games: scripted ones by name, trained models by checkpoint. */
import type { Command } from 'commander'
import { ConfigError, EngineError } from '../../errors.ts'
import { type EvaluateOptions, type Evaluation, evaluate, protocolTable, resultTable } from '../../eval/index.ts'
import type { EnvSpec } from '../../gym/index.ts'
import { checkFit, createPolicy, policyNames, samplerPolicy } from '../../policies/index.ts'
import { loadEngineModule } from '../engine-module.ts'
import { evalJobs, presetResults } from '../eval-jobs.ts'
import { interruptible } from '../interrupt.ts'
import { wholeNumber, withExamples, withJson, withSeed, withSet } from '../options.ts'
import { withPictures } from '../pictures.ts'
import { withPlugins } from '../plugins.ts'
import { createProgress } from '../progress.ts'
import { printJson, printLines } from '../terminal.ts'

interface EvalFlags {
  readonly preset?: string
  readonly game: string
  readonly episodes: number
  readonly horizon: number
  readonly restart: boolean
  readonly decoding: 'sampled' | 'greedy' | 'both'
  readonly maxTokens: number
  readonly theme: string
  readonly tile: number
  readonly set?: string[]
  readonly seed: number
  readonly engine: string
  readonly threads: number
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Options and action of `eval`. */
export function defineEval(command: Command): void {
  command.argument(
    '[policy...]',
    `a checkpoint (a file ending in .safetensors), or one of ${policyNames.filter((name) => name !== 'human').join(', ')}`,
  )
  command.option(
    '--preset <name>',
    'paper: every game by the published protocol, beside published results; its random policies play if none is named',
  )
  command.option('--game <id>', 'game to play; with --preset the only one', '2048')
  command.option('--episodes <n>', 'games of each policy, the same for all', wholeNumber(2), 100)
  command.option('--horizon <n>', 'moves a game; with --preset in place of its own', wholeNumber(1), 100)
  command.option('--no-restart', 'end an episode with its game, instead of starting a fresh one until the horizon')
  command.option('--decoding <how>', 'of checkpoints: sampled, greedy or both', 'both')
  command.option('--max-tokens <n>', 'longest reply of a checkpoint, tokens', wholeNumber(4, 8192), 48)
  command.option('--theme <name>', 'colours of the pictures', 'classic')
  command.option('--tile <n>', 'side of a tile, pixels; a checkpoint wants the patch it was trained with', wholeNumber(8, 256), 16)
  command.option('--engine <package>', 'package that makes the engine', '@vlm-gym/engine-onnx')
  command.option('--threads <n>', 'threads of the engine', wholeNumber(1, 256), 2)
  command.option('--quiet', 'no progress')
  withSet(command, 'one knob of the game, such as size=4')
  withPlugins(command)
  withPictures(command)
  withSeed(command, 'the games and all chance of the policies')
  withJson(command)
  withExamples(command, [
    ['vlm-gym eval random greedy-1 solver', 'anchors on 100 games of 2048, 100 moves each'],
    ['vlm-gym eval runs/laptop-0/checkpoints/g1.safetensors --decoding greedy', 'a trained model'],
    ['vlm-gym eval --preset paper', 'random play of all four games beside the published table'],
    ['vlm-gym eval --preset paper --game swap solver greedy-1', 'two policies in one game of it'],
    ['vlm-gym eval random --set size=5 --episodes 200 --json', 'another board, rows for programs'],
  ])
  command.action(evalCommand)
}

type Contestant = Pick<EvaluateOptions, 'policy' | 'decoding'>

async function evalCommand(names: string[], flags: EvalFlags, command: Command): Promise<void> {
  if (!['sampled', 'greedy', 'both'].includes(flags.decoding))
    throw new ConfigError(`--decoding ${flags.decoding} is not sampled, greedy or both`)
  if (names.includes('human')) throw new ConfigError('a person is not evaluated; play with: vlm-gym play')
  const look = { skin: { theme: flags.theme, tile: flags.tile, layout: 'board' }, promptStyle: 'brief' } as const
  const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli')
  const jobs = evalJobs({ ...flags, names, look, given })
  const progress = createProgress({ quiet: flags.quiet })
  const played: Evaluation[][] = jobs.map(() => [])
  try {
    await interruptible(async (signal) => {
      for (const [at, { spec, names: players, rules }] of jobs.entries()) {
        for (const name of players) {
          await withContestants(name, spec, flags, async ({ policy, decoding }) => {
            const stage = `${jobs.length > 1 ? `${spec.game.id}, ` : ''}${policy.name}, ${decoding}`
            const onProgress = (step: number, total: number): void => progress.update({ stage, step, total })
            const { episodes, seed } = flags
            const result = await evaluate({ policy, decoding, specs: [spec], episodes, ...rules, seed, onProgress, signal })
            const failed = result.episodes.find(({ problem }) => problem !== null)
            if (failed) throw new EngineError(`${policy.name} failed: ${failed.problem}`)
            played[at]?.push(result)
          })
        }
      }
    })
  } finally {
    progress.close()
  }
  const { preset } = flags
  const rows = played.flat().flatMap((evaluation) => evaluation.rows)
  const results = preset === undefined ? [] : jobs.flatMap((job, at) => presetResults(job, preset, played[at] ?? []))
  if (flags.json) printJson(preset === undefined ? rows : results)
  else printLines([preset === undefined ? resultTable(rows) : protocolTable(results)])
}

/** Runs `work` for a scripted policy, or for a checkpoint's model under each decoding; the engine is closed whatever happens. */
async function withContestants(
  name: string,
  spec: EnvSpec,
  flags: EvalFlags,
  work: (contestant: Contestant) => Promise<void>,
): Promise<void> {
  if (!name.endsWith('.safetensors')) {
    if (/[./\\]/.test(name)) throw new ConfigError(`${name} is neither a policy nor a checkpoint; a checkpoint's name ends in .safetensors`)
    return work({ policy: createPolicy(name), decoding: 'scripted' })
  }
  const { openEngine } = await loadEngineModule(flags.engine)
  const engine = await openEngine(name, { threads: flags.threads })
  try {
    await checkFit(engine, spec, flags.maxTokens)
    for (const decoding of flags.decoding === 'both' ? (['sampled', 'greedy'] as const) : [flags.decoding]) {
      await work({
        policy: samplerPolicy(engine, { maxTokens: flags.maxTokens, temperature: decoding === 'greedy' ? 0 : 1, name }),
        decoding,
      })
    }
  } finally {
    await engine.close()
  }
}
