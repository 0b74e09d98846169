/** Vector envs on worker threads, as built: the same as without workers, also when a worker dies. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type * as Library from 'vlm-gym'
import type { Observation } from 'vlm-gym'
import { frameOf, promptOf } from 'vlm-gym'
import type { VectorStep } from 'vlm-gym/gym'
import type * as Render from 'vlm-gym/render'
import type * as Workers from 'vlm-gym/workers'

const dist = (path: string): string => new URL(`../dist/${path}`, import.meta.url).href
const { envSpec, formatReply, gameNamed, loadGames, seededRng, VectorEnv }: typeof Library = await import(dist('index.js'))
const { frameHash }: typeof Render = await import(dist('render/index.js'))
const { openVectorEnv }: typeof Workers = await import(dist('workers/index.js'))

const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-workers-'))
const fuse = join(folder, 'fuse')
const module = pathToFileURL(join(folder, 'mortal.mjs')).href
writeFileSync(
  join(folder, 'mortal.mjs'),
  `import { existsSync, rmSync } from 'node:fs'
import { loadGame, registerGame } from '${dist('index.js')}'
const game = await loadGame('swap')
registerGame({ ...game, id: 'mortal', answer: { ...game.answer, parse: (text, state) => {
  if (text === 'always') process.exit(3)
  if (text === 'die' && existsSync('${fuse}')) {
    rmSync('${fuse}')
    process.exit(3)
  }
  return game.answer.parse(text, state)
} } })`,
)
await loadGames()
await import(module)
afterAll(() => rmSync(folder, { recursive: true }))

const look = { theme: 'classic', tile: 24, layout: 'full' } as const
const specs = [
  envSpec({ game: gameNamed('2048'), config: { size: 3 }, skin: { ...look, layout: 'board' } }),
  envSpec({ game: gameNamed('mortal'), skin: { ...look, noise: 0.1 }, promptStyle: 'brief' }),
  envSpec({ game: gameNamed('picture-shisen-sho'), config: { rows: 2, columns: 4, kinds: 4 }, skin: look, feedback: false }),
  envSpec({ game: gameNamed('mortal'), skin: { ...look, contrast: 0.5 } }),
]
const many = [...specs, ...specs, specs[0]!, envSpec({ game: gameNamed('swap'), skin: look })]

/** Replies for every env, the same at every call with the same seed: legal and other moves, and texts that say nothing. */
function repliesOf(turn: number): string[] {
  const rng = seededRng(turn, 'replies')
  const pair = (): string => `(${rng.int(3)}, ${rng.int(4)}) (${rng.int(3)}, ${rng.int(4)})`
  return many.map(({ game }) => formatReply({ perception: '', think: '', answer: game.id === '2048' ? String(rng.int(5)) : pair() }))
}

const seen = (observation: Observation): unknown[] => [promptOf(observation), frameHash(frameOf(observation))]
const told = ({ observation, final, ...step }: VectorStep): unknown => ({
  ...step,
  observation: seen(observation),
  final: final && seen(final),
})

test.each(['next-step', 'same-step', 'disabled'] as const)('%s: steps, prompts and pixels are those without workers', async (autoreset) => {
  const alone = new VectorEnv(many, { seed: 5, autoreset })
  const shared = await openVectorEnv(many, { seed: 5, autoreset, workers: 2, modules: [module] })
  expect(shared.observe().map(seen)).toEqual(alone.observe().map(seen))
  for (let turn = 0; turn < 70; turn++) {
    const steps = await shared.step(repliesOf(turn))
    const expected = alone.step(repliesOf(turn))
    if (turn % 10 === 9) expect(steps.map(told)).toEqual(expected.map(told))
    else expect(steps.map(({ score, events }) => ({ score, events }))).toEqual(expected.map(({ score, events }) => ({ score, events })))
  }
  expect(seen(await shared.reset(3))).toEqual(seen(alone.reset(3)))
  expect(await shared.snapshot()).toEqual(alone.snapshot())
  await shared.close()
})

test('a worker that dies is replaced: nothing is lost, and the move that it died of is played', async () => {
  const alone = new VectorEnv(many, { seed: 5 })
  const shared = await openVectorEnv(many, { seed: 5, workers: 3, modules: [module] })
  for (let turn = 0; turn < 68; turn++) {
    const replies = repliesOf(turn)
    if (turn === 20 || turn === 66) {
      replies[1] = formatReply({ perception: '', think: '', answer: 'die' })
      writeFileSync(fuse, '')
    }
    const steps = await shared.step(replies)
    expect(existsSync(fuse)).toBe(false)
    const expected = alone.step(replies)
    if (turn >= 20 && turn % 23 < 3) expect(steps.map(told)).toEqual(expected.map(told))
  }
  expect(await shared.snapshot()).toEqual(alone.snapshot())
  await expect(shared.step(many.map(() => '<answer>always</answer>'))).rejects.toThrow('3 workers in a row ended')
  await shared.close()
})

test('goes back to snapshots of either kind; pictures of the past are refused; bad options say so', async () => {
  const alone = new VectorEnv(many, { seed: 9 })
  const shared = await openVectorEnv(many, { seed: 5, workers: 2, modules: [module] })
  alone.step(repliesOf(0))
  await shared.restore(alone.snapshot())
  const early = shared.observe()
  const kept = frameOf(early[0]!)
  const hash = frameHash(kept)
  expect(early.map(seen)).toEqual(alone.observe().map(seen))
  const late = shared.observe()[1]!
  expect((await shared.step(repliesOf(1))).map(told)).toEqual(alone.step(repliesOf(1)).map(told))
  expect(frameHash(kept)).toBe(hash)
  expect(() => frameOf(late)).toThrow('has moved on')
  expect(frameHash(shared.pixels(2))).toBe(frameHash(frameOf(alone.observe()[2]!)))
  await shared.close()
  await expect(openVectorEnv(many, { seed: 1, workers: 11 })).rejects.toThrow('give 1 to 10')
  const foreign = { ...specs[0]!, game: { ...specs[0]!.game } }
  await expect(openVectorEnv([foreign], { seed: 1 })).rejects.toThrow('not the registered one')
})
