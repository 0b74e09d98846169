/** `vlm-gym train --scorers`: replies are played and scored by gym servers, with the numbers of one process, also when servers end. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, startServerIn } from './running-server.ts'
import { main, runNode, vlmGym } from './vlm-gym.ts'

const KEY = 'a-key-of-scorers-0123456789'
const SAME = fileURLToPath(new URL('../scripts/same-numbers.mjs', import.meta.url))
const TINY = ['train', '--preset', 'tiny', '--quiet', '--parallel', '1']

describe('train --scorers', { timeout: 300_000 }, () => {
  let parent = ''
  let servers: Running[] = []
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'scorers-'))
    servers = await Promise.all([startServerIn({ VLM_GYM_KEY: KEY }, 'serve'), startServerIn({ VLM_GYM_KEY: KEY }, 'serve')])
  })
  afterAll(async () => {
    for (const { child } of servers) child.kill('SIGKILL')
    await rm(parent, { recursive: true, force: true })
  })

  it('goes on with the other server when one is killed, stops with all saved when both are, and gives the same numbers', async () => {
    const [whole, broken] = [join(parent, 'whole'), join(parent, 'broken')]
    const [one, two] = servers as [Running, Running]
    const scorers = ['--scorers', `${one.url},${two.url}`]
    expect((await vlmGym(...TINY, '--out', whole)).code).toBe(0)

    const child = spawn(process.execPath, [main, ...TINY, '--out', broken, ...scorers], { env: { ...process.env, VLM_GYM_KEY: KEY } })
    let errors = ''
    child.stderr.on('data', (data) => {
      errors += data
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const reached = (stage: string, steps: number): Promise<void> =>
      expect
        .poll(
          () =>
            existsSync(join(broken, 'metrics.jsonl'))
              ? readFileSync(join(broken, 'metrics.jsonl'), 'utf8').split(`"stage":"${stage}"`).length - 1
              : 0,
          {
            timeout: 120_000,
            interval: 2,
          },
        )
        .toBeGreaterThanOrEqual(steps)
    await reached('g0', 1)
    one.child.kill('SIGKILL')
    await reached('g1', 1)
    two.child.kill('SIGKILL')
    expect(await ended).toBe(1)
    expect(errors).toMatch(new RegExp(`the scorer ${one.url} is left out for now: the connection was (cut|refused)`))
    expect(errors).toMatch(new RegExp(`error: no scorer answers: ${one.url} \\(.*\\), ${two.url} \\(.*\\); .*--resume`))
    expect(errors).not.toContain(KEY)
    const steps = (await readFile(join(broken, 'metrics.jsonl'), 'utf8')).trim().split('\n').length

    const again = await vlmGym(...TINY, '--resume', broken)
    expect(again.code).toBe(0)
    expect((await readFile(join(broken, 'metrics.jsonl'), 'utf8')).trim().split('\n').length).toBeGreaterThan(steps)
    const same = await runNode([SAME, whole, broken])
    expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/equal {3}metrics\.jsonl/)])
  })

  it.each([
    ['nowhere', 2, /the scorer nowhere is no address; write it like http/],
    ['http://me:secret-of-mine@127.0.0.1:1', 2, /the scorer at 127\.0\.0\.1:1 holds a key.*VLM_GYM_KEY/],
    ['http://127.0.0.1:59099', 2, /the scorer http:\/\/127\.0\.0\.1:59099 cannot be used: the connection was refused.*vlm-gym serve/],
  ])('refuses %s and begins no run', async (url, code, message) => {
    const out = join(parent, 'never')
    const answer = await vlmGym(...TINY, '--out', out, '--scorers', url)
    expect(answer).toMatchObject({ code, stderr: expect.stringMatching(message) })
    expect(answer.stderr).not.toContain('secret-of-mine')
    expect(existsSync(out)).toBe(false)
  })
})
