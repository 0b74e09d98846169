/** docs/player.md: its commands and programs, copied from the page and run as they stand, against an endpoint that answers by a script. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { envSpec, loadGames } from 'vlm-gym'
import { type Asked, closeServers, scripted } from '../src/policies/scripted-server-fixture.ts'
import { type Answer, type Script, script } from './gym-client.ts'
import { blocksOf, withPrograms } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'player-page-'))
const env = withPrograms(folder)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await closeServers()
})

const run = async (program: string, args: readonly string[], more: Record<string, string>): Promise<string> =>
  (await promisify(execFile)(program, args, { cwd: folder, env: { HOME: folder, ...env, ...more }, maxBuffer: 2 ** 26 })).stdout

const says = (content: string): { body: unknown } => ({
  body: {
    ...{ id: 'x', object: 'chat.completion', created: 0, model: 'm' },
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 300, completion_tokens: 7, total_tokens: 307 },
  },
})

const works = (python: string, code: string): boolean => {
  try {
    execFileSync(python, ['-c', code], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const sum = (rewards: readonly number[]): number => rewards.reduce((total, one) => total + one, 0)
const rewardOf = ({ expected }: Script): number => sum(expected.slice(1).map((step: Answer) => step.reward))

const games = await loadGames()
/** As the player shows and plays a game. */
const specOf = (game: (typeof games)[number], horizon: number) =>
  envSpec({ game, horizon, tags: 'neutral', skin: { theme: 'classic', tile: 64, layout: 'full' } })

describe('the page', { timeout: 120_000 }, () => {
  it('begins with a command that plays', async () => {
    const { replies } = await script(specOf(games.find(({ id }) => id === '2048') as (typeof games)[number], 20), 7, 20)
    const { url, asked } = await scripted(({ count }) => says(replies[count] as string))
    const [block = ''] = blocksOf('player.md', 'sh')
    const line = await run('sh', ['-euc', block], { OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' })
    expect(asked).toHaveLength(20)
    // The page shows this line, broken into several, with … for what is long.
    const [shown = ''] = blocksOf('player.md', 'json')
    const parts = shown.trim().replaceAll(/\n */g, '').split('…')
    expect(parts).toHaveLength(4)
    let at = 0
    for (const part of parts) {
      const next = line.indexOf(part, at)
      expect(next, `${part} in ${line.slice(at)}`).toBeGreaterThanOrEqual(0)
      at = next + part.length
    }
    expect(line.slice(at)).toBe('\n')
  })

  const python = process.env.VLM_GYM_PYTHON ?? 'python3'
  it.skipIf(!works(python, ''))(
    'has an agent of AReaL that plays, by arguments and by the environment (skipped where there is no Python)',
    async () => {
      const [game] = games as [(typeof games)[number]]
      const episode = await script(specOf(game, 20), 5, 20)
      const { url, asked } = await scripted(({ count }) => says(episode.replies[count % episode.replies.length] as string))
      writeFileSync(join(folder, 'my_agent.py'), blocksOf('player.md', 'python')[1] as string)
      const call = (extra: string): string =>
        `import asyncio, my_agent; print(asyncio.run(my_agent.GameAgent().run({"game": "${game.id}", "seed": 5}${extra})))`
      const given = await run(python, ['-c', call(`, base_url="${url}", api_key="of-this-episode", http_client=None`)], {})
      expect(Number(given)).toBeCloseTo(rewardOf(episode), 9)
      expect(asked[0]?.headers.authorization).toBe('Bearer of-this-episode')
      expect(Number(await run(python, ['-c', call('')], { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'k' }))).toBeCloseTo(rewardOf(episode), 9)
      await expect(run(python, ['-c', call(`, base_url="${url}/gone?"`)], {})).rejects.toThrow(/OPENAI_API_KEY/)
    },
  )

  const gym = process.env.VLM_GYM_PYTHON_GYM
  const has = gym !== undefined && works(gym, 'import verifiers.v1')
  it.skipIf(!has)(
    'has a harness of verifiers, through whose interception server every game is played as in this process (skipped where Python has no verifiers)',
    { timeout: 600_000 },
    async () => {
      const scripts = await Promise.all(games.map((game, seed) => script(specOf(game, 4), seed, 4)))
      const first = scripts.map(({ expected }) => pixelsOf((expected[0] as Answer).image))
      const turns = scripts.map(() => 0)
      const { url } = await scripted((asked) => {
        const pictures = picturesOf(asked)
        const at = first.indexOf(pixelsOf(pictures[0]))
        const { expected, replies } = scripts[at] as Script
        expect(pictures.map(pixelsOf)).toEqual(expected.slice(0, pictures.length).map((step: Answer) => pixelsOf(step.image)))
        turns[at] = pictures.length
        return says(replies[pictures.length - 1] as string)
      })
      writeFileSync(join(folder, 'vlm_gym_player.py'), blocksOf('player.md', 'python')[0] as string)
      const command = (blocksOf('player.md', 'sh')[1] as string).trim().replace('http://localhost:8000/v1', url)
      const tasks = `--env.taskset.games '${JSON.stringify(games.map(({ id }) => id))}' --env.taskset.tasks ${games.length}`
      const found = { PATH: [env.PATH, dirname(gym as string)].join(delimiter), PYTHONPATH: folder }
      await run('sh', ['-euc', `${command} ${tasks} --env.taskset.horizon 4 --no-rich -o evaluated`], found)
      expect(turns).toEqual(scripts.map(({ replies }) => replies.length))
      const [name] = readdirSync(join(folder, 'evaluated')) as [string]
      const episodes: Answer[] = readFileSync(join(folder, 'evaluated', name, 'traces.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(episodes).toHaveLength(games.length)
      let whole = 0
      for (const { ok, task, traces } of episodes) {
        const { rewards, metrics, nodes } = traces[0]
        const { expected, replies } = scripts[task.data.seed] as Script
        expect([ok, rewards.reward.score, metrics.steps]).toEqual([true, rewardOf({ expected, replies }), replies.length])
        expect(metrics.return).toBe((expected.at(-1) as Answer).return)
        // One conversation: every message follows the one before it; but an empty reply is told in other words, which begins a branch.
        if (replies.some((reply) => reply.trim() === '')) continue
        whole++
        expect(nodes.map(({ parent }: Answer) => parent ?? -1)).toEqual(nodes.map((_: unknown, at: number) => at - 1))
        expect(nodes).toHaveLength(2 * replies.length)
      }
      expect(whole).toBeGreaterThan(0)
    },
  )
})

function picturesOf({ body }: Asked): string[] {
  const messages = body.messages as { content: string | { type: string; image_url?: { url: string } }[] }[]
  return messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap(({ image_url }) => image_url?.url.replace('data:image/png;base64,', '') ?? []),
  )
}

const pixelsOf = (png: string | undefined): string => PNG.sync.read(Buffer.from(png ?? '', 'base64')).data.toString('base64')
