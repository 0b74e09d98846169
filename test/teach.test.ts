/** `vlm-gym teach` as a user types it: what it writes, how it survives, how it is read, and how the trainer learns from it. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeState, frameToRgb, parseReply, playReply } from 'vlm-gym'
import { loadGames } from 'vlm-gym/games'
import { stateHash } from 'vlm-gym/gym'
import { decodePng } from 'vlm-gym/render'
import { smallModel } from './small-model.ts'
import { main, vlmGym } from './vlm-gym.ts'

const games = await loadGames()
const reader = fileURLToPath(new URL('./python/read_dataset.py', import.meta.url))
const python = process.env.VLM_GYM_PYTHON ?? 'python3'
const hasDatasets = spawnSync(python, ['-c', 'import datasets, PIL']).status === 0

interface Line {
  readonly id: string
  readonly split: 'train' | 'test'
  readonly game: string
  readonly hash: string
  readonly state: string
  readonly action: string
  readonly reward: number
  readonly images: [string]
  readonly messages: [{ content: [object, { text: string }] }, { content: [{ text: string }] }]
}

const linesOf = (folder: string): Line[] =>
  readFileSync(join(folder, 'examples.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

/** Every file of a folder with its content; left out are what the lock leaves, and when and where it was made. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name !== 'about.json',
  )
  const pairs = names.map(({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')] as const
  })
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Starts a session and signals it once it has kept `lines` examples. */
async function interruptAt(lines: number, signal: 'SIGKILL' | 'SIGINT', folder: string, ...args: string[]): Promise<number | null> {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const file = join(folder, 'examples.jsonl')
  const poll = setInterval(() => {
    if (!existsSync(file) || readFileSync(file, 'utf8').split('\n').length <= lines) return
    clearInterval(poll)
    child.kill(signal)
  }, 1)
  const code = await ended
  clearInterval(poll)
  return code
}

