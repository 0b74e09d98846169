/** The config of a run on transfer: the preset of that name, with other games in the place of its own. */
import { ConfigError } from '../errors.ts'
import { loadGames } from '../games/registry.ts'
import { parseTrainConfig, presetNamed, type TrainConfig } from '../train/index.ts'

/** Which games; absent: those of the preset. */
export interface TransferGames {
  /** Ids of games that stages of RL learn from. */
  readonly train?: readonly string[] | undefined
  /** Ids of games that are evaluated alone. */
  readonly test?: readonly string[] | undefined
}

/** A game that the preset has keeps its entry; another is played as its preset "laptop" says. Throws ConfigError. */
export async function transferConfig({ train, test }: TransferGames): Promise<TrainConfig> {
  const preset = presetNamed('transfer')
  const idsOf = (heldOut: boolean): string[] => preset.games.filter((entry) => entry.heldOut === heldOut).map(({ id }) => id)
  const others = (ids: readonly string[], not: readonly string[] | undefined): string[] => ids.filter((id) => !not?.includes(id))
  const learned = train ?? others(idsOf(false), test)
  const tested = test ?? others(idsOf(true), train)
  const twice = learned.find((id) => tested.includes(id))
  if (twice !== undefined)
    throw new ConfigError(`${twice} stands in --train and in --test; a game that is learned tests no transfer, so leave it out of one`)
  const ids = [...learned, ...tested]
  const loaded = await loadGames(ids)
  const games = ids.map((id, i) => {
    const heldOut = tested.includes(id)
    const known = preset.games.find((entry) => entry.id === id)
    if (known !== undefined) return { ...known, heldOut }
    const laptop = loaded[i]?.presets?.laptop
    return { id, heldOut, ...(laptop && { config: laptop.config, horizon: laptop.horizon }) }
  })
  return parseTrainConfig({ ...preset, games })
}
