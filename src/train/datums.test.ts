import { describe, expect, it } from 'vitest'
import { type Chunk, inputLength, type ModelInput } from '../engine.ts'
import type { Frame } from '../scene.ts'
import { datumOf, sequencesOf, type TokenSequence } from './datums.ts'

const frame = (): Frame => ({ width: 1, height: 1, pixels: new Uint8Array(1) })
const image = (of: Frame): Chunk => ({ type: 'image', frame: of, expectedTokens: 3 })
const said = (...tokens: number[]): Chunk => ({ type: 'encoded_text', tokens })
const input = (...chunks: Chunk[]): ModelInput => ({ chunks })

const one = frame()
const two = frame()
const first = { prompt: input(image(one), said(1, 2)), tokens: [3, 4] }

describe('training sequences', () => {
  it('of one turn are prompt and reply, shifted by one token', () => {
    const sequences = sequencesOf([first])
    expect(sequences).toEqual([{ input: input(image(one), said(1, 2, 3, 4)), turns: [{ index: 0, start: 5, tokens: [3, 4] }] }])
    const datum = datumOf(sequences[0] as TokenSequence, () => ({ logprobs: [-1, -2], advantages: [0.5, 0.25] }))
    expect(datum).toEqual({
      modelInput: input(image(one), said(1, 2, 3)),
      lossInputs: { targetTokens: [0, 0, 0, 0, 3, 4], logprobs: [0, 0, 0, 0, -1, -2], advantages: [0, 0, 0, 0, 0.5, 0.25] },
    })
    expect(datum.lossInputs.targetTokens.length).toBe(inputLength(datum.modelInput))
  })

  it('of turns that go on from one another are one, with zeros over what was not written', () => {
    const second = { prompt: input(image(one), said(1, 2, 3, 4, 9), image(two), said(5)), tokens: [6] }
    const [sequence, ...others] = sequencesOf([first, second]) as [TokenSequence]
    expect(others).toEqual([])
    expect(sequence.turns).toEqual([
      { index: 0, start: 5, tokens: [3, 4] },
      { index: 1, start: 12, tokens: [6] },
    ])
    const datum = datumOf(sequence, (index) => ({ weights: index === 0 ? [1, 1] : [2] }))
    expect(datum.modelInput).toEqual(input(image(one), said(1, 2, 3, 4, 9), image(two), said(5)))
    expect(datum.lossInputs.weights).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2])
    expect(datum.lossInputs.targetTokens).toEqual([0, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 6])
  })

  it('stay apart where a prompt says the past otherwise, or shows another picture', () => {
    const other = { prompt: input(image(one), said(1, 2, 3, 5, 9)), tokens: [6] }
    const repainted = { prompt: input(image(frame()), said(1, 2, 3, 4, 9)), tokens: [6] }
    for (const second of [other, repainted, first]) {
      const sequences = sequencesOf([first, second])
      expect(sequences.map(({ turns }) => turns.map(({ index }) => index))).toEqual([[0], [1]])
    }
  })
})
