/** `vlm-gym teach` makes what `vlm-gym train` plays: every preset, training configs, and the examples of the documentation as they stand. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EmbeddedEngine } from '@vlm-gym/engine-onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeState } from 'vlm-gym'
import { gameNamed, loadGames } from 'vlm-gym/games'
import { coldStartExamples, lexiconOf, mixOf, PRESETS, parseTrainConfig, presetNamed, type TrainConfig } from '../src/train/index.ts'
import { main, type Outcome, runNode } from './vlm-gym.ts'

const games = await loadGames()
const docs = readFileSync(fileURLToPath(new URL('../docs/teach.md', import.meta.url)), 'utf8')

/** Numbers so small that a run is over in seconds; what is played stays as it is. */
const FEW_STEPS = ['recipes=["g1"]', 'base.steps=1', 'base.batch=4', 'coldStart.steps=2', 'coldStart.batch=8', 'rl.steps=0']
const FEW_GAMES = ['evaluation.episodes=2', 'evaluation.interventions.states=0', 'evaluation.generalisation.states=0']
const SHORT = [0, 1, 2, 3].map((game) => `games.${game}.horizon=2`)
const SMALL_RUN = ['--quiet', '--out', 'run', ...[...FEW_STEPS, ...FEW_GAMES, ...SHORT].flatMap((setting) => ['--set', setting])]
const SMALL_SET = ['--quiet', '--examples', '40', '--held-out', '0.1']

/** The words of a command line; quotes are single ones. */
const wordsOf = (line: string): string[] => (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''))

