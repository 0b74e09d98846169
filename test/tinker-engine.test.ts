/** `vlm-gym train --engine tinker:URL` on `vlm-gym serve-engine`: the numbers of the engine in process, and the contract of engines, over HTTP. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Env, envSpec, loadGame } from 'vlm-gym'
import { engineNamed, newWords } from 'vlm-gym/jobs'
import { checkEngine } from 'vlm-gym/testing'
import { presetNamed } from 'vlm-gym/train'
import { type Running, startServer } from './running-server.ts'
import { main, vlmGym } from './vlm-gym.ts'

const tiny = presetNamed('tiny')
/** Everything that training and evaluation ask of an engine, two turns of an episode among them, in few steps. */
const config = {
  ...tiny,
  games: tiny.games.filter(({ id }) => id === '2048' || id === 'swap').map((game) => ({ ...game, horizon: 3 })),
  recipes: ['g1'],
  base: { ...tiny.base, steps: 2, batch: 8 },
  coldStart: { ...tiny.coldStart, steps: 3, batch: 8 },
  rl: { ...tiny.rl, steps: 4, states: 4, replies: 4, turns: 2, minibatch: 8 },
  saveEvery: 1,
  evaluation: { episodes: 2, seed: 2048, probes: { states: 2 }, interventions: { states: 2 }, generalisation: { states: 1 } },
}

const metricsOf = (folder: string): object[] =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }))

describe('train --engine tinker:URL', { timeout: 300_000 }, () => {
  let parent = ''
  let server: Running
  const start = (...more: string[]) =>
    startServer('serve-engine', '--config', join(parent, 'config.json'), '--folder', join(parent, 'kept'), ...more)
  const train = (...args: string[]) => vlmGym('train', '--quiet', '--parallel', '1', ...args)

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'tinker-engine-'))
    await writeFile(join(parent, 'config.json'), JSON.stringify(config))
    server = await start()
  }, 60_000)
  afterAll(async () => {
    server?.child.kill('SIGKILL')
    await rm(parent, { recursive: true, force: true })
  })

  /** Everything that a run came to must be that of the run in process, to the last bit. */
  const expectSame = async (folder: string): Promise<void> => {
    const own = join(parent, 'own')
    expect(metricsOf(folder)).toEqual(metricsOf(own))
    for (const name of ['results.json', 'interventions.json', 'generalisation.json'])
      expect(await readFile(join(folder, name), 'utf8')).toBe(await readFile(join(own, name), 'utf8'))
    const progress = JSON.parse(await readFile(join(folder, 'progress.json'), 'utf8')) as { finished: Record<string, { weights: string }> }
    for (const stage of ['base', 'cold-start', 'g1']) {
      const [, run = ''] = /^tinker:\/\/([^/]+)\//.exec(progress.finished[stage]?.weights ?? '') ?? []
      const saves = join(parent, 'kept', 'saves')
      const file = readdirSync(saves).find((name) => name.startsWith(`${run.replace(/[^\w-]/g, '.')}.weights.${stage}.`)) ?? 'none'
      expect((await readFile(join(saves, file))).equals(await readFile(join(own, 'checkpoints', `${stage}.safetensors`)))).toBe(true)
    }
  }

  it('gives the numbers of the engine in process, also when it is stopped and the server killed and started elsewhere', async () => {
    expect((await train('--config', join(parent, 'config.json'), '--out', join(parent, 'own'))).code).toBe(0)
    const [whole, broken] = [join(parent, 'whole'), join(parent, 'broken')]
    const run = await train('--config', join(parent, 'config.json'), '--engine', `tinker:${server.url}`, '--out', whole)
    expect(run).toMatchObject({ code: 0 })
    await expectSame(whole)

    /** Begins or goes on, until a stage has made a step. */
    const trainUntil = async (stage: string, ...more: string[]) => {
      const child = spawn(process.execPath, [main, 'train', '--quiet', '--parallel', '1', ...more, '--engine', `tinker:${server.url}`])
      let errors = ''
      child.stderr.on('data', (data) => {
        errors += data
      })
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
      const lines = join(broken, 'metrics.jsonl')
      await expect
        .poll(() => existsSync(lines) && readFileSync(lines, 'utf8').includes(`"stage":"${stage}"`), { timeout: 120_000, interval: 5 })
        .toBe(true)
      return { child, ended, errors: () => errors }
    }
    const stopped = await trainUntil('cold-start', '--config', join(parent, 'config.json'), '--out', broken)
    stopped.child.kill('SIGINT')
    await stopped.ended
    server.child.kill('SIGKILL')
    await server.ended
    server = await start()

    // Killed in the middle of a step, and there again at once, without the run's model.
    const lost = await trainUntil('g1', '--resume', broken)
    server.child.kill('SIGKILL')
    await server.ended
    server = await start('--port', new URL(server.url).port)
    expect(await lost.ended).toBe(1)
    expect(lost.errors()).toMatch(/the engine server has lost this run’s model .*go on from the last checkpoint with --resume/)
    expect(metricsOf(broken).length).toBeLessThan(metricsOf(whole).length)
    const resumed = await train('--resume', broken, '--engine', `tinker:${server.url}`)
    expect(resumed).toMatchObject({ code: 0 })
    await expectSame(broken)
  })

  it('keeps the contract of engines', async () => {
    const words = await newWords(config)
    const options = { model: config.model, seed: 0, threads: 1 }
    const spec = envSpec({ game: await loadGame('2048'), skin: { theme: 'classic', tile: 16, layout: 'board' }, promptStyle: 'brief' })
    const checked = await checkEngine({
      open: () => engineNamed(`tinker:${server.url}`, options, { words: () => words }),
      prompts: ({ chat }) => [chat.prompt(new Env(spec, 1).observe()), chat.prompt(new Env(spec, 2).observe())],
      reply: '<answer>3</answer>',
    })
    expect(checked.length).toBeGreaterThanOrEqual(18)
  })

  it('refuses what cannot be, in words', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await train('--out', join(parent, 'never'), ...args)
      expect(code).not.toBe(0)
      expect(existsSync(join(parent, 'never'))).toBe(false)
      return stderr
    }
    const file = ['--config', join(parent, 'config.json')]
    expect(await refused(...file, '--engine', 'tinker:nowhere')).toMatch(/"nowhere" is no address of a Tinker server/)
    expect(await refused('--preset', 'tiny', '--engine', `tinker:${server.url}`)).toMatch(/has \d+ words, this run \d+.*serve-engine/)
    expect(await refused(...file, '--seed', '3', '--engine', `tinker:${server.url}`)).toMatch(
      /has the model .*"seed":0.*, this run .*"seed":3/,
    )
    expect((await train('--resume', join(parent, 'own'), '--engine', `tinker:${server.url}`)).stderr).toMatch(/cannot go with --resume/)
  })
})
