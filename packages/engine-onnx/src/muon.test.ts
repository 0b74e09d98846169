import { describe, expect, it } from 'vitest'
import { seededRng } from 'vlm-gym'
import { isHidden, Muon } from './muon.ts'
import { type ModelConfig, modelConfig, parameterCount, parameterSlots } from './parameters.ts'
import { vocabularyOf } from './vocabulary.ts'

const config: ModelConfig = modelConfig.parse({ width: 32, layers: 1, heads: 2, headWidth: 16, patch: 8, grid: 2, textLength: 8 })
const slots = parameterSlots(config, vocabularyOf(['a', '</answer>'], config))
const size = parameterCount(slots)
const rng = seededRng(1, 'muon')
const noise = (): Float32Array => Float32Array.from({ length: size }, () => rng.real() - 0.5)

describe('Muon', () => {
  it('steps the blocks alone, each by a matrix whose rows or columns are nearly orthonormal, at the size of an Adam step', async () => {
    const [weights, gradient, momentum] = [new Float32Array(size), noise(), new Float32Array(size)]
    const given = gradient.slice()
    await new Muon(slots, size, { threads: 1, spin: false }).step(weights, gradient, momentum, 1, 1)
    for (const slot of slots) {
      const own = weights.subarray(slot.offset, slot.offset + slot.length)
      if (!isHidden(slot)) {
        expect(own.every((w) => w === 0)).toBe(true)
        expect(gradient[slot.offset]).toBe(given[slot.offset])
        continue
      }
      const [rows, columns] = slot.shape
      const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)]
      const at = (i: number, k: number): number => (rows <= columns ? (own[i * columns + k] as number) : (own[k * columns + i] as number))
      const scale = 1 / (0.2 * Math.sqrt(long))
      for (let i = 0; i < short; i++) {
        for (let j = 0; j <= i; j++) {
          let dot = 0
          for (let k = 0; k < long; k++) dot += at(i, k) * at(j, k) * scale * scale
          // The quintic iteration ends with singular values between about 0.7 and 1.2.
          if (i === j) expect(dot, `${slot.name} ${i}`).toBeGreaterThan(0.4)
          if (i === j) expect(dot, `${slot.name} ${i}`).toBeLessThan(1.5)
          else expect(Math.abs(dot), `${slot.name} ${i},${j}`).toBeLessThan(0.35)
        }
      }
      // Against the gradient: the loss goes down.
      expect(own.reduce((sum, w, i) => sum + w * (given[slot.offset + i] as number), 0)).toBeLessThan(0)
    }
  })
})
