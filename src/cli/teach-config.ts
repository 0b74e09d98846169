/** What `teach` is asked to make: from its own options, or from the games, pictures, prompts and teacher of a training config. */
import { resolve } from 'node:path'
import { ConfigError } from '../errors.ts'
import { gameEntries, gameNamed, loadGames } from '../games/registry.ts'
import { isCheckpointName, loadExtras, resolvePlugin } from '../jobs/index.ts'
import { isEndpointName } from '../policies/endpoints.ts'
import { type ConfigObject, gameConfig } from '../settings.ts'
import { didYouMean } from '../suggest.ts'
import { specsOf, type TeachConfig, teachConfig } from '../teach/index.ts'
import { mixOf, presetNamed, type TrainConfig, trainConfig } from '../train/index.ts'
import { checkConfig, gatherConfig } from './options.ts'
import { REQUEST_OPTIONS, type RequestFlags, type RequestTarget } from './request-options.ts'

/** The options of `teach` that decide what is made; absent ones were not given. */
export interface TeachFlags extends RequestFlags {
  readonly preset?: string
  readonly config?: string
  readonly teacher: string
  readonly model?: string
  /** False after --no-blind. */
  readonly blind: boolean
  readonly slip?: number
  readonly insight?: number
  readonly temperature: number
  readonly maxTokens?: number
  readonly game?: string[]
  readonly set?: string[]
  readonly plugin?: string[]
  readonly pictures?: string
  readonly for?: keyof typeof LOOKS
  readonly prompt?: string
  readonly tags?: string
  readonly layout?: string
  readonly tile?: number
  readonly theme?: string
  readonly horizon?: number
  readonly examples: number
  readonly maxReplies?: number
  readonly parallel: number
  readonly heldOut: number
  readonly minReward: number
  readonly maxRegret?: number
  readonly seed?: number
}

/** What --for stands for: how prompts and pictures are made. */
const LOOKS = {
  vlm: { prompt: 'full', layout: 'full', tile: 64, tags: 'neutral' },
  embedded: { prompt: 'brief', layout: 'board', tile: 16, tags: 'paper' },
} as const

type Skin = Omit<TeachConfig['skin'], 'theme' | 'tile' | 'layout'> & {
  readonly theme: string
  readonly tile: number
  readonly layout: string
}

/** What the options start from. */
interface Base {
  /** For the default folder. */
  readonly name: string
  readonly games: readonly (Omit<TeachConfig['games'][number], 'skin'> & { readonly skin: Skin })[]
  readonly horizon: number
  readonly skin: Skin
  readonly prompt: string
  readonly tags: string
  readonly habits: { readonly blind: boolean; readonly slip: number; readonly insight: number }
  /** Of a checkpoint that teaches. */
  readonly maxTokens: number
  readonly seed: number
  readonly plugins: readonly string[]
  readonly pictures?: string | undefined
}

/** Replies asked for at most, unless it is said: so many an example, and no fewer in all. */
const REPLIES_PER_EXAMPLE = 4
const FEWEST_REPLIES = 100

/** The config of a new data set and the name of its default folder. Plugins and pictures are loaded. Throws ConfigError. */
export async function teachConfigOf(flags: TeachFlags, target: RequestTarget): Promise<{ config: TeachConfig; name: string }> {
  const changed = REQUEST_OPTIONS.find((name) => flags[name as keyof RequestFlags] !== undefined)
  if (changed !== undefined && !isEndpointName(flags.model ?? ''))
    throw new ConfigError(`--${changed} is for a model behind HTTP; leave it out, or name one with --model`)
  const base = flags.preset === undefined && flags.config === undefined ? await plainBase(flags) : await trainingBase(flags)
  const { maxRegret = null, model, seed = base.seed, examples } = flags
  const { temperature, parallel, heldOut, minReward } = flags
  const look = lookOf(flags, base)
  const given = {
    games: taughtGames(flags, base),
    horizon: flags.horizon ?? base.horizon,
    skin: look.skinOver(base.skin),
    ...{ prompt: look.prompt, tags: look.tags },
    teacher: {
      model: model === undefined ? flags.teacher : isCheckpointName(model) ? resolve(model) : model,
      ...(target.baseUrl !== null && { baseUrl: target.baseUrl }),
      ...(model !== undefined && isEndpointName(model) && { request: target.kept }),
      blind: flags.blind && base.habits.blind,
      slip: flags.slip ?? base.habits.slip,
      insight: flags.insight ?? base.habits.insight,
      temperature,
      maxTokens: flags.maxTokens ?? (model !== undefined && isCheckpointName(model) ? base.maxTokens : 1024),
    },
    ...{ examples, parallel, heldOut, minReward, maxRegret, seed },
    maxReplies: flags.maxReplies ?? Math.max(FEWEST_REPLIES, REPLIES_PER_EXAMPLE * examples),
    plugins: base.plugins,
    ...(base.pictures !== undefined && { pictures: base.pictures }),
  }
  const config = checkConfig(teachConfig, given, 'the request')
  for (const { game } of specsOf(config, 'image')) {
    if (config.maxRegret !== null && game.expert?.solver === undefined)
      throw new ConfigError(`the game ${game.id} has no solver, so --max-regret cannot be asked of it; leave it out`)
  }
  return { config, name: `${base.name}-${seed}` }
}

