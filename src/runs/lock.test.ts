import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCK, lockFolder, OWNER } from './lock.ts'

let parent = ''
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

describe('a lock', () => {
  it.each([
    ['before it wrote its note', null],
    ['while it wrote its note', ''],
  ])('of a process that was killed %s is taken over', async (_, note) => {
    const folder = await mkdtemp(join(parent, 'killed-'))
    await mkdir(join(folder, LOCK))
    const renewed = new Date(Date.now() - 1_900)
    await utimes(join(folder, LOCK), renewed, renewed)
    if (note !== null) await writeFile(join(folder, OWNER), note)
    const lock = await lockFolder(folder)
    expect(JSON.parse(await readFile(join(folder, OWNER), 'utf8'))).toMatchObject({ pid: process.pid })
    await lock.release()
  })

  it('that this process holds is refused at once', async () => {
    const folder = await mkdtemp(join(parent, 'own-'))
    const lock = await lockFolder(folder)
    const before = performance.now()
    await expect(lockFolder(folder)).rejects.toThrow(/is in use by another process/)
    expect(performance.now() - before).toBeLessThan(1_000)
    await lock.release()
    await (await lockFolder(folder)).release()
  })

  it('of a process that runs is not', async () => {
    const folder = await mkdtemp(join(parent, 'held-'))
    await mkdir(join(folder, LOCK))
    await writeFile(join(folder, OWNER), JSON.stringify({ pid: process.ppid, host: hostname() }))
    await expect(lockFolder(folder)).rejects.toThrow(/is in use by another process/)
  })
})
