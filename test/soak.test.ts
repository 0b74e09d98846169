/** A minute of `npm run soak`: episodes that are played among clients that misbehave are those of this process, and nothing grows. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runNode } from './vlm-gym.ts'

const script = fileURLToPath(new URL('../scripts/soak-server.mjs', import.meta.url))

it('the gym server keeps its clients apart for a minute, and grows no further', { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await runNode([script, '--minutes', '1', '--clients', '200', '--seed', '1'])
  expect(stderr).toBe('')
  expect(Number(/steps compared: (\d+)/.exec(stdout.split('\n').at(-2) ?? '')?.[1])).toBeGreaterThan(100)
  expect(stdout).toMatch(/; 0 at the end$/m)
  expect(code).toBe(0)
})
