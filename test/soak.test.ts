/** A minute of `npm run soak`: what clients that play are told stays right among clients that misbehave, memory does not grow, no session is left. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runNode } from './vlm-gym.ts'

const script = fileURLToPath(new URL('../scripts/soak-server.mjs', import.meta.url))

it('the gym server keeps its word for a minute among clients that misbehave', { timeout: 600_000 }, async () => {
  const { code, stdout, stderr } = await runNode([script, '--minutes', '1', '--clients', '100', '--seed', '1'])
  expect(stderr).toBe('')
  expect(Number(/, steps compared: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(100)
  expect(stdout).toMatch(/; 0 at the end\n/)
  expect(code).toBe(0)
})