describe('teach for train', { timeout: 400_000 }, () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'teach-train-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  async function taught(out: string, ...args: string[]): Promise<string> {
    const folder = join(parent, out)
    const { code, stderr } = await runNode([main, 'teach', ...args, '--quiet', '--out', folder])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return folder
  }

  /** Examples for training by game, as a run with this config takes them. */
  async function learned(config: TrainConfig, dataset: string): Promise<Map<string, number>> {
    const engine = new EmbeddedEngine({ model: config.model, words: lexiconOf(games), seed: 0, threads: 1 })
    try {
      const found = await coldStartExamples(engine, { ...config, coldStart: { ...config.coldStart, dataset } })
      const counts = new Map<string, number>()
      for (const { game } of found?.examples ?? []) counts.set(game, (counts.get(game) ?? 0) + 1)
      return counts
    } finally {
      await engine.close()
    }
  }

  const embedded = Object.keys(PRESETS).filter((name) => presetNamed(name).tinker === undefined)
  it.each(embedded)('--preset %s makes what that preset learns from, each game alike', async (name) => {
    const config = presetNamed(name)
    const folder = await taught(`preset-${name}`, '--preset', name, '--examples', '24', '--held-out', '0')
    const counts = await learned(config, folder)
    expect([...counts]).toEqual(expect.arrayContaining(config.games.map(({ id }) => [id, 24 / config.games.length])))
    for (const line of readFileSync(join(folder, 'examples.jsonl'), 'utf8').trim().split('\n')) {
      const { state: token, game } = JSON.parse(line)
      const played = mixOf(config).flatMap(({ spec }) => (spec.game.id === game ? [spec.config] : []))
      expect(played).toContainEqual(gameNamed(game).rules.configOf(decodeState(token, games).state))
    }
    const { config: made } = JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8'))
    expect(made).toMatchObject({ skin: config.skin, prompt: 'brief', tags: 'paper', teacher: config.teacher, seed: config.seed })
    expect(made.games.map(({ horizon }: { horizon: number }) => horizon)).toEqual(mixOf(config).map(({ horizon }) => horizon))
  })

  it('--config makes what a run with that file learns from: knobs, levels of difficulty, weights, teacher', async () => {
    const games = [
      { id: 'swap', config: { rows: 4, columns: 4, colours: 3, shapes: 2 }, weight: 3, horizon: 6 },
      { id: '2048', horizon: 4, levels: [{ perception: 0 }, { perception: 3 }] },
    ]
    const mine = { games, teacher: { blind: false, slip: 0, insight: 0 }, seed: 7 }
    const file = join(parent, 'mine.json')
    await writeFile(file, JSON.stringify(mine))
    const folder = await taught('config', '--config', file, '--examples', '32', '--held-out', '0')
    const config = parseTrainConfig({ ...presetNamed('laptop'), ...mine })
    expect(Object.fromEntries(await learned(config, folder))).toEqual({ swap: 24, '2048': 8 })
    const { config: made } = JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8'))
    expect(made).toMatchObject({ teacher: mine.teacher, seed: 7 })
    expect(made.games.map(({ id, skin }: { id: string; skin?: { noise?: number } }) => [id, skin?.noise ?? 0])).toEqual([
      ['swap', 0],
      ['2048', 0],
      ['2048', 0.1],
    ])
    await writeFile(file, JSON.stringify({ ...mine, prompt: 'full' }))
    const full = await taught('full', '--config', file, '--examples', '2', '--held-out', '0')
    expect(readFileSync(join(full, 'examples.jsonl'), 'utf8')).toContain('Reply in exactly this layout')
  })

  it('options change single things of a preset', async () => {
    const folder = await taught(
      'changed',
      ...['--preset', 'laptop', '--game', 'picture-shisen-sho', '--game', 'swap', '--set', 'picture-shisen-sho.kinds=6'],
      ...['--for', 'vlm', '--tile', '32', '--slip', '0', '--horizon', '5', '--seed', '3', '--examples', '6'],
    )
    const { config: made } = JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8'))
    expect(made).toMatchObject({
      games: [
        { id: 'picture-shisen-sho', config: { rows: 4, columns: 4, kinds: 6 } },
        { id: 'swap', config: { rows: 5, columns: 5, colours: 3 } },
      ],
      ...{ horizon: 5, prompt: 'full', tags: 'neutral', skin: { tile: 32, layout: 'full' }, teacher: { blind: true, slip: 0 }, seed: 3 },
    })
    expect(made.games[0].horizon).toBeUndefined()
  })

  /** Runs commands of the documentation in an empty folder, with smaller numbers behind them. */
  async function runAll(name: string, lines: readonly string[]): Promise<Outcome[]> {
    const folder = await mkdtemp(join(parent, `${name}-`))
    const outcomes: Outcome[] = []
    for (const line of lines) {
      expect(docs).toContain(`\n${line}\n`)
      const [, command, ...args] = wordsOf(line)
      outcomes.push(await runNode([main, command as string, ...args, ...(command === 'teach' ? SMALL_SET : SMALL_RUN)], folder))
    }
    expect(existsSync(join(folder, 'run', 'report.html'))).toBe(true)
    return outcomes
  }

  it('the example of the documentation and of both helps runs as it stands', async () => {
    const teachLine = 'vlm-gym teach --preset laptop --examples 5000 --out data/small'
    const trainLine = 'vlm-gym train --set coldStart.dataset=data/small'
    for (const [command, line] of [
      ['teach', teachLine],
      ['train', trainLine],
    ] as const)
      expect((await runNode([main, command, '--help'])).stdout.replace(/ \\\n\s+/g, ' ')).toContain(line)
    const outcomes = await runAll('one', [teachLine, trainLine])
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(2).fill({ code: 0, stderr: '' }))
  })

  it('so does the example with several data sets', async () => {
    const outcomes = await runAll('several', [
      'vlm-gym teach --preset laptop --game 2048 --examples 3000 --out data/numbers',
      'vlm-gym teach --preset laptop --game shisen-sho --game picture-shisen-sho --game swap --examples 3000 --out data/tiles',
      `vlm-gym train --set 'coldStart.dataset=["data/numbers","data/tiles"]'`,
    ])
    expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(3).fill({ code: 0, stderr: '' }))
  })
})
