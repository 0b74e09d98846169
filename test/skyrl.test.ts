/**
 * `vlm-gym train` on a server of SkyRL, which nobody here wrote: the recipe of recipes/smollm2-2048 with a random Llama in place of SmolLM2.
 * `VLM_GYM_SKYRL`: an interpreter with SkyRL, which takes 6 GB, so that CI runs this only where it is there already.
 */
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { vlmGym } from './vlm-gym.ts'

const python = process.env.VLM_GYM_SKYRL
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe.skipIf(python === undefined)(
  'a server of SkyRL (skipped where VLM_GYM_SKYRL names no interpreter with it)',
  { timeout: 600_000 },
  () => {
    it('takes the cold start and RL of a text model', async () => {
      const parent = await mkdtemp(join(tmpdir(), 'skyrl-'))
      const folder = join(parent, 'model')
      await promisify(execFile)(python!, [at('python/tiny_llama.py'), folder])
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const args = ['--model', folder, '--port', String(port), '--state', join(parent, 'state')]
      // A group of its own: the engine is a child of the server.
      const server = spawn(python!, [at('../recipes/smollm2-2048/serve.py'), ...args], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let log = ''
      for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => { log += data }) // biome-ignore format: one line
      try {
        const recipe = JSON.parse(await readFile(at('../recipes/smollm2-2048/config.json'), 'utf8')) as Record<
          string,
          Record<string, unknown>
        >
        const config = {
          ...recipe,
          engine: `tinker:${url}`,
          tinker: { ...recipe.tinker, folder, rank: 8 },
          ...{ prompt: 'brief', maxTokens: 176, saveEvery: 1 },
          coldStart: { ...recipe.coldStart, steps: 16, learningRate: 5e-3 },
          rl: { ...recipe.rl, steps: 2, states: 2 },
          evaluation: { ...recipe.evaluation, episodes: 2, probes: { states: 2 } },
        }
        const file = join(parent, 'config.json')
        await writeFile(file, JSON.stringify(config))
        await expect
          .poll(
            () =>
              fetch(`${url}/api/v1/healthz`).then(
                ({ ok }) => ok,
                () => false,
              ),
            { timeout: 120_000, interval: 500 },
          )
          .toBe(true)
        const out = join(parent, 'run')
        const run = await vlmGym('train', '--config', file, '--quiet', '--parallel', '1', '--out', out)
        expect(run.code, `${run.stderr}\n${log.slice(-2000)}`).toBe(0)
        const metrics = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line)) // biome-ignore format: one line
        const losses = metrics.filter(({ stage }) => stage === 'cold-start').map(({ values }) => values.loss as number)
        expect(losses).toHaveLength(16)
        expect(losses[15]).toBeLessThan(losses[0]! - 0.05)
        expect(metrics.filter(({ stage }) => stage === 'g1')).toHaveLength(2)
      } finally {
        process.kill(-server.pid!, 'SIGKILL')
        await rm(parent, { recursive: true, force: true })
      }
    })
  },
)
