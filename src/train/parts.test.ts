import { describe, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { mockEngine } from '../testing/index.ts'
import { otherEngines, type PartEnd, type PartPlace, runParts } from './parts.ts'

const part = (name: string, from: string | null = null) => ({ name, from })
type Named = ReturnType<typeof part>
const engineNow = (): Engine => mockEngine({ chat: { words: ['a', '</answer>'] } })

const TREE = [part('base'), part('g0', 'base'), part('cold-start', 'base'), part('g1', 'cold-start'), part('arm', 'base')]

/** Runs parts that end when they are told to, and writes down what begins and ends. */
function watched(parts: readonly Named[], engines: number, signal?: AbortSignal) {
  const said: string[] = []
  const open = new Map<string, { end: (how: PartEnd) => void; fail: (reason: string) => void; place: PartPlace }>()
  let made = 0
  const others = otherEngines(engines - 1, async () => {
    made++
    return engineNow()
  })
  const end = runParts({
    ...{ parts, engine: engineNow(), others, signal },
    run: async ({ name }, place) => {
      said.push(`${name} on ${place.index}`)
      const how = await new Promise<PartEnd>((resolve, reject) => {
        open.set(name, { end: resolve, fail: (reason) => reject(new Error(reason)), place })
      })
      open.delete(name)
      return how
    },
  })
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
  const tell = async (name: string, how: PartEnd = 'finished'): Promise<string[]> => {
    open.get(name)?.end(how)
    await turn()
    return said.splice(0)
  }
  const fail = async (name: string): Promise<string[]> => {
    open.get(name)?.fail(`${name} failed`)
    await turn()
    return said.splice(0)
  }
  const begun = async (): Promise<string[]> => {
    await turn()
    return said.splice(0)
  }
  return { end, begun, tell, fail, made: () => made, stops: (name: string) => open.get(name)?.place.signal.aborted }
}

describe('parts of a run', () => {
  it('go one after another in their order on one engine', async () => {
    const done: string[] = []
    const end = await runParts({
      parts: TREE,
      engine: engineNow(),
      run: async ({ name }) => (done.push(name) > 0 && 'finished') || 'stopped',
    })
    expect([end, ...done]).toEqual(['finished', 'base', 'g0', 'cold-start', 'g1', 'arm'])
  })

  it('begin once the one that they begin from is done, and stay with its engine', async () => {
    const run = watched(TREE, 2)
    expect(await run.begun()).toEqual(['base on 0'])
    expect(run.made()).toBe(0)
    expect(await run.tell('base')).toEqual(['g0 on 0', 'cold-start on 1'])
    expect(run.made()).toBe(1)
    // The arm stands before nothing that waits, but g1 begins from what this engine has just done.
    expect(await run.tell('cold-start')).toEqual(['g1 on 1'])
    expect(await run.tell('g0')).toEqual(['arm on 0'])
    expect(await run.tell('arm')).toEqual([])
    await run.tell('g1')
    expect(await run.end).toBe('finished')
  })

  it('are not begun after an interruption, and those that run are told', async () => {
    const controller = new AbortController()
    const run = watched(TREE, 2, controller.signal)
    await run.begun()
    await run.tell('base')
    controller.abort()
    expect(run.stops('g0') && run.stops('cold-start')).toBe(true)
    expect(await run.tell('g0')).toEqual([])
    expect(await run.tell('cold-start', 'stopped')).toEqual([])
    expect(await run.end).toBe('stopped')
  })

  it('stop when one fails, and its error is thrown once all have ended', async () => {
    const run = watched(TREE, 2)
    await run.begun()
    await run.tell('base')
    let thrown = ''
    run.end.catch((error: Error) => (thrown = error.message))
    expect(await run.fail('cold-start')).toEqual([])
    expect(run.stops('g0')).toBe(true)
    expect(thrown).toBe('')
    expect(await run.tell('g0', 'stopped')).toEqual([])
    expect(thrown).toBe('cold-start failed')
  })

  it('report an engine that cannot be made as their own failure', async () => {
    const others = otherEngines(1, () => Promise.reject(new Error('no memory')))
    const run = async (_: Named, { index }: PartPlace): Promise<PartEnd> => (index === 0 ? 'finished' : 'stopped')
    await expect(runParts({ parts: TREE, engine: engineNow(), others, run })).rejects.toThrow('no memory')
    await others.close()
  })
})
