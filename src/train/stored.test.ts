/** Cold start from data sets: what fits together, and what a run that goes on remembers of them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templateChat } from '../chat-formats/template.ts'
import { smallTokenizer } from '../chat-formats/tokenizer-fixture.ts'
import type { Engine } from '../engine.ts'
import { gameNamed, loadGames } from '../games/index.ts'
import { parseReply } from '../gym/index.ts'
import { hasPictures, textOf } from '../messages.ts'
import { teacherPolicy } from '../policies/index.ts'
import type { Message } from '../policy.ts'
import { createRun, type RunFolder } from '../runs/index.ts'
import { createDataset, type TeachConfig, teach, teachConfig } from '../teach/index.ts'
import { mockEngine } from '../testing/index.ts'
import { parseTrainConfig, type TrainConfig } from './config.ts'
import { replyDatum } from './examples.ts'
import { lexiconOf } from './lexicon.ts'
import { presetNamed } from './presets.ts'
import { coldStartExamples, storedExamples } from './stored.ts'
import { train } from './trainer.ts'

await loadGames()

const [first, second] = [presetNamed('tiny').games[0], presetNamed('tiny').games[3]] as [Game, Game]
type Game = TrainConfig['games'][number]

/** Both games, a few steps of cold start, no reinforcement. */
const configOf = (dataset: string | string[], games: Game[] = [first, second]): TrainConfig => {
  const tiny = presetNamed('tiny')
  return parseTrainConfig({
    ...tiny,
    ...{ games, recipes: ['g1'], saveEvery: 1 },
    base: { ...tiny.base, steps: 2, batch: 4, optimizer: 'adam' },
    coldStart: { ...tiny.coldStart, steps: 6, batch: 8, optimizer: 'adam', dataset },
    rl: { ...tiny.rl, steps: 0 },
  })
}
const words = lexiconOf([first, second].map(({ id }) => gameNamed(id)))
/** One token a tile, as the embedded engine has it. */
const imageTokens = ({ width, height }: { width: number; height: number }): number => (width * height) / 16 ** 2
const engineFor = (folder?: RunFolder): Engine =>
  mockEngine({ chat: { words, imageTokens }, ...(folder && { folder: folder.file('checkpoints') }) })

describe('cold start from data sets', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'stored-'))
    for (const [name, game, seed] of [
      ['one', first, 1],
      ['two', second, 1],
      ['three', second, 2],
    ] as const)
      await make(name, game, seed)
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))
  const at = (name: string): string => join(parent, name)

  it('tells the board in words to a model that reads text alone', async () => {
    const chat = templateChat({
      tokenizer: smallTokenizer(),
      template: "{% for message in messages %}{{ '<|im_start|>' + message['content'] + '<|im_end|>' }}{% endfor %}",
      stop: '<|im_end|>',
    })
    const blind = mockEngine({ chat, images: 0, maxSequence: 8192 })
    const config = parseTrainConfig({ ...configOf(at('one'), [first]), observation: 'caption', maxTokens: 2048 })
    const found = await coldStartExamples(blind, config)
    if (found === null) throw new Error('no examples')
    for (const { observation, reply } of storedExamples(found, 4, 1, 0)) {
      const text = textOf(observation.messages[0] as Message)
      expect(text.startsWith(`The board as text:\n${parseReply(reply).perception?.trim()}\n\n`)).toBe(true)
      expect(hasPictures({ messages: observation.messages, game: first.id })).toBe(false)
    }
    await blind.close()
  })

  async function make(name: string, { id, config }: Game, seed: number): Promise<void> {
    const settings: TeachConfig = teachConfig.parse({
      games: [{ id, config }],
      horizon: 8,
      skin: { theme: 'classic', tile: 16, layout: 'board' },
      prompt: 'brief',
      teacher: { model: 'scripted', blind: true, slip: 0, insight: 0, temperature: 1, maxTokens: 97 },
      ...{ examples: 12, maxReplies: 200, parallel: 2, heldOut: 0, minReward: 0, maxRegret: null, seed, plugins: [] },
    })
    const folder = await createDataset(at(name), settings)
    await teach({ folder, config: settings, policy: teacherPolicy() })
    await folder.close()
  }

  async function found(dataset: string | string[], games?: Game[]): Promise<Awaited<ReturnType<typeof coldStartExamples>>> {
    const config = configOf(dataset, games)
    const engine = engineFor()
    try {
      return await coldStartExamples(engine, config)
    } finally {
      await engine.close()
    }
  }

  it('takes the training parts of several sets one behind the other, and draws from all of them', async () => {
    const both = await found([at('one'), at('two')])
    expect(both?.sets.map(({ path, examples }) => ({ path, examples }))).toEqual([
      { path: at('one'), examples: 12 },
      { path: at('two'), examples: 12 },
    ])
    expect(both?.examples.map(({ game }) => game)).toEqual([...Array(12).fill(first.id), ...Array(12).fill(second.id)])
    const engine = engineFor()
    const data = storedExamples(both as NonNullable<typeof both>, 24, 5, 0).map((example) =>
      JSON.stringify(replyDatum(engine, example).modelInput),
    )
    expect(new Set(data).size).toBe(24)
    await engine.close()
  })

  it('refuses sets that leave a game out, hold a foreign one, or are one set', async () => {
    await expect(found(at('one'))).rejects.toThrow(new RegExp(`nothing of ${second.id} for training.*teach --preset`))
    await expect(found([at('one'), at('two')], [first])).rejects.toThrow(
      new RegExp(`the data set ${at('two')} .*holds examples of ${second.id}`),
    )
    await expect(found([at('one'), at('two'), at('one')])).rejects.toThrow(/names one data set twice .*one\)/)
  })

  it('goes on only with the same sets, and says which one has changed', async () => {
    const run = async (folder: RunFolder, config: TrainConfig, stopAfter: number): Promise<string> => {
      const controller = new AbortController()
      let steps = 0
      const engine = engineFor(folder)
      const onEvent = (): void => {
        if (++steps === stopAfter) controller.abort()
      }
      return train({ folder, config, engine, onEvent, signal: controller.signal }).finally(() => engine.close())
    }
    const config = configOf([at('one'), at('two')])
    const folder = await createRun(at('run'), config)
    expect(await run(folder, config, 4)).toBe('stopped')
    const kept = JSON.parse(await readFile(folder.file('dataset.json'), 'utf8'))
    expect(kept.sets).toMatchObject([{ path: at('one'), examples: 12 }, { path: at('two') }])
    await expect(run(folder, configOf([at('one'), at('three')]), -1)).rejects.toThrow(`the data set ${at('three')} has changed since`)
    await expect(run(folder, configOf([at('two'), at('one')]), -1)).rejects.toThrow('has changed since')
    expect(await run(folder, config, -1)).toBe('finished')
    await folder.close()
  })
})
