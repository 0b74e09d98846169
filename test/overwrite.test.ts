/** Nothing of a user's is ever overwritten: every command that writes, over folders and files that a user has there. */
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runLine } from '../src/cli/run-cli-fixture.ts'
import { FOLDER_KINDS } from '../src/runs/index.ts'
import { smallModel } from './small-model.ts'
import { main, type Outcome, vlmGym } from './vlm-gym.ts'

let parent = ''
let made = 0
/** Things made once: a training run, the run of an evaluation, a data set, a checkpoint. */
let [train, evaluation, dataset, checkpoint] = ['', '', '', '']

const FEW = ['base.steps=2', 'coldStart.steps=2', 'rl.steps=1', 'evaluation.episodes=2', 'recipes=["g1"]']
const OFF = ['evaluation.interventions.states=0', 'evaluation.generalisation.states=0', 'games=[{"id":"2048","horizon":2,"restart":true}]']
const TRAIN = ['train', '--preset', 'tiny', '--quiet', ...[...FEW, ...OFF].flatMap((setting) => ['--set', setting])]
const EVAL = ['eval', 'random', '--episodes', '2', '--horizon', '2', '--no-anchors', '--quiet']
const TEACH = ['teach', '--examples', '3', '--parallel', '1', '--tile', '8', '--quiet']
/** Commands that begin a folder. */
const BEGIN: readonly (readonly [string, readonly string[]])[] = [
  ['train', TRAIN],
  ['eval', EVAL],
  ['teach', TEACH],
]

beforeAll(async () => {
  if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
  parent = await mkdtemp(join(tmpdir(), 'overwrite-'))
  ;[train, evaluation, dataset, checkpoint] = ['train', 'eval', 'dataset', 'g.safetensors'].map((name) => join(parent, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const [args, out] of [[TRAIN, train] as const, [EVAL, evaluation] as const, [TEACH, dataset] as const])
    expect(await vlmGym(...args, '--out', out)).toMatchObject({ code: 0 })
  const engine = await smallModel(1, parent)
  await engine.save('g', 'weights')
  await engine.close()
})
afterAll(() => rm(parent, { recursive: true, force: true }))

const place = (): string => join(parent, `place-${made++}`)

/** Everything below a folder: names, contents, link targets. */
async function contents(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const lines = names.sort().map(async (name) => {
    const path = join(folder, name)
    const found = await lstat(path)
    if (found.isSymbolicLink()) return `${name} -> ${await readlink(path)}`
    return found.isFile()
      ? `${name} ${createHash('sha256')
          .update(await readFile(path))
          .digest('hex')}`
      : `${name}/`
  })
  return Promise.all(lines)
}

/** Refused with one sentence that matches, exit code 2, and nothing below `around` changed. An engine has to have a process of its own. */
async function refuses(around: string, reason: RegExp, args: readonly string[], cwd?: string): Promise<void> {
  const before = await contents(around)
  const needsEngine = args[0] === 'export' || args.some((arg) => arg.startsWith('coldStart.dataset='))
  const outcome = needsEngine ? await vlmGym(...args) : await runLine(args, cwd)
  expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(reason) })
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1)
  expect(outcome.stderr).toMatch(/^error: [^;]+; .+\n$/)
  expect(await contents(around)).toEqual(before)
}

/** A folder of a user with one file. */
async function folderWith(name: string, text = 'mine'): Promise<string> {
  const folder = place()
  await mkdir(folder)
  await writeFile(join(folder, name), text)
  return folder
}

