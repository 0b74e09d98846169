import { expect, test } from 'vitest'
import { Block, blockOf, inputs, kernel } from './kernel.ts'

test('blocks keep what they hold while the memory grows', () => {
  const { block, at } = blockOf([Uint8Array.of(1, 2, 3), Int32Array.of(-1, 70_000)])
  const before = kernel.memory.buffer.byteLength
  const large = new Block(2 * before)
  large.bytes().fill(9)
  expect(kernel.memory.buffer.byteLength).toBeGreaterThan(before)
  expect(at.map((address) => address % 8)).toEqual([0, 0])
  expect([...block.bytes().subarray(0, 3)]).toEqual([1, 2, 3])
  expect([...new Int32Array(kernel.memory.buffer, at[1]!, 2)]).toEqual([-1, 70_000])
})

test('inputs stand one after the other', () => {
  const [first, second, end] = inputs([5, 6], Int32Array.of(7))
  expect([...new Int32Array(kernel.memory.buffer, first!, 3)]).toEqual([5, 6, 7])
  expect([second! - first!, end! - first!]).toEqual([8, 12])
})
