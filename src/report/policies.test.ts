import { describe, expect, test } from 'vitest'
import type { StageInfo } from '../runs/index.ts'
import { presetNamed, stageInfos } from '../train/index.ts'
import { policiesOf } from './policies.ts'

const every = stageInfos({ ...presetNamed('laptop'), recipes: ['g0', 'g1', 'g1-paper'] })

describe('the policies of a run', () => {
  test('come in the order of the story', () => {
    const shuffled = ['solver', 'g1', 'zebra', 'random', 'greedy-2', 'g1-paper', 'base', 'cold-start', 'teacher', 'g0', 'greedy-1']
    const order = ['random', 'teacher', 'base', 'g0', 'cold-start', 'g1', 'g1-paper', 'zebra', 'greedy-1', 'greedy-2', 'solver']
    expect(shuffled.sort(policiesOf(every).compare)).toEqual(order)
  })

  test('are called as the stages call themselves; others keep their names', () => {
    const { called, gloss } = policiesOf(every)
    expect(['g1', 'cold-start', 'random', 'runs/a/g1.safetensors'].map(called)).toEqual([
      'G1',
      'cold start',
      'random legal moves',
      'runs/a/g1.safetensors',
    ])
    expect([gloss('g1'), gloss('solver'), gloss('zebra')]).toEqual(['cold start, then RL', 'expert search', ''])
    expect(policiesOf([]).called('g1')).toBe('g1')
  })

  test('are held against chance, where they came from, earlier ends, and experts where there was a teacher', () => {
    const { heldAgainst } = policiesOf(every)
    expect(Object.fromEntries(['base', 'g0', 'cold-start', 'g1', 'g1-paper', 'random'].map((name) => [name, heldAgainst(name)]))).toEqual({
      base: [],
      g0: ['random', 'base'],
      'cold-start': ['random', 'base', 'teacher'],
      g1: ['random', 'cold-start', 'teacher', 'g0', 'greedy-1', 'solver'],
      'g1-paper': ['random', 'cold-start', 'teacher', 'g0', 'g1', 'greedy-1', 'solver'],
      random: [],
    })
  })

  test('of a recipe that nobody here knows are shown by what its stages say', () => {
    const facts = { about: 'words', note: '', imitates: null, steps: 3, batch: '' }
    const stages: StageInfo[] = [
      { ...facts, name: 'sft', label: 'SFT', kind: 'supervised', from: null, imitates: 'solver' },
      { ...facts, name: 'dpo', label: 'DPO', kind: 'supervised', from: 'sft' },
      { ...facts, name: 'multi-turn', label: 'multi-turn RL', kind: 'rl', from: 'dpo' },
    ]
    const { subjects, heldAgainst, colour } = policiesOf(stages)
    expect(subjects).toEqual(['multi-turn', 'dpo', 'sft'])
    expect(heldAgainst('multi-turn')).toEqual(['random', 'dpo', 'solver', 'greedy-1'])
    expect(new Set(stages.map(({ name }) => colour(name))).size).toBe(3)
  })
})
