import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PACKAGE_FOLDER, packageVersion } from '../version.ts'
import { ABOUT, currentSession, withSession } from './about.ts'
import { createRun, openRun, readRun } from './run-folder.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'about-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

function headOfClone(): string | null {
  try {
    return execFileSync('git', ['-C', PACKAGE_FOLDER, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}

it('says which program, commit, Node and machine', async () => {
  const now = await currentSession()
  expect(Math.abs(Date.parse(now.started) - Date.now())).toBeLessThan(60_000)
  expect(now).toMatchObject({ version: packageVersion(), node: process.version, commit: headOfClone() })
  expect(now.machine).toMatchObject({ cpu: cpus()[0]?.model.trim() || null, platform: `${process.platform} ${process.arch}` })
  expect(now.machine.cores).toBeGreaterThan(0)
  expect(now.machine.memory).toBeGreaterThan(2 ** 24)
})

it('stands beside the header, for readers too, and not in it', async () => {
  const folder = await createRun(join(place, 'run'), { seed: 0 })
  await folder.close()
  expect(folder.about).toHaveLength(1)
  expect((await readRun(folder.path)).about).toEqual(folder.about)
  expect(await readFile(folder.file('run.json'), 'utf8')).not.toContain('started')
})

it('gains a session only where something but the date has changed', async () => {
  const first = await currentSession()
  expect(withSession([first], { ...first, started: 'later' })).toEqual([first])
  const other = { ...first, node: 'v1.2.3' }
  expect(withSession([first], other)).toEqual([first, other])

  const folder = await createRun(join(place, 'resumed'), {})
  await folder.close()
  const before = await readFile(folder.file(ABOUT), 'utf8')
  await (await openRun(folder.path)).close()
  expect(await readFile(folder.file(ABOUT), 'utf8')).toBe(before)
  await writeFile(folder.file(ABOUT), JSON.stringify({ sessions: [other] }))
  const again = await openRun(folder.path)
  await again.close()
  expect(again.about.map(({ node }) => node)).toEqual(['v1.2.3', process.version])
  expect((await readRun(folder.path)).about).toEqual(again.about)
})

it('never keeps a run from going on: missing it is made, unreadable it is left alone', async () => {
  const folder = await createRun(join(place, 'without'), { seed: 3 })
  await folder.close()
  await rm(folder.file(ABOUT))
  expect((await readRun(folder.path)).about).toEqual([])
  await (await openRun(folder.path)).close()
  expect((await readRun(folder.path)).about).toHaveLength(1)
  await writeFile(folder.file(ABOUT), 'notes of my own')
  const again = await openRun(folder.path)
  await again.close()
  expect({ about: again.about, config: again.config }).toEqual({ about: [], config: { seed: 3 } })
  expect(await readFile(folder.file(ABOUT), 'utf8')).toBe('notes of my own')
})