describe.each(BEGIN)('vlm-gym %s --out', { timeout: 240_000 }, (name, args) => {
  const into = (folder: string): string[] => [...args, '--out', folder]

  it('refuses a folder of a user’s, the one it is run in, one with hidden files alone, and a file', async () => {
    const folder = place()
    await mkdir(join(folder, 'src'), { recursive: true })
    for (const file of ['README.md', 'results.json', 'src/a.ts']) await writeFile(join(folder, file), `mine: ${file}`)
    await refuses(folder, /is not empty \(README\.md, results\.json, src\).*; .*--force/, into(folder))
    await refuses(folder, /^error: \. is not empty/, into('.'), folder)
    await refuses(folder, /src is not empty \(a\.ts\)/, into(join(folder, 'src')))
    await refuses(folder, /README\.md is a file, not a folder/, into(join(folder, 'README.md')))
    const hidden = await folderWith('.env')
    await refuses(hidden, /is not empty \(\.env\)/, into(hidden))
  })

  it('refuses a run or data set of another kind', async () => {
    const folder = name === 'eval' ? dataset : evaluation
    const called = name === 'eval' ? 'a data set' : 'the run of an evaluation'
    await refuses(folder, new RegExp(`holds ${called}, not `), [...into(folder), '--force'])
  })

  it('with --force uses a folder that is not empty, and loses nothing in it', async () => {
    const folder = place()
    await mkdir(join(folder, 'src'), { recursive: true })
    const mine = ['README.md', 'results.json', 'results.json.old', 'run.json', 'dataset.json', 'src/a.ts']
    for (const file of mine) await writeFile(join(folder, file), `mine: ${file}`)
    const before = await contents(folder)
    const outcome = await vlmGym(...into(folder), '--force')
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringMatching(/^warning: .* is now .*\.json\.old/) })
    const hashes = (lines: readonly string[]): string[] => lines.flatMap((line) => / ([0-9a-f]{64})$/.exec(line)?.[1] ?? [])
    const after = await contents(folder)
    expect(hashes(after)).toEqual(expect.arrayContaining(hashes(before)))
    expect(after).toEqual(expect.arrayContaining(before.filter((line) => line.startsWith('src'))))
  })

  it('writes nothing beside the files it is known to write', async () => {
    const folder = { train, eval: evaluation, teach: dataset }[name] as string
    const kind = FOLDER_KINDS.find(({ command }) => command === `vlm-gym ${name}`)
    const known = [...(kind?.files ?? []), ...(kind?.folders ?? []), '.owner']
    expect((await readdir(folder)).filter((file) => !known.includes(file))).toEqual([])
  })

  it('lets one of two processes have a folder; the other is refused and changes nothing', async () => {
    const folder = place()
    const outcomes = await Promise.all([vlmGym(...into(folder)), vlmGym(...into(folder))])
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 2])
    const refused = outcomes.find(({ code }) => code === 2) as Outcome
    expect(refused.stderr).toMatch(/^error: .*(in use by another process|holds a (run|data set) already).*\n$/)
    expect(await vlmGym(name, '--resume', folder, '--quiet')).toMatchObject({ code: 0 })
  })
})

describe('the wrong kind of folder', { timeout: 120_000 }, () => {
  it.each<[string, () => readonly string[], RegExp]>([
    [
      'train --resume',
      () => ['train', '--resume', evaluation],
      /holds the run of an evaluation, not a training run; vlm-gym eval --resume/,
    ],
    ['eval --resume', () => ['eval', '--resume', train], /holds a training run, not the run of an evaluation; vlm-gym train --resume/],
    ['teach --resume', () => ['teach', '--resume', train], /holds a training run, not a data set/],
    ['report', () => ['report', evaluation], /holds the run of an evaluation, not a training run; .*vlm-gym compare shows it/],
    ['compare', () => ['compare', dataset], /holds a data set, not a training run or the run of an evaluation/],
    [
      'coldStart.dataset',
      () => [...TRAIN, '--set', `coldStart.dataset=${evaluation}`, '--out', place()],
      /holds the run of an evaluation, not a data set/,
    ],
  ])('is refused by %s in one sentence', async (_, args, reason) => {
    await refuses(parent, reason, args())
  })
})

