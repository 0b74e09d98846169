import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../errors.ts'
import { checkForeign, checkOwnFile, type FileForm, writeOwnFile } from './own-file.ts'

let parent = ''
let made = 0
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'own-file-'))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

async function folder(): Promise<string> {
  const path = join(parent, String(made++))
  await mkdir(path)
  return path
}

const CONTENTS: { readonly [form in FileForm]: (n: number) => string | Uint8Array } = {
  markup: (n) => `<p>${n}</p>\n`,
  // Field 1 of a protobuf message, a number.
  onnx: (n) => new Uint8Array([8, n]),
  plain: (n) => `a,b\n${n},2\n`,
}
const FORMS = Object.keys(CONTENTS) as FileForm[]
const MARKED = FORMS.filter((form) => form !== 'plain')

describe.each(FORMS)('a file of the form %s', (form) => {
  const content = CONTENTS[form]

  it('is written where there is none, and a user’s is left alone unless forced', async () => {
    const path = join(await folder(), 'file')
    await writeOwnFile({ path, form, source: 'a' }, content(1))
    const other = join(await folder(), 'file')
    await writeFile(other, 'mine')
    await expect(writeOwnFile({ path: other, form, source: 'a' }, content(1))).rejects.toThrow(ConfigError)
    await expect(writeOwnFile({ path: other, form, source: 'a' }, content(1))).rejects.toThrow(
      /^.*file is there already and (holds something else|is not as vlm-gym wrote it for this); give another file with --out, or replace it with --force$/,
    )
    expect(await readFile(other, 'utf8')).toBe('mine')
    await writeOwnFile({ path: other, form, source: 'a', force: true }, content(1))
    expect(await readFile(other)).toEqual(await readFile(path))
    expect(await readdir(join(other, '..'))).toEqual(['file'])
  })

  it('may be written again as it was', async () => {
    const path = join(await folder(), 'file')
    await writeOwnFile({ path, form, source: 'a' }, content(1))
    await writeOwnFile({ path, form, source: 'a' }, content(1))
  })

  it('is none at a folder, in none, below a file, at a link to nothing, or without a name', async () => {
    const above = await folder()
    await writeFile(join(above, 'mine'), 'mine')
    await symlink(join(above, 'nothing'), join(above, 'link'))
    const refused = (path: string): Promise<string> =>
      writeOwnFile({ path, form, source: 'a' }, content(1)).then(
        () => 'written',
        (error: unknown) => (error instanceof ConfigError ? error.message : String(error)),
      )
    expect(await refused(above)).toMatch(/is a folder, not a file; give another file with --out$/)
    expect(await refused(join(above, 'none', 'file'))).toMatch(/its folder does not exist/)
    expect(await refused(join(above, 'mine', 'file'))).toMatch(/a part of its path is a file/)
    expect(await refused(join(above, 'link'))).toMatch(/is a link to a file that is not there/)
    expect(await refused('')).toMatch(/has no name/)
    expect((await readdir(above)).sort()).toEqual(['link', 'mine'])
  })

  it.skipIf(process.getuid?.() === 0)(
    'is none in a folder that may not be written in (skipped where the user is root, who may)',
    async () => {
      const above = await folder()
      await chmod(above, 0o555)
      await expect(writeOwnFile({ path: join(above, 'file'), form, source: 'a' }, content(1))).rejects.toThrow(/no permission/)
      await chmod(above, 0o755)
    },
  )

  it('of a user’s behind a link is left alone', async () => {
    const above = await folder()
    await writeFile(join(above, 'mine'), 'mine')
    await symlink(join(above, 'mine'), join(above, 'link'))
    await expect(writeOwnFile({ path: join(above, 'link'), form, source: 'a' }, content(1))).rejects.toThrow(/is there already/)
    expect(await readFile(join(above, 'mine'), 'utf8')).toBe('mine')
  })

  it('is written whole by one of many that write at once', async () => {
    const path = join(await folder(), 'file')
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => writeOwnFile({ path, form, source: String(n) }, content(n))),
    )
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(join(path, '..'))).toEqual(['file'])
  })
})

describe.each(MARKED)('the mark in a file of the form %s', (form) => {
  const content = CONTENTS[form]

  it('says whose the file is: the same command’s for the same thing, unchanged', async () => {
    const path = join(await folder(), 'file')
    await writeOwnFile({ path, form, source: 'a' }, content(1))
    await expect(checkOwnFile({ path, form, source: 'b' })).rejects.toThrow(/is there already/)
    await writeOwnFile({ path, form, source: 'a' }, content(2))
    const bytes = await readFile(path)
    for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      await writeFile(path, changed)
      await expect(checkOwnFile({ path, form, source: 'a' })).rejects.toThrow(/is there already/)
    }
    for (const other of [Buffer.concat([bytes, Buffer.from('x')]), bytes.subarray(1), bytes.subarray(0, -1), Buffer.alloc(0)]) {
      await writeFile(path, other)
      await expect(checkOwnFile({ path, form, source: 'a' })).rejects.toThrow(/is there already/)
    }
    await writeFile(path, bytes)
    expect(await checkOwnFile({ path, form, source: 'a' })).toBe('own')
  })
})

it('a file in the way is renamed, one of our own is not', async () => {
  const above = await folder()
  const path = join(above, 'report.html')
  const file = { path, form: 'markup', source: 'report' } as const
  await checkForeign(file, 'rename')
  await writeOwnFile(file, 'one\n')
  await checkForeign(file, 'rename')
  expect(await readdir(above)).toEqual(['report.html'])
  await writeFile(path, 'mine')
  const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await checkForeign(file, 'rename')
  expect(warned.mock.calls.flat()).toEqual([`warning: ${path} was not as vlm-gym wrote it; it is kept as ${path}.old\n`])
  warned.mockRestore()
  expect(await readdir(above)).toEqual(['report.html.old'])
})
