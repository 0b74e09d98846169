import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDataset, EXAMPLES, type Example, openDataset, readExamples } from '../datasets/index.ts'
import { EngineError } from '../errors.ts'
import { gameNamed } from '../games/index.ts'
import { formatReply, parseReply } from '../gym/index.ts'
import { scriptedPolicy, teacherPolicy } from '../policies/index.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import type { RunFolder } from '../runs/index.ts'
import { type TeachConfig, teachConfig } from './config.ts'
import { type Counts, repliesOf } from './progress.ts'
import { teach } from './teach.ts'

const ID = '2048'
const config = (change: Partial<TeachConfig> = {}): TeachConfig =>
  teachConfig.parse({
    games: [{ id: ID }],
    horizon: 20,
    skin: { theme: 'classic', tile: 16, layout: 'board' },
    prompt: 'brief',
    teacher: { model: 'scripted', blind: false, slip: 0, insight: 0, temperature: 1, maxTokens: 48 },
    examples: 30,
    maxReplies: 200,
    parallel: 4,
    heldOut: 0.2,
    minReward: 0,
    maxRegret: null,
    seed: 1,
    plugins: [],
    ...change,
  })

/** Any legal or illegal answer, with the caption as it was told. */
const told = ({ caption }: Observation, answer: string): string =>
  formatReply({ perception: caption ?? 'none', think: 'hm, why not', answer })

