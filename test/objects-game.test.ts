/** A game whose perception is no grid keeps the contract, and is played, evaluated, shown in replays and taught like the others. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boardLines } from '../src/cli/play/board.ts'
import { createDataset, EXAMPLES } from '../src/datasets/index.ts'
import { evaluate, workedExamples } from '../src/eval/index.ts'
import { gridOf, registerGame } from '../src/games/index.ts'
import { decodeState, Env, encodeState, envSpec, formatReply, parseReply, playReply } from '../src/gym/index.ts'
import { toldBoard } from '../src/gym/told-board-fixture.ts'
import { promptOf } from '../src/messages.ts'
import { createPolicy, scriptedPolicy, teacherPolicy } from '../src/policies/index.ts'
import { policiesOf } from '../src/report/policies.ts'
import { replaysPage } from '../src/report/replays-page.ts'
import { teach, teachConfig } from '../src/teach/index.ts'
import { checkGame } from '../src/testing/index.ts'
import { bubblesGame as game } from '../src/testing/objects-game-fixture.ts'

const skin = { theme: 'classic', tile: 16, layout: 'board' } as const
const spec = envSpec({ game, skin })
const start = game.rules.init({ bubbles: 4 }, 1)

/** Reads the places of the caption; the first bubble is said to be where it is not. */
const halfRight = scriptedPolicy((observation) => {
  const caption = toldBoard(observation) ?? ''
  const said = caption.replace(/^([a-z]+ )(\d)/, (_, colour, x) => `${colour}${(Number(x) + 1) % 9}`)
  return formatReply({ perception: said, think: 'highest red', answer: caption.split(' ')[0] as string })
}, 'half')

describe('a game of objects', () => {
  it('keeps the contract', () => {
    const checked = checkGame(game, { configs: [{}, { bubbles: 1 }, { bubbles: 2 }], seeds: [0, 1, 2] })
    expect(checked[2]).toMatch(/; \d\d+ different perceptions have different pictures$/)
    expect(checked.at(-1)).toBe('not there: embedded, levels, presets, play, draws, scatter, heldOut')
  })

  it('is scored by its own measure', () => {
    const text = game.perception.format(game.perception.of(start))
    const share = (perception: string): number =>
      playReply(game, start, formatReply({ perception, think: '', answer: 'red' })).score.perceptionCells
    expect(share(text)).toBe(1)
    expect(share(text.split('\n').slice(1).join('\n'))).toBe(0.75)
    expect(share(text.replace(/\d/, (x) => String((Number(x) + 1) % 9)))).toBe(0.875)
    expect(share('red')).toBe(0)
    expect(gridOf(game, start)).toBeNull()
  })

  it('is told in full prompts, and goes through tokens', () => {
    expect(promptOf(new Env(spec, 1).observe())).toContain('In <perception>, write a line for each bubble')
    const { state, events, legal } = game.rules.step(start, 'red')
    expect(decodeState(encodeState(game, state, { legal, events }), [game])).toMatchObject({ state, last: { legal: true } })
  })

  it('is evaluated, without counts by cell, and its replays are shown line by line', async () => {
    const options = { decoding: 'greedy', episodes: 3, seed: 2, replays: 1, expertEvery: 1 } as const
    const { rows, replays, episodes } = await evaluate({
      ...options,
      policy: halfRight,
      specs: [envSpec({ game, skin, mode: 'image+caption', horizon: 10 })],
    })
    const mean = (metric: string): number | null | undefined => rows.find((row) => row.metric === metric)?.mean
    expect(mean('perception exact')).toBe(0)
    expect(mean('perception cells')).toBeGreaterThan(0.5)
    expect(mean('illegal moves')).toBe(0)
    expect(episodes.map(({ confusion }) => confusion)).toEqual([{}, {}, {}])
    expect(replays[0]?.steps[0]?.truth).toHaveLength(4)
    expect(replays[0]?.steps[0]?.truth[0]).toEqual([expect.stringMatching(/^red \d \d$/)])
    const steps = replaysPage(replays, policiesOf([]))?.replays.flatMap((one) => one.steps) ?? []
    const wrong = steps.map(({ truth, read }) => truth.filter((row, i) => row.join() !== read?.[i]?.join()).length)
    expect(wrong).toContain(1)
    expect(steps[0]?.truth.flat().join()).toMatch(/green \d \d/)
    const blind = await evaluate({
      ...options,
      policy: scriptedPolicy([formatReply({ perception: 'red', think: '', answer: 'red' })]),
      specs: [{ ...spec, horizon: 10 }],
    })
    expect(blind.episodes[0]?.unread?.[0]?.reason).toBe('The perception is not written as the prompt asks for.')
    const expert = createPolicy('solver', { gameNamed: () => game })
    const best = await evaluate({ ...options, policy: expert, specs: [{ ...spec, horizon: 10 }] })
    expect(best.rows.find(({ metric }) => metric === 'regret')?.mean).toBe(0)
  })

  it('has worked examples, and is taught from', async () => {
    const examples = await workedExamples(spec, { count: 2, seed: 1, used: new Set() })
    for (const { reply } of examples) expect(game.perception.parse(parseReply(reply.text).perception as string)).not.toBeNull()
    registerGame(game)
    const folder = await mkdtemp(join(tmpdir(), 'objects-'))
    const config = teachConfig.parse({
      games: [{ id: 'bubbles' }],
      horizon: 4,
      skin,
      prompt: 'full',
      teacher: { model: 'scripted', blind: false, slip: 0, insight: 0, temperature: 1, maxTokens: 48 },
      examples: 6,
      maxReplies: 100,
      parallel: 2,
      heldOut: 0.5,
      minReward: 0,
      maxRegret: null,
      seed: 1,
      plugins: [],
    })
    const set = await createDataset(join(folder, 'set'), config)
    expect(await teach({ folder: set, config, policy: teacherPolicy({ slip: 0, insight: 0 }) })).toMatchObject({ end: 'finished' })
    expect(await set.linesOf(EXAMPLES)).toHaveLength(6)
    await set.close()
    await rm(folder, { recursive: true })
  })

  it('is shown to a person as its text', () => {
    expect(boardLines(game, start, 'classic')).toEqual(game.perception.format(start.objects).split('\n'))
  })
})