async function plainBase({ game: ids = ['2048'], plugin = [], pictures }: TeachFlags): Promise<Base> {
  const extras = { plugins: plugin.map((name) => resolvePlugin(name)), ...(pictures !== undefined && { pictures: resolve(pictures) }) }
  await loadExtras(extras)
  await loadGames(ids)
  const { tile, layout, prompt, tags } = LOOKS.vlm
  const skin = { theme: 'classic', tile, layout }
  const games = [...new Set(ids)].map((id) => ({ id, config: {}, weight: 1, skin }))
  const habits = { blind: true, slip: 0.05, insight: 0.1 }
  return { name: games.map(({ id }) => id).join('-'), games, horizon: 100, skin, prompt, tags, habits, maxTokens: 1024, seed: 0, ...extras }
}

/** What a training run plays, levels of difficulty included, in its prompts. */
async function trainingBase(flags: TeachFlags): Promise<Base> {
  const base = presetNamed(flags.preset ?? 'laptop') as ConfigObject & TrainConfig
  // As vlm-gym train has it: a file of --print-config stands alone.
  const isWhole = (file: ConfigObject): boolean => flags.preset === undefined && trainConfig.safeParse(file).success
  const gathered = await gatherConfig({ base: (file) => (isWhole(file) ? {} : base), config: flags.config })
  const train = checkConfig(trainConfig, gathered, 'the training config')
  const plugins = [...new Set([...train.plugins, ...(flags.plugin ?? [])].map((name) => resolvePlugin(name)))]
  const folder = flags.pictures ?? train.pictures
  const extras = { plugins, ...(folder !== undefined && { pictures: resolve(folder) }) }
  await loadExtras({ ...extras, games: train.games })
  const games = mixOf(train).map(({ spec, weight, horizon }) => ({
    id: spec.game.id,
    config: spec.config as ConfigObject,
    ...{ weight, horizon, skin: spec.skin },
  }))
  const { tags } = LOOKS.embedded
  const { skin, prompt, teacher: habits, maxTokens, seed, preset: name } = train
  return { name, games: chosen(flags, games, name), horizon: 100, skin, prompt, tags, habits, maxTokens, seed, ...extras }
}

/** The games of a training config that --game names; all without it. */
function chosen<T extends { readonly id: string }>({ game: ids }: TeachFlags, games: readonly T[], preset: string): T[] {
  const known = [...new Set(games.map(({ id }) => id))]
  const foreign = ids?.find((id) => !known.includes(id))
  if (foreign !== undefined) {
    throw new ConfigError(
      `the training config ${preset} does not play ${JSON.stringify(foreign)}${didYouMean(foreign, known)}; it plays ${known.join(', ')}`,
    )
  }
  return games.filter(({ id }) => ids === undefined || ids.includes(id))
}

/** How prompts and pictures are made: --for over the base, single options over that. */
function lookOf(flags: TeachFlags, base: Base): { prompt: string; tags: string; skinOver: (skin: Skin) => Skin } {
  const look = flags.for === undefined ? undefined : LOOKS[flags.for]
  return {
    prompt: flags.prompt ?? look?.prompt ?? base.prompt,
    tags: flags.tags ?? look?.tags ?? base.tags,
    skinOver: (skin) => ({
      ...skin,
      theme: flags.theme ?? skin.theme,
      tile: flags.tile ?? look?.tile ?? skin.tile,
      layout: flags.layout ?? look?.layout ?? skin.layout,
    }),
  }
}

function taughtGames(flags: TeachFlags, base: Base): object[] {
  const { skinOver } = lookOf(flags, base)
  const settings = knobSettings(flags.set ?? [], [...new Set(base.games.map(({ id }) => id))])
  const usual = JSON.stringify(base.skin)
  return base.games.map(({ id, config, weight, horizon, skin }) => ({
    id,
    config: gameConfig(gameNamed(id), settings.get(id), config),
    weight,
    ...(horizon !== undefined && flags.horizon === undefined && { horizon }),
    ...(JSON.stringify(skin) !== usual && { skin: skinOver(skin) }),
  }))
}

/** Which knobs --set sets of which game: `GAME.knob=value`, or `knob=value` where one game is played. Throws ConfigError. */
function knobSettings(settings: readonly string[], ids: readonly string[]): Map<string, string[]> {
  const known = gameEntries().map(({ id }) => id)
  const out = new Map<string, string[]>(ids.map((id) => [id, []]))
  for (const text of settings.map((setting) => setting.trim())) {
    const named = known.filter((id) => text.startsWith(`${id}.`)).sort((a, b) => b.length - a.length)[0]
    if (named !== undefined && !ids.includes(named))
      throw new ConfigError(`--set ${text} is of ${named}, which is not played; played ${ids.length > 1 ? 'are' : 'is'} ${ids.join(', ')}`)
    if (named === undefined && ids.length > 1)
      throw new ConfigError(`--set ${text} does not say of which game; write --set GAME.${text} with one of ${ids.join(', ')}`)
    out.get(named ?? (ids[0] as string))?.push(named === undefined ? text : text.slice(named.length + 1))
  }
  return out
}