describe('teach', () => {
  let parent = ''
  let made = 0
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'teach-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  const fresh = (settings: TeachConfig): Promise<RunFolder> => createDataset(join(parent, String(made++)), settings)

  async function run(policy: Policy, change: Partial<TeachConfig> = {}): Promise<{ folder: RunFolder; counts: Counts; lines: Example[] }> {
    const settings = config(change)
    const folder = await fresh(settings)
    const { end, counts } = await teach({ folder, config: settings, policy })
    expect(end).toBe('finished')
    const lines = await folder.linesOf(EXAMPLES)
    expect(lines).toHaveLength(counts.kept)
    await folder.close()
    return { folder, counts, lines }
  }

  it('goes without an example whose line was damaged, and makes another in its place', async () => {
    const policy = teacherPolicy({ slip: 0 })
    const { folder, lines } = await run(policy)
    const file = folder.file('examples.jsonl')
    const texts = (await readFile(file, 'utf8')).split('\n')
    const damaged = texts.with(11, '\0'.repeat(40)).join('\n')
    await writeFile(file, damaged)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const parts = [await readExamples(folder.path, 'train'), await readExamples(folder.path, 'test')]
    expect(parts.flatMap(({ examples }) => examples)).toHaveLength(29)
    expect(warned.mock.calls.flat()).toEqual(
      Array(2).fill(`warning: ${file} line 12 is dropped: it holds NUL bytes; its example is left out\n`),
    )
    const again = await openDataset(folder.path)
    expect((await teach({ folder: again, config: config(), policy })).counts.kept).toBe(30)
    expect(warned).toHaveBeenCalledTimes(3)
    const now = await again.linesOf(EXAMPLES)
    await again.close()
    warned.mockRestore()
    expect(now.slice(0, 29)).toEqual(lines.toSpliced(11, 1))
    expect(now).toHaveLength(30)
    // The damaged line is where it was.
    expect((await readFile(file, 'utf8')).startsWith(damaged)).toBe(true)
  })

  it('keeps what was saved when the file has other lines than it wrote', async () => {
    const policy = teacherPolicy({ slip: 0 })
    const settings = config()
    const folder = await fresh(settings)
    const controller = new AbortController()
    const onRound = ({ kept }: Counts): void => {
      if (kept > 12) controller.abort()
    }
    const { counts } = await teach({ folder, config: settings, policy, onRound, signal: controller.signal })
    await folder.close()
    const file = folder.file('examples.jsonl')
    const saved = await readFile(file, 'utf8')
    // An empty line in front, and an example of a round that was not saved behind.
    const unsaved = `${JSON.stringify({ ...JSON.parse(saved.split('\n')[0] as string), id: 'unsaved' })}\n`
    await writeFile(file, `\n${saved}${unsaved}`)
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const again = await openDataset(folder.path)
    expect((await teach({ folder: again, config: settings, policy })).counts.kept).toBe(30)
    await again.close()
    warned.mockRestore()
    const whole = await run(policy)
    expect(counts.kept).toBeLessThan(30)
    expect(await readFile(file, 'utf8')).toBe(`\n${await readFile(whole.folder.file('examples.jsonl'), 'utf8')}`)
  })

  it('gives any other policy than a privileged one the true perception as a caption, and keeps it out of the prompt', async () => {
    const game = gameNamed(ID)
    const seen: Observation[] = []
    const teacher = scriptedPolicy((observation, { call }) => {
      seen.push(observation)
      return told(observation, String(call % 4))
    }, 'model')
    const { lines, counts } = await run(teacher)
    expect(seen.every(({ caption }) => game.parsePerception(caption ?? '') !== null)).toBe(true)
    expect(counts).toMatchObject({ kept: 30, failed: 0, format: 0, perception: 0 })
    expect(counts.illegal).toBeGreaterThan(0)
    for (const { messages } of lines) {
      const { caption, prompt } = seen.find((one) => messages[1].content[0].text.includes(one.caption as string)) as Observation
      expect(messages[0].content[1].text).not.toContain(caption)
      expect(prompt).not.toContain(caption)
      expect(parseReply(messages[1].content[0].text)).toMatchObject({ format: 1, think: 'hm, why not', perception: caption })
    }
  })

  it('counts every reply once, by the first reason that holds', async () => {
    const replies: ((observation: Observation) => Reply | string)[] = [
      () => ({ text: '', failure: { boundary: 'endpoint', reason: 'busy' } }),
      () => 'I would go left.',
      () => formatReply({ perception: '2 | 2', think: '', answer: '0' }),
      (observation) => told(observation, '7'),
      (observation) => told(observation, '3'),
      (observation) => told(observation, '0'),
    ]
    let turn = 0
    const { counts } = await run(
      scriptedPolicy((observation) => (replies[turn++ % replies.length] as (typeof replies)[number])(observation)),
      { examples: 20 },
    )
    for (const reason of ['kept', 'failed', 'format', 'perception', 'illegal'] as const) expect(counts[reason]).toBeGreaterThan(0)
    expect(counts.kept).toBe(20)
    expect(repliesOf(counts)).toBeLessThanOrEqual(turn)
  })

  it('keeps a picture with its prompt once, and gives up a game that is stuck', async () => {
    // Every game begins anew at once, so the few first boards come again and again.
    const { counts, lines } = await run(teacherPolicy({ slip: 0, blind: false }), {
      games: [{ id: ID, config: { size: 3 }, weight: 1 }],
      horizon: 1,
      examples: 500,
      maxReplies: 500,
    })
    expect(counts.duplicate).toBeGreaterThan(20)
    expect(counts.kept + counts.duplicate).toBe(500)
    expect(new Set(lines.map(({ images, messages }) => images[0] + messages[0].content[1].text)).size).toBe(lines.length)
    const mute = await run(scriptedPolicy(['']), { maxReplies: 40 })
    expect(mute.counts).toMatchObject({ kept: 0, format: 40 })
  })

  it('stops with the reason when nobody can be asked, and goes on with what it has', async () => {
    const settings = config()
    const folder = await fresh(settings)
    const good = teacherPolicy({ slip: 0 })
    let calls = 0
    const down: Reply = { text: '', failure: { boundary: 'endpoint', reason: 'connection refused' } }
    const policy: Policy = {
      ...good,
      reply: async (observations, options) => (++calls > 3 ? observations.map(() => [down]) : good.reply(observations, options)),
    }
    const failed = teach({ folder, config: settings, policy })
    await expect(failed).rejects.toThrow(EngineError)
    await expect(failed).rejects.toThrow(/cannot be asked: connection refused; what was kept is saved, go on with: vlm-gym teach --resume/)
    await folder.close()
    await expect(readExamples(folder.path, 'train')).rejects.toThrow(/not finished; go on with: vlm-gym teach --resume/)
    const again = await openDataset(folder.path)
    expect((await again.linesOf(EXAMPLES)).length).toBeGreaterThan(8)
    expect((await teach({ folder: again, config: settings, policy: good })).counts.kept).toBe(30)
    await again.close()
    const whole = await run(good)
    expect(await readFile(again.file('examples.jsonl'))).toEqual(await readFile(whole.folder.file('examples.jsonl')))
    expect(await readdir(again.file('pictures'))).toEqual(await readdir(whole.folder.file('pictures')))
  })

  it('is read back for training: pictures, prompts and replies of one part', async () => {
    const { folder, lines } = await run(teacherPolicy({ slip: 0 }), { examples: 40, heldOut: 0.4 })
    const parts = await Promise.all((['train', 'test'] as const).map((split) => readExamples(folder.path, split)))
    expect(parts.map(({ examples }) => examples.length).reduce((a, b) => a + b)).toBe(40)
    expect(parts[0]?.examples.length).toBe(lines.filter(({ split }) => split === 'train').length)
    expect(parts[0]?.fingerprint).not.toBe(parts[1]?.fingerprint)
    for (const { prompt, reply, frame } of parts.flatMap(({ examples }) => examples)) {
      expect(prompt).toMatch(/^2048 4x4/)
      expect(parseReply(reply).format).toBe(1)
      expect([frame().width, frame().height]).toEqual([64, 64])
    }
  })
})
