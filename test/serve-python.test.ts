/** OpenEnv's own Python clients and its validator against the running server. `VLM_GYM_OPENENV`: interpreters that have them, with ':' between. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envSpec, loadGames } from 'vlm-gym'
import { type Answer, type Script, script, serveGame } from './gym-client.ts'
import type { Running } from './running-server.ts'
import { runNode } from './vlm-gym.ts'

const player = fileURLToPath(new URL('./python/play_openenv.py', import.meta.url))
const pythons = (process.env.VLM_GYM_OPENENV ?? '').split(':').filter((path) => path !== '')

/** The version of openenv that an interpreter has; null: none. */
function versionOf(python: string | undefined): string | null {
  if (python === undefined) return null
  try {
    return execFileSync(python, ['-c', 'from importlib.metadata import version; print(version("openenv"))'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

describe('the Python client of OpenEnv', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'serve-python-'))
  const file = join(folder, 'episodes.json')
  let running: Running
  const scripts: Script[] = []
  beforeAll(async () => {
    running = await serveGame()
    const plans: object[] = []
    for (const game of await loadGames()) {
      const one = await script(envSpec({ game, horizon: 6 }), 11, 6)
      scripts.push(one)
      plans.push({ reset: { game: game.id, seed: 11, horizon: 6 }, replies: one.replies })
    }
    writeFileSync(file, JSON.stringify(plans))
  })
  afterAll(() => {
    running.child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  const played = (python: string): Answer =>
    JSON.parse(execFileSync(python, [player, running.url, file], { encoding: 'utf8', maxBuffer: 2 ** 28 }))

  for (const [at, wanted] of ['0.10.0', '0.4.1'].entries()) {
    const python = pythons.find((path) => versionOf(path) === wanted) ?? pythons[at]
    const has = versionOf(python) === wanted
    it.skipIf(!has)(`${wanted} plays every game as this process does (skipped where Python has no openenv ${wanted})`, () => {
      const { validator, episodes, errors } = played(python as string)
      expect(validator.summary).toMatchObject({ passed_count: 6, total_count: 6 })
      expect(errors).toHaveLength(scripts.length)
      for (const error of errors) expect(error).toMatch(/text is missing \(give a text\); unknown key "move"/)
      for (const [game, { expected }] of scripts.entries()) {
        expect(episodes[2 * game]).toEqual(expected.map(shown))
        expect(episodes[2 * game + 1]).toEqual([{ ...shown(expected.at(-1)), reward: null }])
      }
    })
  }
})

describe('the package folder of OpenEnv', { timeout: 240_000 }, () => {
  const folder = fileURLToPath(new URL('../openenv', import.meta.url))
  const validator = fileURLToPath(new URL('./python/validate_openenv.py', import.meta.url))
  let running: Running
  beforeAll(async () => {
    running = await serveGame()
  })
  afterAll(() => running.child.kill('SIGKILL'))

  it('has an oracle that earns the most in every step, and its replies for the validator', async () => {
    const solve = (...flags: string[]) => runNode([join(folder, 'solution/solve.mjs'), running.url, ...flags])
    expect(JSON.parse((await solve()).stdout)).toEqual({ reward: 3, least: 3, steps: 8 })
    const plan = JSON.parse(readFileSync(join(folder, 'validation/runtime.json'), 'utf8'))
    expect(JSON.parse((await solve('--plan')).stdout)).toEqual(plan)
  })

  const python = pythons.find((path) => versionOf(path) === '0.10.0')
  it.skipIf(python === undefined)(
    'passes the validator as far as it goes without Docker (skipped where Python has no openenv 0.10.0)',
    () => {
      const report = JSON.parse(execFileSync(python as string, [validator, folder, running.url], { encoding: 'utf8' })) as Answer
      expect(report).toMatchObject({ staticCode: 0, static: { 'static.manifest': 'pass' }, rewards: Array(8).fill(3) })
      expect(report.runtime.map(({ check, status }: Answer) => [check, status])).toEqual([
        ['runtime.reward_well_formed', 'pass'],
        ['runtime.observation_schema', 'pass'],
        ['runtime.state_contract', 'pass'],
      ])
    },
  )
})

/** The part of what is expected that the client hands on. */
function shown(expected: Answer): object {
  const { text, image, reward, done, hash } = expected
  return { text, image, reward, done, hash }
}