describe('commands that write one file', { timeout: 120_000 }, () => {
  const SHOW = ['show', '2048', '--seed', '7']
  const WRITE: readonly (readonly [string, string, () => readonly string[]])[] = [
    ['show', 'board.png', () => SHOW],
    ['show --grid', 'levels.png', () => ['show', '2048', '--grid', '--tile', '8']],
    ['export', 'g.onnx', () => ['export', checkpoint]],
    ['compare', 'page.html', () => ['compare', evaluation]],
    ['compare', 'page.csv', () => ['compare', evaluation]],
  ]

  it.each(WRITE)('%s --out %s: leaves a user’s file alone, writes its own anew, and insists with --force', async (_, file, args) => {
    const folder = await folderWith(file, 'mine')
    const out = join(folder, file)
    await refuses(
      folder,
      /is there already and (holds something else|is not as vlm-gym wrote it for this); give another file with --out, or replace it with --force/,
      [...args(), '--out', out],
    )
    expect(await vlmGym(...args(), '--out', out, '--force')).toMatchObject({ code: 0 })
    const own = await readFile(out)
    expect(own.toString()).not.toBe('mine')
    expect(await vlmGym(...args(), '--out', out)).toMatchObject({ code: 0 })
    expect(await readFile(out)).toEqual(own)
    // One byte that somebody has changed makes it theirs.
    own[Math.floor(own.length / 2)]! ^= 1
    await writeFile(out, own)
    await refuses(folder, /is there already/, [...args(), '--out', out])
    expect(await readdir(folder)).toEqual([file])
  })

  it('write what can be read as before, mark and all', async () => {
    const folder = place()
    await mkdir(folder)
    const out = (name: string): string => join(folder, name)
    expect(await vlmGym('export', checkpoint, '--out', out('g.onnx'))).toMatchObject({ code: 0 })
    const { InferenceSession } = await import('onnxruntime-web')
    const session = await InferenceSession.create(readFileSync(out('g.onnx')))
    expect([...session.inputNames].sort()).toEqual(['pixels', 'tokens'])
  })

  it('know whose a file is: another checkpoint’s or another comparison’s is not replaced', async () => {
    const folder = place()
    await mkdir(folder)
    const copy = join(folder, 'copy.safetensors')
    await copyFile(checkpoint, copy)
    const onnx = join(folder, 'g.onnx')
    expect(await vlmGym('export', checkpoint, '--out', onnx)).toMatchObject({ code: 0 })
    await refuses(folder, /is there already/, ['export', copy, '--out', onnx])
    await refuses(folder, /is there already/, ['export', copy, '--out', copy])
    const page = join(folder, 'page.html')
    expect(await vlmGym('compare', evaluation, '--out', page)).toMatchObject({ code: 0 })
    await refuses(folder, /is there already/, ['compare', evaluation, train, '--out', page])
    await refuses(evaluation, /is there already/, ['compare', evaluation, '--out', join(evaluation, 'results.json')])
  })

  it('a file of a user’s through a link is left alone too, a pipe is written into', async () => {
    const folder = await folderWith('mine.svg')
    const link = join(folder, 'link.svg')
    await symlink(join(folder, 'mine.svg'), link)
    await refuses(folder, /is there already/, [...SHOW, '--out', link])
    // A shell gives a pipe; a child process of Node's has a socket there.
    const line = `"${process.execPath}" "${main}" compare "${evaluation}" --format html --out /dev/stdout | cat`
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toMatch(/^<!doctype html>/i)
  })
})

describe('report.html', { timeout: 120_000 }, () => {
  it('is written anew, unless somebody has changed it', async () => {
    const folder = place()
    await cp(train, folder, { recursive: true })
    const file = join(folder, 'report.html')
    const own = await readFile(file)
    expect(await vlmGym('report', folder)).toMatchObject({ code: 0 })
    expect(await readFile(file)).toEqual(own)
    await writeFile(file, own.toString().replace('</title>', ' with my notes</title>'))
    await refuses(folder, /is there already and is not as vlm-gym wrote it for this; move it elsewhere, or replace it with --force/, [
      'report',
      folder,
    ])
    // A run that goes on does not stop at it.
    const mine = await readFile(file)
    const { code, stderr } = await vlmGym('train', '--resume', folder, '--quiet')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning: .*report\.html\.old\n$/) })
    expect(await readFile(`${file}.old`)).toEqual(mine)
    expect(await readFile(file)).toEqual(own)
    await writeFile(file, mine)
    expect(await vlmGym('report', folder, '--force')).toMatchObject({ code: 0 })
    expect(await readFile(file)).toEqual(own)
  })
})

describe('a start that was killed', { timeout: 240_000 }, () => {
  it.each(BEGIN)('of %s at any moment can be made again, or gone on with', async (name, args) => {
    for (const wait of [400, 700, 1100]) {
      const folder = place()
      const child = spawn(process.execPath, [main, ...args, '--out', folder], { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      setTimeout(() => child.kill('SIGKILL'), wait)
      await ended
      const begun = existsSync(join(folder, name === 'teach' ? 'dataset.json' : 'run.json'))
      const again = begun ? await vlmGym(name, '--resume', folder, '--quiet') : await vlmGym(...args, '--out', folder)
      expect({ wait, begun, ...again }).toMatchObject({ code: 0 })
    }
  })

  it('of train before its words were written goes on with the numbers of an unbroken run', async () => {
    const folder = place()
    await mkdir(folder)
    for (const file of ['run.json', 'about.json']) await copyFile(join(train, file), join(folder, file))
    expect(await vlmGym('train', '--resume', folder, '--quiet')).toMatchObject({ code: 0 })
    for (const file of ['results.json', 'words.json']) expect(await readFile(join(folder, file))).toEqual(await readFile(join(train, file)))
  })
})
