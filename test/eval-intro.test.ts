/** What `vlm-gym eval` says before it plays: on stderr, also of a preset and of a run that goes on, and never with --quiet. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main, runNode } from './vlm-gym.ts'

const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-intro-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The lines on stderr before the first line of progress. */
async function intro(...args: string[]): Promise<string[]> {
  const { stderr } = await runNode([main, 'eval', ...args], folder)
  const lines = stderr.trimEnd().split('\n')
  const first = lines.findIndex((line) => / \d+\/\d+/.test(line))
  return first < 0 ? lines : lines.slice(0, first)
}

it('names game, knobs, episodes, horizon, seed and players', async () => {
  const args = ['greedy-1', '--set', 'size=3', '--episodes', '2', '--horizon', '3', '--seed', '5']
  expect(await intro('random', ...args)).toEqual(['plays 2048 size=3 goal=0 (3 moves): 2 episodes from seed 5, by random, greedy-1'])
  expect(await intro('random', ...args, '--quiet')).toEqual([''])
})

it('tells of a preset, and of a run that goes on', async () => {
  const line = 'plays swap rows=8 columns=8 colours=4 shapes=3 (at most 4 moves), preset paper: 2 episodes from seed 0, by uniform'
  const args = ['--preset', 'paper', '--game', 'swap', '--horizon', '4', '--episodes', '2', 'uniform', '--no-anchors']
  expect(await intro(...args, '--out', 'run')).toEqual([line])
  expect((await intro('--resume', 'run'))[0]).toBe(line)
})

it('tells what a model is shown, and how many requests there may be', async () => {
  const args = [
    '--model',
    'openai-compatible:m',
    '--base-url',
    'http://127.0.0.1:9/v1',
    '--retries',
    '0',
    '--episodes',
    '3',
    '--horizon',
    '7',
  ]
  const [plays, sees] = await intro(...args, '--decoding', 'both', '--tile', '32', '--history', '2', '--mode', 'image+caption')
  expect(plays).toBe('plays 2048 size=4 goal=0 (7 moves): 3 episodes from seed 0, by openai-compatible:m')
  expect(sees).toBe(
    'models at http://127.0.0.1:9/v1 see 32 px tiles, classic, layout full, full prompt, image+caption, neutral tags, 2 turns shown again; ' +
      'sampled at temperature 1 and greedy, 1,024 tokens a reply at most; 42 requests at most, retries apart',
  )
})