describe('vlm-gym teach', { timeout: 240_000 }, () => {
  let parent = ''
  let whole = ''
  const MIX = [
    '--game',
    '2048',
    '--game',
    'swap',
    '--examples',
    '90',
    '--parallel',
    '6',
    '--horizon',
    '12',
    '--held-out',
    '0.3',
    '--tile',
    '32',
  ]
  const TEACH = ['teach', ...MIX, '--quiet']

  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
    parent = await mkdtemp(join(tmpdir(), 'cli-teach-'))
    whole = join(parent, 'whole')
    const { code, stdout, stderr } = await vlmGym(...TEACH, '--out', whole, '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ path: whole, counts: { kept: 90, failed: 0, format: 0, perception: 0 } })
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  it('keeps true replies to states that a token gives back, each once', () => {
    const lines = linesOf(whole)
    expect(lines).toHaveLength(90)
    expect(new Set(lines.map(({ game }) => game))).toEqual(new Set(['2048', 'swap']))
    for (const key of ['id', 'hash'] as const) expect(new Set(lines.map((line) => line[key])).size).toBe(90)
    for (const { state: token, hash, action, reward, messages, images } of lines) {
      const { game, state } = decodeState(token, games)
      expect(stateHash(game, state)).toBe(hash)
      const reply = messages[1].content[0].text
      expect(playReply(game, state, reply).score).toMatchObject({
        format: 1,
        perceptionExact: 1,
        outcome: 'played',
        action,
        gameReward: reward,
      })
      expect(parseReply(reply).think).not.toBe('')
      expect(messages[0].content[1].text).toContain('Reply in exactly this layout')
      const png = readFileSync(join(whole, images[0]))
      // Of the IHDR chunk: 8 bits a sample, RGB.
      expect([png[24], png[25]]).toEqual([8, 2])
      expect(decodePng(png).width).toBeGreaterThan(100)
    }
  })

  it('holds out boards, not examples: equal boards are never on both sides', () => {
    const sides = { train: new Set<string>(), test: new Set<string>() }
    for (const { split, state: token } of linesOf(whole)) {
      const { game, state } = decodeState(token, games)
      sides[split].add(`${game.id} ${game.perception.format(game.perception.of(state))}`)
    }
    expect(sides.test.size).toBeGreaterThan(10)
    expect(sides.train.size).toBeGreaterThan(sides.test.size)
    expect([...sides.test].filter((board) => sides.train.has(board))).toEqual([])
  })

  it('comes out the same, file for file, after kills and Ctrl-C', async () => {
    const broken = join(parent, 'broken')
    await interruptAt(10, 'SIGKILL', broken, ...TEACH, '--out', broken)
    // A killed process leaves its lock; it counts as stale after 15 s. The test does not wait for that.
    await rm(join(broken, '.lock'), { recursive: true, force: true })
    expect(existsSync(join(broken, 'README.md'))).toBe(false)
    // What a kill in the middle of a line leaves.
    await writeFile(join(broken, 'examples.jsonl'), `${await readFile(join(broken, 'examples.jsonl'), 'utf8')}{"id":"torn`)
    expect(await interruptAt(40, 'SIGINT', broken, 'teach', '--resume', broken)).toBe(130)
    expect(linesOf(broken).length).toBeLessThan(90)
    expect((await vlmGym('teach', '--resume', broken, '--quiet')).code).toBe(0)
    expect(await filesOf(broken)).toEqual(await filesOf(whole))
    // A set that is whole stays as it is.
    expect((await vlmGym('teach', '--resume', broken, '--quiet')).code).toBe(0)
    expect(await filesOf(broken)).toEqual(await filesOf(whole))
  })

  it('writes Parquet with the features that datasets reads', async () => {
    const lines = linesOf(whole)
    for (const split of ['train', 'test'] as const) {
      const file = await asyncBufferFromFile(join(whole, 'data', `${split}-00000-of-00001.parquet`))
      const metadata = await parquetMetadataAsync(file)
      const value = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value ?? ''
      expect(JSON.parse(value).info.features).toMatchObject({ images: [{ _type: 'Image' }], messages: [{ role: { dtype: 'string' } }] })
      const rows = await parquetReadObjects({ file, utf8: false })
      const own = lines.filter((line) => line.split === split)
      expect(rows.map(({ id }) => id)).toEqual(own.map(({ id }) => id))
      for (const [i, row] of rows.entries()) {
        const { images, messages, action, reward, state } = own[i] as Line
        expect(row).toMatchObject({ action, reward, state, regret: null })
        expect(row.images).toEqual([{ bytes: new Uint8Array(readFileSync(join(whole, images[0]))), path: images[0].split('/')[1] }])
        const [user, assistant] = messages
        expect(row.messages).toEqual([
          { role: 'user', content: [{ type: 'image', text: null }, user.content[1]] },
          { role: 'assistant', content: assistant.content },
        ])
      }
    }
  })

  it.skipIf(!hasDatasets)('loads with Python datasets and shows its pictures (skipped where Python has no datasets)', async () => {
    const { stdout } = await promisify(execFile)(python, [reader, whole, join(parent, 'cache')], { maxBuffer: 1 << 26 })
    const read = JSON.parse(stdout) as Record<
      'train' | 'test',
      { rows: number; imageFeature: boolean; ids: string[]; pixels: string[]; messages: unknown[] }
    >
    for (const split of ['train', 'test'] as const) {
      const own = linesOf(whole).filter((line) => line.split === split)
      expect(read[split]).toMatchObject({ rows: own.length, imageFeature: true, ids: own.map(({ id }) => id) })
      const drawn = own.map(({ images }) => frameToRgb(decodePng(readFileSync(join(whole, images[0])))))
      expect(read[split].pixels).toEqual(drawn.map((pixels) => createHash('sha256').update(pixels).digest('hex')))
      expect(read[split].messages[0]).toMatchObject([
        { role: 'user', content: [{ type: 'image' }, { type: 'text', text: own[0]?.messages[0].content[1].text }] },
        { role: 'assistant', content: [{ type: 'text', text: own[0]?.messages[1].content[0].text }] },
      ])
    }
  })

  it('describes itself in the card', async () => {
    const card = await readFile(join(whole, 'README.md'), 'utf8')
    const count = (part: string): number => linesOf(whole).filter(({ split }) => split === part).length
    for (const part of [
      'split: train',
      'path: data/test-00000-of-00001.parquet',
      '| kept | 90 |',
      `| train | ${count('train')} examples |`,
      `| test | ${count('test')} examples |`,
    ])
      expect(card).toContain(part)
  })

  it('filters by reward and regret, counts what it drops, and says when it falls short', async () => {
    const folder = join(parent, 'strict')
    const strict = [
      '--examples',
      '40',
      '--max-replies',
      '120',
      '--parallel',
      '4',
      '--min-reward',
      '4',
      '--max-regret',
      '0',
      '--slip',
      '0.5',
    ]
    const { code, stdout, stderr } = await vlmGym('teach', ...strict, '--out', folder, '--quiet', '--json', '--tile', '16')
    expect(code).toBe(0)
    const { counts } = JSON.parse(stdout) as { counts: Record<string, number> }
    expect(counts.reward).toBeGreaterThan(0)
    expect(counts.regret).toBeGreaterThan(0)
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(120)
    expect(stderr).toMatch(/only \d+ of 40 examples could be kept of 120 replies; the data set holds these/)
    const lines = linesOf(folder)
    expect(lines).toHaveLength(counts.kept as number)
    expect(lines.every(({ reward }) => reward >= 4)).toBe(true)
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('**Fewer than wanted**')
  })

  it('takes a model for a teacher that is told the board, and drops what it gets wrong', async () => {
    const model = join(parent, 'small.safetensors')
    const engine = await smallModel(80, parent)
    await engine.save('small', 'weights')
    await engine.close()
    const folder = join(parent, 'model')
    const args = ['--for', 'embedded', '--model', model, '--max-tokens', '48', '--examples', '12', '--parallel', '8']
    const { code, stdout } = await vlmGym('teach', ...args, '--out', folder, '--quiet', '--json')
    expect(code).toBe(0)
    const { counts } = JSON.parse(stdout) as { counts: Record<string, number> }
    expect(counts.kept).toBe(12)
    expect((counts.format as number) + (counts.illegal as number)).toBeGreaterThan(0)
    expect(counts.perception).toBe(0)
  })

  it('refuses a folder with a data set in it, and one with none', async () => {
    expect(await vlmGym(...TEACH, '--out', whole)).toMatchObject({ code: 2, stderr: expect.stringContaining('holds a data set already') })
    const none = await vlmGym('teach', '--resume', join(parent, 'none'))
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/no data set in .*start one with vlm-gym teach/) })
  })

  describe('as the cold start of vlm-gym train', () => {
    const GAME = 'games=[{"id":"2048","horizon":3,"restart":true}]'
    const FEW = [GAME, 'maxTokens=48', 'base.steps=3', 'coldStart.steps=8', 'coldStart.batch=8', 'rl.steps=0', 'recipes=["g1"]']
    // These tests look at the steps of training alone.
    const UNSEEN = ['evaluation.episodes=2', 'evaluation.interventions.states=0', 'evaluation.generalisation.states=0']
    const TINY = ['train', '--preset', 'tiny', '--quiet', ...[...FEW, ...UNSEEN].flatMap((setting) => ['--set', setting])]
    let [small, first] = ['', '']
    let TAUGHT: string[] = []
    beforeAll(async () => {
      ;[small, first] = [join(parent, 'small'), join(parent, 'first')]
      const made = await vlmGym('teach', '--for', 'embedded', '--examples', '60', '--out', small, '--quiet')
      expect(made.code).toBe(0)
      TAUGHT = [...TINY, '--set', `coldStart.dataset=${small}`]
      expect((await vlmGym(...TAUGHT, '--out', first)).code).toBe(0)
    }, 240_000)

    const numbers = async (folder: string): Promise<unknown[]> =>
      (await readFile(join(folder, 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }))

    it('is learned from, with the same numbers after a kill, and never from what is held out', async () => {
      const [killed, live] = ['killed', 'live'].map((name) => join(parent, name)) as [string, string]
      expect((await vlmGym(...TINY, '--out', live)).code).toBe(0)
      expect((await numbers(live)).slice(0, 3)).toEqual((await numbers(first)).slice(0, 3))
      expect(await numbers(live)).not.toEqual(await numbers(first))

      const child = spawn(process.execPath, [main, ...TAUGHT, '--out', killed], { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      const file = join(killed, 'metrics.jsonl')
      const poll = setInterval(() => {
        if (!existsSync(file) || readFileSync(file, 'utf8').split('\n').length < 8) return
        clearInterval(poll)
        child.kill('SIGKILL')
      }, 2)
      await ended
      clearInterval(poll)
      await rm(join(killed, '.lock'), { recursive: true, force: true })
      const lines = await readFile(join(small, 'examples.jsonl'), 'utf8')
      await writeFile(join(small, 'examples.jsonl'), lines.slice(lines.indexOf('\n') + 1))
      const changed = await vlmGym('train', '--resume', killed, '--quiet')
      expect(changed).toMatchObject({ code: 1, stderr: expect.stringMatching(/has changed since this run began to learn from it/) })
      await writeFile(join(small, 'examples.jsonl'), lines)
      await rm(join(killed, '.lock'), { recursive: true, force: true })
      expect((await vlmGym('train', '--resume', killed, '--quiet')).code).toBe(0)
      expect(await numbers(killed)).toEqual(await numbers(first))

      const { sets } = JSON.parse(await readFile(join(first, 'dataset.json'), 'utf8')) as { sets: [{ examples: number }] }
      const [{ examples }] = sets
      expect(examples).toBe(linesOf(small).filter(({ split }) => split === 'train').length)
      expect(examples).toBeLessThan(60)
    })

    it('is learned from with the same numbers whichever tags its replies have', async () => {
      const neutral = join(parent, 'small-neutral')
      const made = await vlmGym('teach', '--for', 'embedded', '--tags', 'neutral', '--examples', '60', '--out', neutral, '--quiet')
      expect(made.code).toBe(0)
      expect(linesOf(neutral)[0]?.messages[1].content[0].text).toContain('</rationale>')
      const from = join(parent, 'from-neutral')
      expect((await vlmGym(...TINY, '--set', `coldStart.dataset=${neutral}`, '--out', from)).code).toBe(0)
      expect(await numbers(from)).toEqual(await numbers(first))
    })

    it('is refused before anything is written where it does not fit', async () => {
      const out = join(parent, 'unfit')
      const refused = async (dataset: string, message: RegExp, ...more: string[]): Promise<void> => {
        const outcome = await vlmGym(...TINY, ...more, '--set', `coldStart.dataset=${dataset}`, '--out', out)
        expect(outcome.stderr).toMatch(message)
        expect(outcome.code).toBeGreaterThan(0)
        expect(existsSync(out)).toBe(false)
      }
      await refused(join(parent, 'none'), /no data set in .*vlm-gym teach wrote/)
      await refused(whole, /holds examples of swap, the run plays 2048;/)
      const large = join(parent, 'large')
      expect((await vlmGym('teach', '--examples', '3', '--held-out', '0', '--out', large, '--quiet')).code).toBe(0)
      await refused(large, /examples\.jsonl line 1: .*multiples of 16.*vlm-gym teach --preset/)
      const wordy = join(parent, 'wordy')
      const half = ['--for', 'embedded', '--prompt', 'full', '--examples', '3', '--held-out', '0']
      expect((await vlmGym('teach', ...half, '--out', wordy, '--quiet')).code).toBe(0)
      await refused(wordy, /line 1: .*no word in this model's vocabulary/)
      const wide = join(parent, 'wide')
      const tiles = ['--for', 'embedded', '--tile', '32', '--examples', '3', '--held-out', '0']
      expect((await vlmGym('teach', ...tiles, '--out', wide, '--quiet')).code).toBe(0)
      await refused(wide, /picture has 64 patches, its board 16 cells/)
      const long = join(parent, 'long')
      const boards = ['--for', 'embedded', '--set', 'size=6', '--examples', '3', '--held-out', '0']
      expect((await vlmGym('teach', ...boards, '--out', long, '--quiet')).code).toBe(0)
      await refused(long, /its reply has \d+ tokens, maxTokens allows 48/)
      const mix = await vlmGym('train', '--preset', 'tiny', '--quiet', '--set', `coldStart.dataset=${small}`, '--out', out)
      expect(mix).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/there is nothing of shisen-sho for training, which the run plays/),
      })
      expect(existsSync(out)).toBe(false)

      const damaged = join(parent, 'damaged')
      await cp(small, damaged, { recursive: true })
      const [picture] = (linesOf(damaged).find(({ split }) => split === 'train') as Line).images
      await writeFile(join(damaged, picture), 'x')
      await refused(damaged, /the picture .* is damaged/)
      await rm(join(damaged, picture))
      await refused(damaged, /line 1 has no picture|line \d+ has no picture/)
      await rm(join(damaged, 'README.md'))
      await refused(damaged, /not finished; go on with/)
    })
  })
})
