/**
 * The public doors by their published names: what they export is a promise, so a change of it shows in test/exports/. Types are not seen.
 * After a change that is meant: `npx vitest run test/public-api.test.ts -u`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports: declared } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
  readonly exports: Readonly<Record<string, object>>
}
const games = readdirSync(`${root}/src/games`).filter((name) => existsSync(`${root}/src/games/${name}/index.ts`))

/** 'vlm-gym', 'vlm-gym/games', …; a pattern of package.json stands for one door a game. */
const DOORS = Object.keys(declared).flatMap((door) => {
  const name = `vlm-gym${door.slice(1)}`
  return name.endsWith('/*') ? games.map((game) => name.replace('*', game)) : name
})

/** Names that a door of the source exports, a line each. */
const namesOf = async (door: string): Promise<string> =>
  `${Object.keys((await import(door)) as object)
    .sort()
    .join('\n')}\n`

it.each(DOORS)('%s exports what it promises', async (door) => {
  await expect(await namesOf(door)).toMatchFileSnapshot(`exports/${door.replaceAll('/', '.')}.txt`)
})

it('the root door is one that a reader can take in', async () => {
  expect(Object.keys(await import('vlm-gym')).length).toBeLessThanOrEqual(40)
})

it('are the same in the built package, under the names that users import', async () => {
  if (!existsSync(`${root}/dist/index.js`)) throw new Error('dist is missing: run `npm run build` first (npm test does it for you)')
  const script = `
    const names = async (door) => Object.keys(await import(door)).sort().join('\\n') + '\\n'
    console.log(JSON.stringify(await Promise.all(${JSON.stringify(DOORS)}.map(names))))`
  const built = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  expect(JSON.parse(built)).toEqual(await Promise.all(DOORS.map(namesOf)))
})
