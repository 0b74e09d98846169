/** The recipe that readers run and learn from: run as they run it, with few steps. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

it('recipes/grpo-loop.ts learns from the teacher, then plays groups and trains on them', async () => {
  const env = { ...process.env, COLD_STEPS: '21', RL_STEPS: '2' }
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, 'recipes/grpo-loop.ts'], { cwd: root, env })
  const losses = [...stdout.matchAll(/^cold start .* loss ([\d.]+)$/gm)].map(([, loss]) => Number(loss))
  expect(losses).toHaveLength(2)
  expect(losses[1]).toBeLessThan(0.7 * (losses[0] as number))
  const rewards = [...stdout.matchAll(/^grpo (\d)\/2 {2}reward (-?[\d.]+) {2}boards read exactly (\d+) %$/gm)]
  expect(rewards.map(([, step]) => step)).toEqual(['1', '2'])
})
