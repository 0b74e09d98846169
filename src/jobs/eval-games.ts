/**
 * What `vlm-gym eval` plays: one game as the options say, or the games of a preset as their protocols say. A job is a game with its policies
 * and its way of counting; the command plays the jobs and does not care where they come from.
 */
import { ConfigError } from '../errors.ts'
import type { EvaluateOptions, Evaluation } from '../eval/index.ts'
import type { AnyGame } from '../game.ts'
import type { Protocol } from '../game-presets.ts'
import { gameNamed, loadGame, loadGames } from '../games/registry.ts'
import { boundedHorizon, type EnvSpec, type SpecConfig, specFrom } from '../gym/index.ts'
import { knownRows, type ProtocolResults, protocolRow } from '../report/index.ts'
import { type ConfigObject, gameConfig } from '../settings.ts'
import { didYouMean } from '../suggest.ts'

/** Presets that whole games are evaluated under. */
const EVAL_PRESETS = ['paper'] as const
type EvalPreset = (typeof EVAL_PRESETS)[number]

/** What the jobs are made from. */
export interface EvalJobOptions {
  /** Policies and checkpoints by name; may be empty under a preset, which has its own. */
  readonly names: readonly string[]
  /** Look and prompt of every spec. */
  readonly look: Pick<SpecConfig, 'skin' | 'prompt'> & Partial<Pick<SpecConfig, 'mode' | 'feedback'>>
  readonly preset?: string | null | undefined
  readonly game: string
  readonly set?: readonly string[] | undefined
  readonly horizon: number
  readonly restart: boolean
  /** Names of the options that the person gave, such as 'game'. */
  readonly given: readonly string[]
}

/** A game with those who play it. */
export interface EvalJob {
  readonly spec: EnvSpec
  readonly names: readonly string[]
  readonly rules: Pick<EvaluateOptions, 'counts' | 'expertEvery'>
  /** Absent: no preset. */
  readonly protocol?: Protocol
}

/** The jobs of a command, their games loaded. Throws ConfigError for options that do not go together, an unknown preset, and games without its protocol. */
export async function evalJobs(options: EvalJobOptions): Promise<EvalJob[]> {
  if (options.preset !== undefined && options.preset !== null) return presetJobs(options, evalPresetNamed(options.preset))
  const { names, game, set = [], horizon, restart } = options
  if (names.length === 0) throw new ConfigError('there is no policy to evaluate; name one, such as random, or give --preset paper')
  const one = await loadGame(game)
  const spec = specFrom({ ...lookOf(options, one), game, config: gameConfig<ConfigObject>(one, set), horizon, restart }, gameNamed)
  return [{ spec, names, rules: {} }]
}

/** A game without texts for the embedded engine is played by full prompts, unless another style was asked for. */
function lookOf({ look, given }: EvalJobOptions, game: AnyGame): EvalJobOptions['look'] {
  return game.embedded === undefined && !given.includes('prompt') ? { ...look, prompt: 'full' } : look
}

function evalPresetNamed(text: string): EvalPreset {
  const preset = EVAL_PRESETS.find((name) => name === text)
  if (preset === undefined)
    throw new ConfigError(
      `there is no preset "${text}" of evaluation${didYouMean(text, EVAL_PRESETS)}; there is ${EVAL_PRESETS.join(', ')}`,
    )
  return preset
}

/** The expert judges nothing here: these tables are about whole games. */
async function presetJobs(options: EvalJobOptions, preset: EvalPreset): Promise<EvalJob[]> {
  const { names, game, given, horizon } = options
  const option = given.includes('set') ? '--set' : given.includes('restart') ? '--no-restart' : undefined
  if (option !== undefined)
    throw new ConfigError(`${option} cannot go with --preset ${preset}, which fixes what is played; leave one of the two out`)
  const games = given.includes('game')
    ? [await loadGame(game)]
    : (await loadGames()).filter(({ presets }) => presets?.[preset]?.protocol !== undefined)
  return games.map((one) => {
    const gamePreset = one.presets?.[preset]
    const protocol = gamePreset?.protocol
    if (gamePreset === undefined || protocol === undefined)
      throw new ConfigError(`the game ${one.id} has no protocol of the preset ${preset}; leave --game or --preset out`)
    const { restart, counts, anchors } = protocol
    const moves = given.includes('horizon') ? horizon : gamePreset.horizon
    return {
      spec: specFrom({ ...lookOf(options, one), game: one.id, config: gamePreset.config, horizon: moves, restart }, gameNamed),
      names: names.length > 0 ? names : Object.keys(anchors),
      rules: { counts, expertEvery: 0 },
      protocol,
    }
  })
}

/** Results under a preset: the rows of this job, then those that others report at the same horizon. */
export function presetResults({ spec, protocol }: EvalJob, preset: string, evaluations: readonly Evaluation[]): ProtocolResults[] {
  if (protocol === undefined) return []
  const { id, title } = spec.game
  const { unit, published } = protocol
  const horizon = boundedHorizon(spec)
  const rows = [...evaluations.map((evaluation) => protocolRow(evaluation, protocol)), ...knownRows(protocol, horizon)]
  return [{ game: id, title, preset, horizon, unit, published, rows }]
}
