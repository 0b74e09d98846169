import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../errors.ts'
import { EVAL_RUN, FOLDER_KINDS, type FolderKind, TRAIN_RUN } from './folder-kinds.ts'
import { checkNewFolder } from './new-folder.ts'
import { createFolder, discardFolder, openFolder, readFolder } from './run-folder.ts'

let parent = ''
let made = 0
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'new-folder-'))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

/** Time of a lock that no living process renews; src/runs/lock.test.ts waits for a young one. */
const LONG_AGO = new Date(0)

const place = (): string => join(parent, `place-${made++}`)

async function folderWith(...names: string[]): Promise<string> {
  const folder = place()
  await mkdir(folder)
  for (const name of names) await writeFile(join(folder, name), `{"mine":"${name}"}`)
  return folder
}

/** Everything below a folder: names, contents, link targets. */
async function contents(folder: string): Promise<string[]> {
  const lines = (await readdir(folder, { recursive: true })).sort().map(async (name) => {
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

/** Both the check and the making refuse, in one sentence, and nothing below `around` changes. */
async function refuses(kind: FolderKind, around: string, path: string, reason: RegExp, force = false): Promise<void> {
  const before = await contents(around)
  for (const attempt of [() => checkNewFolder(kind, path, { force }), () => createFolder(kind, path, {}, { force })]) {
    const error = await attempt().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(reason)
    expect((error as Error).message).toMatch(/^[^;]+; [^;]+$/)
  }
  expect(await contents(around)).toEqual(before)
}

describe.each(FOLDER_KINDS.map((kind) => [kind.called, kind] as const))('a new folder for %s', (_, kind) => {
  it.each([
    'README.md',
    'results.json',
    'metrics.jsonl',
    'run.json',
    'dataset.json',
    'about.json',
    'words.json',
    '.env',
    '.DS_Store',
    'run.json.bak',
  ])('is none where a %s is', async (name) => {
    const folder = await folderWith(name)
    await refuses(kind, folder, folder, /is not empty \(.*\) and holds no .*; .*, or use it all the same with --force/)
  })

  it('is none where other folders are, or a lock that is not ours, with force neither', async () => {
    const folder = place()
    await mkdir(join(folder, 'checkpoints'), { recursive: true })
    await refuses(kind, folder, folder, /is not empty \(checkpoints\)/)
    const [owner, lock] = [await folderWith('.owner'), await folderWith('.lock')]
    for (const force of [false, true]) {
      await refuses(kind, owner, owner, /holds a \.owner that is not vlm-gym’s/, force)
      await refuses(kind, lock, lock, /holds a \.lock that is not vlm-gym’s/, force)
    }
  })

  it('is none at a file, below one, at a link to nothing or below it, at a link to a full folder, or without a name', async () => {
    const folder = await folderWith('file')
    const file = join(folder, 'file')
    const [nowhere, full] = [join(folder, 'nowhere'), join(folder, 'full')]
    await symlink(join(folder, 'nothing'), nowhere)
    await symlink(folder, full)
    await refuses(kind, folder, file, /file is a file, not a folder/)
    await refuses(kind, folder, join(file, 'run'), /cannot be used: a part of its path is a file/)
    await refuses(kind, folder, join(file, 'a', 'run'), /a part of its path is a file/)
    await refuses(kind, folder, nowhere, /is a link to a folder that is not there/)
    await refuses(kind, folder, join(nowhere, 'run'), /nowhere is a link to nothing/)
    await refuses(kind, folder, full, /is not empty/)
    await refuses(kind, folder, '', /has no name/)
  })

  it.skipIf(process.getuid?.() === 0)('is none where nothing may be written (skipped where the user is root, who may)', async () => {
    const folder = place()
    await mkdir(folder)
    await chmod(folder, 0o555)
    await refuses(kind, folder, folder, /no permission/)
    await refuses(kind, folder, join(folder, 'a', 'b'), /no permission/)
    await chmod(folder, 0o755)
  })

  it('is none where a run or data set is, with force neither, and says which', async () => {
    for (const there of FOLDER_KINDS) {
      const folder = place()
      await (await createFolder(there, folder, {})).close()
      const reason =
        there === kind ? /holds a (run|data set) already; go on with it by --resume/ : new RegExp(`holds ${there.called}, not `)
      for (const force of [false, true]) await refuses(kind, folder, folder, reason, force)
    }
    const other = await folderWith()
    await writeFile(join(other, 'run.json'), JSON.stringify({ format: 'vlm-gym/run', version: 9, kind: 'later', config: {} }))
    for (const force of [false, true]) await refuses(kind, other, other, /holds a run of another version of vlm-gym/, force)
  })

  it('is one at an empty folder, at a link to one, deep in nothing, and over the traces of a start that was killed', async () => {
    const empty = await folderWith()
    const link = place()
    await symlink(empty, link)
    const deep = join(place(), 'a', 'b')
    const killed = await folderWith()
    await writeFile(join(killed, '.owner'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
    await mkdir(join(killed, '.lock'))
    await utimes(join(killed, '.lock'), LONG_AGO, LONG_AGO)
    await writeFile(join(killed, `${kind.header}.123456`), '{"format":')
    // Killed, or seen by another process, between making the note and writing it.
    const torn = await folderWith()
    await writeFile(join(torn, '.owner'), '')
    for (const path of [link, deep, killed, torn]) {
      const folder = await createFolder(kind, path, { n: 1 })
      await folder.close()
      expect(await readFolder(kind, path)).toMatchObject({ config: { n: 1 }, kind })
      const again = await openFolder(kind, path)
      await again.close()
    }
  })

  it('is one with force where other things are; what is in its way is renamed', async () => {
    const names = [...kind.files.filter((name) => name.includes('.')), 'notes.txt', `${kind.header}.old`]
    const folder = await folderWith(...names)
    await mkdir(join(folder, 'src'))
    const hashes = async (): Promise<string[]> => (await contents(folder)).flatMap((line) => / ([0-9a-f]{64})$/.exec(line)?.[1] ?? [])
    const before = await hashes()
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const run = await createFolder(kind, folder, { n: 2 }, { force: true })
    await run.close()
    expect(warned.mock.calls.flat()).toContain(`warning: ${join(folder, kind.header)} is now ${kind.header}.old-2\n`)
    expect(warned).toHaveBeenCalledTimes(names.length - 2)
    warned.mockRestore()
    expect(await hashes()).toEqual(expect.arrayContaining(before))
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('{"mine":"notes.txt"}')
    expect((await readFolder(kind, folder)).config).toEqual({ n: 2 })
    await expect(checkNewFolder(kind, folder, { force: true })).rejects.toThrow(/already/)
  })

  it('is for one of many that begin at once', async () => {
    const path = place()
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => createFolder(kind, path, { n })))
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    expect(won).toHaveLength(1)
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(ConfigError)
    await won[0]?.close()
    expect((await readFolder(kind, path)).config).toEqual(won[0]?.config)
  })

  it('can be taken back, and takes nothing with it that was there or that others put there', async () => {
    const above = await folderWith('mine')
    const before = await contents(above)
    const deep = await createFolder(kind, join(above, 'a', 'b'), {})
    await deep.close()
    await discardFolder(deep)
    expect(await contents(above)).toEqual(before)
    const empty = await folderWith()
    const inEmpty = await createFolder(kind, empty, {})
    await inEmpty.close()
    await writeFile(join(empty, 'notes'), 'mine')
    await discardFolder(inEmpty)
    expect(await readdir(empty)).toEqual(['notes'])
  })
})

describe('the kind of a folder', () => {
  it('is told where another is asked for', async () => {
    const folders = await Promise.all(FOLDER_KINDS.map((kind) => createFolder(kind, place(), {})))
    for (const folder of folders) await folder.close()
    for (const { kind, path } of folders) {
      for (const asked of FOLDER_KINDS.filter((one) => one !== kind)) {
        for (const attempt of [openFolder, readFolder] as const) {
          const failed = attempt(asked as FolderKind & FolderKind[], path)
          await expect(failed).rejects.toThrow(ConfigError)
          await expect(failed).rejects.toThrow(`holds ${kind.called}, not ${asked.called}; ${kind.use}`)
        }
      }
    }
    expect((await readFolder([TRAIN_RUN, EVAL_RUN], folders[1]?.path ?? '')).kind).toBe(EVAL_RUN)
  })

  it('refuses runs of earlier versions, whose header names no stages', async () => {
    const folder = await folderWith()
    await writeFile(join(folder, 'run.json'), JSON.stringify({ format: 'vlm-gym/run', version: 2, config: { seed: 0 } }))
    await expect(openFolder(TRAIN_RUN, folder)).rejects.toThrow(
      /is of run format 2, this program reads 3; use the vlm-gym version that wrote it/,
    )
    await expect(readFolder([TRAIN_RUN, EVAL_RUN], folder)).rejects.toThrow(/is of run format 2/)
  })

  it('keeps the stages of a training run, and refuses a header whose stages are damaged', async () => {
    const stage = {
      name: 'g1',
      label: 'G1',
      about: 'then RL',
      note: '',
      kind: 'rl',
      from: null,
      imitates: null,
      steps: 4,
      batch: '2 states',
    } as const
    const folder = await createFolder(TRAIN_RUN, join(await folderWith(), 'new'), { seed: 0 }, { stages: [stage] })
    await folder.close()
    expect((await readFolder(TRAIN_RUN, folder.path)).stages).toEqual([stage])
    const header = { format: 'vlm-gym/run', version: 3, kind: 'train', config: {}, stages: [{ ...stage, kind: 'other' }] }
    await writeFile(folder.file('run.json'), JSON.stringify(header))
    await expect(readFolder(TRAIN_RUN, folder.path)).rejects.toThrow(/run\.json is damaged/)
  })
})
