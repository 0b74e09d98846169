/** Who plays in `vlm-gym eval`: scripted policies by name, checkpoints through an engine, models behind HTTP. */
import { ConfigError } from '../errors.ts'
import { type EvaluateOptions, evaluationEntries, type Pace, workedExamples } from '../eval/index.ts'
import { type EnvSpec, envSpec } from '../gym/index.ts'
import { createPolicy, samplerPolicy } from '../policies/index.ts'
import { openCheckpoint } from './engine-module.ts'
import type { EvalConfig, EvalPace } from './eval-config.ts'
import { CONCURRENCY, type EndpointDecoding, type Endpoints } from './eval-endpoints.ts'
import { namedKind, openFitting } from './named.ts'

/** Reply tokens of a checkpoint at most, by default. */
export const CHECKPOINT_TOKENS = 48

/** One who plays, under one decoding. */
export interface Player extends Pick<EvaluateOptions, 'policy' | 'decoding'> {
  /** The game as this player sees it. */
  readonly spec: EnvSpec
  /** Endpoints go their own pace, and so does everyone under --concurrency. */
  readonly pace: Pace | null
  readonly endpoint: boolean
}

/** The options that players are made from. */
export interface PlayerOptions {
  readonly config: EvalConfig
  readonly local: EvalPace
  readonly endpoints: Endpoints
}

/** Runs `work` for every decoding of a name, one after another; an engine is closed whatever happens. */
export async function withPlayers(
  name: string,
  spec: EnvSpec,
  options: PlayerOptions,
  work: (player: Player) => Promise<void>,
): Promise<void> {
  const kind = namedKind(name)
  if (kind === 'endpoint') {
    for (const player of await endpointPlayers(name, spec, options)) await work(player)
    return
  }
  const { local } = options
  const pace = local.concurrency === undefined ? null : { concurrency: local.concurrency }
  if (kind === 'checkpoint') return withCheckpoint(name, spec, options, pace, work)
  await work({ policy: createPolicy(name), decoding: 'scripted', spec, pace, endpoint: false })
}

/** Refuses names of nobody, files that are no checkpoints, and models without key or address, before anyone plays. Throws ConfigError, StorageError. */
export async function checkPlayers(names: readonly string[], { config, local, endpoints }: PlayerOptions): Promise<void> {
  for (const name of new Set(names)) {
    const kind = namedKind(name)
    if (kind === 'endpoint') for (const decoding of endpointDecodings(config)) await endpoints.policy(name, decoding)
    else if (kind === 'checkpoint') await (await openCheckpoint(name, { engine: config.engine, threads: local.threads })).close()
    else createPolicy(name)
  }
}

const endpointDecodings = ({ decoding }: EvalConfig): readonly EndpointDecoding[] =>
  decoding === 'both' ? ['sampled', 'greedy'] : [decoding ?? 'sampled']

async function withCheckpoint(
  name: string,
  spec: EnvSpec,
  { config, local }: PlayerOptions,
  pace: Pace | null,
  work: (player: Player) => Promise<void>,
): Promise<void> {
  if (config.history > 0 || config.examples > 0) {
    throw new ConfigError(`the checkpoint ${name} reads single states; leave --history and --examples out`)
  }
  const maxTokens = config.maxTokens ?? CHECKPOINT_TOKENS
  const engine = await openFitting(name, { engine: config.engine, threads: local.threads, specs: [spec], maxTokens })
  try {
    const { decoding } = config
    for (const one of decoding === null || decoding === 'both' ? (['sampled', 'greedy'] as const) : [decoding]) {
      const policy = samplerPolicy(engine, { maxTokens, temperature: one === 'greedy' ? 0 : 1, name })
      await work({ policy, decoding: one, spec, pace, endpoint: false })
    }
  } finally {
    await engine.close()
  }
}

/** A model behind HTTP sees the whole prompt and a larger picture, unless the options say otherwise. */
export function endpointSpec(spec: EnvSpec, { tile, layout, prompt, tags }: EvalConfig): EnvSpec {
  const skin = { ...spec.skin, tile: tile ?? 64, layout: layout ?? 'full' }
  return envSpec({ ...spec, skin, promptStyle: prompt ?? 'full', tags })
}

/** The players of an endpoint: one a decoding. Throws ConfigError for a name, key or address that cannot be right. */
export async function endpointPlayers(name: string, base: EnvSpec, { config, local, endpoints }: PlayerOptions): Promise<Player[]> {
  const spec = endpointSpec(base, config)
  const { history, seed, hidden, episodes } = config
  const used = new Set(evaluationEntries({ specs: [spec], episodes, seed, hidden }).map((entry) => entry.seed))
  const examples = await workedExamples(spec, { count: config.examples, seed, used })
  const { concurrency = CONCURRENCY } = local
  return Promise.all(
    endpointDecodings(config).map(async (decoding): Promise<Player> => {
      const policy = await endpoints.policy(name, decoding)
      return { policy, decoding, spec, pace: { concurrency, history, examples }, endpoint: true }
    }),
  )
}
