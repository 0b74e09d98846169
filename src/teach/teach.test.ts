import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDataset, EXAMPLES, type Example, openDataset, readExamples } from '../datasets/index.ts'
import { ConfigError, EngineError } from '../errors.ts'
import { GAMES, gameNamed, readGrid } from '../games/index.ts'
import { decodeState, formatReply, parseReply } from '../gym/index.ts'
import { toldBoard } from '../gym/told-board-fixture.ts'
import { scriptedPolicy, teacherPolicy } from '../policies/index.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import type { RunFolder } from '../runs/index.ts'
import { type TeachConfig, teachConfig } from './config.ts'
import { type Counts, quotasOf, repliesOf } from './progress.ts'
import { TAUGHT } from './replies.ts'
import { type Taught, type TeachOptions, teach } from './teach.ts'

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

/** A move that is legal on a board of 2048. */
function legalMove(caption: string): number {
  const game = gameNamed(ID)
  const cells = readGrid(game, caption)?.cells as string[][]
  const rows = cells.map((row) => row.map((cell) => (cell === '_' ? 0 : Number(cell))))
  return rows.some((row) => row[0] === 0 && row.some((cell) => cell > 0)) ? 3 : 1
}

/** Any legal or illegal answer, with the caption as it was told. */
const told = (observation: Observation, answer: string): string =>
  formatReply({ perception: toldBoard(observation) ?? 'none', think: 'hm, why not', answer })

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
    expect(seen.every((one) => game.perception.parse(toldBoard(one) ?? '') !== null)).toBe(true)
    expect(counts).toMatchObject({ kept: 30, failed: 0, format: 0, perception: 0 })
    expect(counts.illegal).toBeGreaterThan(0)
    for (const { messages } of lines) {
      const caption = seen.map(toldBoard).find((one) => messages[1].content[0].text.includes(one as string))
      expect(messages[0].content[1].text).not.toContain(caption)
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
  })

  /** A session on a fresh folder, however it ends. */
  async function session(
    policy: Policy,
    change: Partial<TeachConfig> = {},
    more: Partial<TeachOptions> = {},
  ): Promise<Taught & { folder: RunFolder }> {
    const settings = config(change)
    const folder = await fresh(settings)
    return { folder, ...(await teach({ folder, config: settings, policy, ...more })) }
  }
  const repliesIn = (folder: RunFolder): Promise<{ text: string; round: number }[]> => folder.linesOf(TAUGHT)

  it('ends early once the first replies were all dropped for one reason, keeps them, and can be told to insist', async () => {
    let asked = 0
    const mute = scriptedPolicy((observation) => {
      asked++
      return `I see ${toldBoard(observation)}`
    })
    const { folder, end, counts, firstDropped } = await session(mute, { parallel: 64 })
    expect({ end, counts, asked }).toMatchObject({ end: 'dropped', counts: { kept: 0, format: 20 }, asked: 20 })
    expect(firstDropped).toMatchObject({
      reason: 'format',
      problem: 'The tag <perception> is missing.',
      text: expect.stringContaining('I see'),
    })
    expect((await repliesIn(folder)).map(({ text }) => text)).toEqual(Array(20).fill(expect.stringContaining('I see')))
    await expect(readFile(folder.file('README.md'))).rejects.toThrow(/ENOENT/)

    const settings = config({ parallel: 64 })
    const insisted = await teach({ folder, config: settings, policy: mute, patience: 0 })
    expect(insisted).toMatchObject({ end: 'empty', counts: { kept: 0, format: 200 } })
    await expect(readFile(folder.file('README.md'))).rejects.toThrow(/ENOENT/)
    await expect(readExamples(folder.path, 'train')).rejects.toThrow(/not finished/)
    await folder.close()
  })

  it('goes on where the first replies were dropped for different reasons, or one of them was kept', async () => {
    let turn = 0
    const mixed = scriptedPolicy((observation) => (turn++ % 2 === 0 ? 'left' : told(observation, '9')))
    expect(await session(mixed, { maxReplies: 60 })).toMatchObject({ end: 'empty', counts: { format: 30, illegal: 30 } })
    let first = true
    const once = scriptedPolicy((observation) => {
      const caption = toldBoard(observation)
      if (!first) return `${caption}`
      first = false
      return told(observation, String(legalMove(caption as string)))
    })
    expect(await session(once, { maxReplies: 60 })).toMatchObject({ end: 'finished', counts: { kept: 1, format: 59 } })
  })

  it('takes a whole layout out of a code fence and the words around it, and counts that', async () => {
    const around = [
      (text: string) => `\`\`\`\n${text}\n\`\`\``,
      (text: string) => `Sure!\n${text}\n\nShall I go on?`,
      (text: string) => text,
    ]
    let turn = 0
    const chatty = scriptedPolicy((observation) => {
      const write = around[turn % 3] as (text: string) => string
      return write(told(observation, String(turn++ % 4)))
    })
    const { folder, counts, mended, end } = await session(chatty, { maxReplies: 400 })
    expect({ end, kept: counts.kept, format: counts.format }).toEqual({ end: 'finished', kept: 30, format: 0 })
    expect(mended).toBeGreaterThan(10)
    expect(mended).toBeLessThan(30)
    for (const { messages } of await folder.linesOf(EXAMPLES)) {
      const reply = messages[1].content[0].text
      expect(parseReply(reply).format).toBe(1)
      expect(reply).not.toMatch(/Sure|Shall|```/)
    }
    expect((await repliesIn(folder)).some(({ text }) => text.includes('Shall I go on?'))).toBe(true)
    expect(await readFile(folder.file('README.md'), 'utf8')).toContain(`${mended} of the kept ones were put right`)
  })

  it('reads what a decorated move or board means, and lets nothing pass that is not plain', async () => {
    const decorated: ((reply: string) => string)[] = [
      (reply) => reply.replace(/<answer>(.)/, '<answer>\\boxed{$1}'),
      (reply) => reply.replace(/<answer>(.)/, '<answer>**$1**'),
      (reply) => reply.replace(/^(.* \| .*)$/gm, '| $1 |'),
      (reply) => reply.replace(/<answer>(.)/, '<answer>$1 or 2 or 3'),
      (reply) => reply.replace(/<perception>[\s\S]*<\/perception>/, ''),
    ]
    for (const [i, decorate] of decorated.entries()) {
      let turn = 0
      const policy = scriptedPolicy((observation) => decorate(told(observation, String(turn++ % 4))))
      const { folder, counts, mended } = await session(policy, { examples: 8, maxReplies: 100 })
      expect({ i, kept: counts.kept, mended }).toEqual({ i, kept: i < 3 ? 8 : 0, mended: i < 3 ? 8 : 0 })
      for (const { messages, action } of await folder.linesOf(EXAMPLES))
        expect(parseReply(messages[1].content[0].text)).toMatchObject({ format: 1, answer: action })
    }
  })

  it('keeps each reply as it comes, and asks nothing again after a stop in the middle of a round', async () => {
    const settings = config({ parallel: 6, maxReplies: 400 })
    const answer = (observation: Observation): string => told(observation, String((toldBoard(observation) as string).length % 4))
    const asked: string[] = []
    /** Answers at once, but for one question of the third round, which never ends. */
    const slow = (controller: AbortController | null): Policy => ({
      name: 'slow',
      privileged: false,
      reply: async ([observation], { signal }) => {
        asked.push(toldBoard(observation as Observation) as string)
        if (controller !== null && asked.length === 15) {
          setTimeout(() => controller.abort(), 20)
          await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
        }
        return [[{ text: answer(observation as Observation), finish: 'stop' }]]
      },
    })
    const folder = await fresh(settings)
    const controller = new AbortController()
    const stopped = await teach({ folder, config: settings, policy: slow(controller), oneByOne: true, signal: controller.signal })
    expect(stopped.end).toBe('stopped')
    expect(await repliesIn(folder)).toHaveLength(17)
    const before = asked.length
    const ended = await teach({ folder, config: settings, policy: slow(null), oneByOne: true })
    expect(ended).toMatchObject({ end: 'finished', counts: { kept: 30 } })
    // The one that was cut off is the only one that is asked twice.
    expect(asked.length - before).toBe(repliesOf(ended.counts) - 17)
    expect(await repliesIn(folder)).toHaveLength(repliesOf(ended.counts))
    expect(ended.replies).toEqual({ count: repliesOf(ended.counts), finish: { stop: repliesOf(ended.counts) }, assembly: {} })
    await folder.close()
    const whole = await session({ ...slow(null) }, { parallel: 6, maxReplies: 400 }, { oneByOne: true })
    expect(await readFile(folder.file('examples.jsonl'))).toEqual(await readFile(whole.folder.file('examples.jsonl')))
  })

  it('does not count failed requests as replies, and gives up a state that always fails, not the session', async () => {
    const down: Reply = { text: '', failure: { boundary: 'endpoint', reason: 'refused picture' } }
    const good = teacherPolicy({ slip: 0, blind: false })
    let cursed: string | undefined
    const policy: Policy = {
      ...good,
      reply: async (observations, options) => {
        const replies = await good.reply(observations, options)
        cursed ??= JSON.stringify(options.privileged?.states[1])
        return replies.map((list, i) => (JSON.stringify(options.privileged?.states[i]) === cursed ? [down] : list))
      },
    }
    const { counts, end, folder } = await session(policy, { maxReplies: 60 })
    expect({ end, kept: counts.kept, failed: counts.failed }).toEqual({ end: 'finished', kept: 30, failed: 3 })
    expect(await repliesIn(folder)).toHaveLength(repliesOf(counts))
    expect(await readFile(folder.file('README.md'), 'utf8')).toContain('Beside these, 3 requests brought no reply.')
  })

  it('takes a call that throws, or gives no reply, for failed replies; passes on only a ConfigError', async () => {
    const good = teacherPolicy({ slip: 0, blind: false })
    /** Throws in its third call, and gives nothing in its fifth. */
    const shaky = (): Policy => {
      let calls = 0
      return {
        ...good,
        reply: async (observations, options) => {
          if (++calls === 3) throw new EngineError('out of memory')
          return calls === 5 ? [] : good.reply(observations, options)
        },
      }
    }
    const { end, counts, folder } = await session(shaky(), {}, { oneByOne: true })
    expect({ end, kept: counts.kept, failed: counts.failed }).toEqual({ end: 'finished', kept: 30, failed: 2 })
    expect(await repliesIn(folder)).toHaveLength(repliesOf(counts))
    // A call for all games fails for all of them, which is enough to stop.
    await expect(session(shaky())).rejects.toThrow(
      /^the teacher teacher cannot be asked: out of memory; what was kept is saved, go on with: vlm-gym teach --resume /,
    )
    const wrongKey: Policy = { ...good, reply: () => Promise.reject(new ConfigError('no such key')) }
    for (const oneByOne of [true, false]) await expect(session(wrongKey, {}, { oneByOne })).rejects.toThrow(new ConfigError('no such key'))
  })

  it('shares the examples among games by weight, asks for none that could not be kept, and takes knobs, horizons and looks of each', async () => {
    const look = { theme: 'classic', tile: 24, layout: 'full' } as const
    const games = [
      { id: ID, config: {}, weight: 2 },
      { id: 'swap', config: { rows: 5, columns: 5 }, weight: 1, horizon: 2, skin: look },
      { id: ID, config: { size: 3 }, weight: 1 },
    ]
    const { lines, counts } = await run(teacherPolicy({ slip: 0, blind: false }), { games, examples: 42, parallel: 2, maxReplies: 200 })
    const kinds = lines.map(
      ({ state, game }) => `${game} ${JSON.stringify(decodeState(state, GAMES).game.rules.configOf(decodeState(state, GAMES).state))}`,
    )
    expect(kinds.filter((kind) => kind.startsWith('swap'))).toHaveLength(11)
    expect(kinds.filter((kind) => kind.includes('"size":3'))).toHaveLength(10)
    expect(kinds.filter((kind) => kind.includes('"size":4'))).toHaveLength(21)
    expect(repliesOf(counts)).toBe(42 + counts.duplicate + counts.illegal)
  })

  it.each([
    [{ weights: [1, 1, 1], examples: 10 }, [3, 4, 3]],
    [{ weights: [1], examples: 7 }, [7]],
    [{ weights: [3, 1], examples: 1 }, [1, 0]],
  ])('makes whole shares of %j', ({ weights, examples }, quotas) => {
    const games = weights.map((weight) => ({ id: ID, config: {}, weight }))
    expect(quotasOf({ games, examples })).toEqual(quotas)
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
