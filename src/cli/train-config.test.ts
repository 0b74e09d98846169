/** What `vlm-gym train` is told: presets, printed configs, and the one meaning of "laptop". */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadGames } from '../games/index.ts'
import { presetNamed, type TrainConfig } from '../train/index.ts'
import { type Outcome, runLine } from './run-cli-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-train-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const train = (...args: string[]): Promise<Outcome> => runLine(['train', ...args], folder)

async function printed(...args: string[]): Promise<TrainConfig> {
  const { code, stdout, stderr } = await train(...args, '--print-config')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as TrainConfig
}

describe('train --print-config', () => {
  it.each([[], ['--quick'], ['--preset', 'tiny', '--seed', '3', '--set', 'rl.steps=7', '--set', 'preset=mine']])(
    'prints what --config takes back unchanged: %j',
    async (...args) => {
      const config = await printed(...args)
      writeFileSync(join(folder, 'printed.json'), JSON.stringify(config))
      expect(await printed('--config', 'printed.json')).toEqual(config)
    },
  )

  it('prints the preset, then the file, the settings and the seed over it', async () => {
    writeFileSync(join(folder, 'some.json'), '{"rl":{"steps":5,"kl":0.5},"saveEvery":9}')
    const config = await printed('--preset', 'tiny', '--config', 'some.json', '--set', 'rl.kl=0.25', '--seed', '8')
    const tiny = presetNamed('tiny')
    expect(config).toEqual({ ...tiny, rl: { ...tiny.rl, steps: 5, kl: 0.25 }, saveEvery: 9, seed: 8 })
  })

  it('lays a whole config over a preset that is named', async () => {
    const config = await printed('--preset', 'laptop')
    writeFileSync(join(folder, 'whole.json'), JSON.stringify({ ...presetNamed('tiny'), model: { width: 32 } }))
    expect((await printed('--config', 'whole.json')).model).toEqual({ width: 32 })
    expect((await printed('--config', 'whole.json', '--preset', 'laptop')).model).toEqual({ ...config.model, width: 32 })
  })

  it('writes nothing, and refuses what cannot be trained', async () => {
    expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual([])
    const wrong = await train('--set', 'games.0.config.size=99', '--print-config')
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toBe('error: the config of 2048 is refused: size cannot be 99 (give a whole number from 3 to 6)\n')
    expect(await train('--resume', 'x', '--print-config')).toMatchObject({ code: 2 })
  })
})

describe('train', () => {
  it('refuses --quick beside --preset', async () => {
    const { code, stderr } = await train('--quick', '--preset', 'tiny')
    expect([code, stderr]).toEqual([
      2,
      'error: --quick is short for --preset quick and cannot go with --preset tiny; give one of the two\n',
    ])
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  it('shows the values of the preset that --help is asked with', async () => {
    for (const [args, name] of [
      [[], 'laptop'],
      [['--quick'], 'quick'],
      [['--preset', 'tiny'], 'tiny'],
    ] as const) {
      const help = await train('--help', ...args)
      const { rl, model, evaluation, games } = presetNamed(name)
      expect(help.stdout).toContain(`values of the preset ${name}`)
      expect(help.stdout).toContain(`\n  rl.steps=${rl.steps} `)
      expect(help.stdout).toContain(`\n  model.width=${model.width} `)
      expect(help.stdout).toContain(`\n  evaluation.episodes=${evaluation.episodes} `)
      expect(help.stdout.includes(`likewise games.1 to games.${games.length - 1}`)).toBe(games.length > 1)
    }
  })

  it('prints the schema of configs', async () => {
    const schema = JSON.parse((await train('--print-schema')).stdout)
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(schema.properties.rl.properties.steps).toMatchObject({ type: 'integer', minimum: 0 })
  })
})

it('"laptop" is one thing: the training preset plays its games as their presets of that name say', async () => {
  const { games } = presetNamed('laptop')
  const own = await loadGames(games.map(({ id }) => id))
  for (const [at, { id, config, horizon }] of games.entries()) expect({ config, horizon, id }).toEqual({ ...own[at]!.presets?.laptop, id })
  for (const { id, presets } of await loadGames()) expect(presets?.laptop, id).toBeDefined()
})

it('show and play take it, and what was published', async () => {
  const shown = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await runLine(['show', 'shisen-sho', '--json', ...args], folder)).stdout).config
  expect(await shown('--preset', 'laptop')).toMatchObject({ rows: 4, columns: 4, kinds: 4 })
  expect(await shown('--preset', 'laptop', '--set', 'kinds=2')).toMatchObject({ rows: 4, columns: 4, kinds: 2 })
  expect(await shown('--preset', 'paper')).toMatchObject({ rows: 6, columns: 6, kinds: 9 })
  const both = await runLine(['show', 'shisen-sho', '--preset', 'paper', '--reasoning', '2'], folder)
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('do not go together') })
})
