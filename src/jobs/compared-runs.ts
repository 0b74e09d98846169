/** Run folders as comparisons take them: evaluations and training runs, also while they are going. */
import { basename, resolve } from 'node:path'
import { ConfigError } from '../errors.ts'
import { loadKnownGames } from '../games/registry.ts'
import {
  aboutText,
  type ComparedRun,
  type CompareFacts,
  loadTrained,
  recipeDifferences,
  trainingOf,
  trainingSetups,
} from '../report/index.ts'
import { endpointLines, episodeRecords, METRICS_FILE, probeRows, type RunFolder, readRun, resultRows } from '../runs/index.ts'
import { evalRunConfig } from './eval-config.ts'
import { ENDPOINTS } from './eval-endpoints.ts'
import { loadExtras } from './extras.ts'
import { loadPlugins } from './plugins.ts'

/** Reads runs, locked by nobody. A run is called as its folder, or by its whole path where two folders are called the same. */
export async function readComparedRuns(paths: readonly string[]): Promise<ComparedRun[]> {
  const short = paths.map((path) => basename(resolve(path)))
  const runs: ComparedRun[] = []
  for (const [i, path] of paths.entries()) {
    const name = short[i] as string
    runs.push(await comparedRun(await readRun(path), short.indexOf(name) === short.lastIndexOf(name) ? name : path))
  }
  return runs
}

async function comparedRun(folder: RunFolder, name: string): Promise<ComparedRun> {
  const rows = (await folder.readDerived('results.json', resultRows)) ?? []
  const episodes = await episodeRecords(folder)
  const about = aboutText(folder.about)
  const parsed = evalRunConfig.safeParse(folder.config)
  if (parsed.success) {
    const { eval: config, games } = parsed.data
    await loadPlugins(config.plugins)
    await loadKnownGames(games.map(({ game }) => game))
    const endpoints = (await folder.readDerived(ENDPOINTS, endpointLines)) ?? []
    return { name, about, seed: config.seed, setups: games, episodes, endpoints, rows }
  }
  const { plugins, pictures } = extrasOf(folder.config)
  await loadExtras({ plugins, pictures })
  await loadTrained(folder.config)
  const seed = rows[0]?.seed ?? 0
  const probes = (await folder.readDerived('probes.json', probeRows)) ?? []
  const training = trainingOf(folder.config, folder.stages)
  return { name, about, seed, setups: trainingSetups(folder.config), training, episodes, probes, rows }
}

/** What the games of a training config need from outside the package. */
function extrasOf(config: unknown): { readonly plugins: readonly string[]; readonly pictures: string | null } {
  const { plugins, pictures } = (typeof config === 'object' && config !== null ? config : {}) as Record<string, unknown>
  return {
    plugins: Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [],
    pictures: typeof pictures === 'string' ? pictures : null,
  }
}

/** Refuses runs that are not of one recipe with different seeds. Throws ConfigError that says what differs. */
export function checkSeeds(runs: readonly ComparedRun[]): void {
  const [first, ...others] = runs
  if (first === undefined || others.length === 0) throw new ConfigError('a table over seeds needs two runs or more; name them all')
  const foreign = runs.find(({ training }) => training == null)
  if (foreign)
    throw new ConfigError(`${foreign.name} is no training run, so it has no training seed; a table over seeds is of training runs`)
  const seeds = new Map<number | undefined, string>()
  for (const { name, training } of runs) {
    const differences = recipeDifferences(first.training?.recipe, training?.recipe)
    if (differences.length > 0) {
      throw new ConfigError(
        `${first.name} and ${name} differ by more than the seed: ${differences.join(', ')}; compare them without a table over seeds`,
      )
    }
    const twin = seeds.get(training?.seed)
    if (twin !== undefined) throw new ConfigError(`${twin} and ${name} have the same seed, ${training?.seed}; name one of them`)
    seeds.set(training?.seed, name)
  }
}

/** What the page of a comparison shows besides its groups. `paths`: folders of the runs, in their order. */
export async function compareFacts(runs: readonly ComparedRun[], paths: readonly string[]): Promise<CompareFacts> {
  const metrics = []
  for (const [i, { name, training }] of runs.entries()) {
    if (!training) continue
    const folder = await readRun(paths[i] as string)
    metrics.push({ run: name, lines: await folder.linesOf(METRICS_FILE) })
  }
  return {
    names: runs.map(({ name }) => name),
    about: runs.flatMap(({ name, about }) => (about ? [`${name}: ${about}`] : [])),
    metrics,
  }
}
