import { describe, expect, it } from 'vitest'
import { transferConfig } from './transfer-config.ts'

const heldOut = async (games: Parameters<typeof transferConfig>[0]) =>
  (await transferConfig(games)).games.map(({ id, heldOut }) => `${id} ${heldOut ? 'test' : 'train'}`)

describe('the config of a run on transfer', () => {
  it('is the preset where nothing is named', async () => {
    expect(await heldOut({})).toEqual([
      ...['2048 train', 'shisen-sho train', 'swap train', 'picture-shisen-sho test', 'flood-it test', 'lights-out test'],
    ])
  })

  it('moves a game that is named on one side from the other', async () => {
    expect(await heldOut({ train: ['flood-it', '2048'] })).toEqual([
      'flood-it train',
      '2048 train',
      'picture-shisen-sho test',
      'lights-out test',
    ])
    expect(await heldOut({ test: ['swap'] })).toEqual(['2048 train', 'shisen-sho train', 'swap test'])
  })

  it('refuses a game on both sides, one that is named twice, an unknown one, and nothing to learn', async () => {
    await expect(transferConfig({ train: ['2048'], test: ['2048'] })).rejects.toThrow(/2048 stands in --train and in --test/)
    await expect(transferConfig({ train: ['2048', '2048'] })).rejects.toThrow(/twice/)
    await expect(transferConfig({ train: ['2049'] })).rejects.toThrow(/2048/)
    await expect(transferConfig({ test: ['2048', 'shisen-sho', 'swap'] })).rejects.toThrow(/every game is held out/)
  })
})
