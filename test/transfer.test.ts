/** `vlm-gym transfer` as a user types it: a run of a few steps, its matrices, and what is refused. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { vlmGym } from './vlm-gym.ts'

const SMALL = [
  ...['base.steps=4', 'base.batch=4', 'rl.steps=1', 'rl.states=2', 'rl.replies=2', 'evaluation.episodes=2', 'evaluation.probes.states=2'],
  ...['model.width=16', 'model.layers=1', 'model.heads=1', 'model.headWidth=16'],
].flatMap((setting) => ['--set', setting])

describe('vlm-gym transfer', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'transfer-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('trains on some games, evaluates on all, and shows the matrices again of a finished run', async () => {
    const out = join(parent, 'run')
    const games = ['--train', '2048,shisen-sho', '--test', 'flood-it']
    const { code, stdout } = await vlmGym('transfer', ...games, ...SMALL, '--quiet', '--json', '--out', out)
    expect(code).toBe(0)
    const matrices = JSON.parse(stdout)
    expect(matrices[0]).toMatchObject({ key: 'cells', games: ['2048', 'shisen-sho', 'flood-it'], seeds: 1 })
    const learned = matrices[0].rows.map(({ policy, cells }: { policy: string; cells: { isLearned: boolean }[] }) => [
      policy,
      ...cells.map(({ isLearned }) => isLearned),
    ])
    expect(learned).toEqual([
      ['g0-2048', true, false, false],
      ['g0-shisen-sho', false, true, false],
      ['g0', true, true, false],
      ['g0-all', true, true, true],
    ])
    const again = await vlmGym('transfer', out)
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/cells read \(share\)[\s\S]*\| G0 on 2048 +\|/)
    expect(again.stdout).toMatch(/points: up in \d of \d cells/)
  })

  it.each([
    [['--train', '2048', '--test', '2048'], /2048 stands in --train and in --test/],
    [['--train', '2048,,swap'], /Give names of games/],
    [['--train', '2049'], /no game is called "2049"/],
    [['--resume', 'x', '--seed', '1'], /--seed cannot go with --resume/],
    [['x', '--train', '2048'], /--train is for training/],
    [['nowhere'], /there is no run in nowhere/],
  ])('refuses %j', async (args, reason) => {
    const { code, stderr } = await vlmGym('transfer', ...args)
    expect(stderr).toMatch(reason)
    expect(code).toBeGreaterThan(0)
  })
})
