/** Ten thousand cases of `npm run fuzz`: the gym server answers everything, keeps running, and tells no path and no key. */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runNode } from './vlm-gym.ts'

const script = fileURLToPath(new URL('../scripts/fuzz-server.mjs', import.meta.url))

it('the gym server answers ten thousand requests and messages, whatever is in them', { timeout: 1_200_000 }, async () => {
  const { code, stdout, stderr } = await runNode([script, '--cases', '10000', '--seed', '1'])
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^10000 cases of seed 1 /)
  expect(code).toBe(0)
})

it('says in one sentence what its flags cannot be', async () => {
  expect(await runNode([script, '--cases', 'many'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/--cases cannot be many/) })
})
