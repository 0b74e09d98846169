/** `vlm-gym games`: what there is to play. */
import type { Command } from 'commander'
import type { AnyGame } from '../../game.ts'
import { gameEntries, loadGames } from '../../games/registry.ts'
import { withPlugins } from '../extras-options.ts'
import { knobRows } from '../knobs.ts'
import { withExamples, withJson } from '../options.ts'
import { coloursOf, printJson, printStyled, tableLines } from '../terminal.ts'

/** Options and action of `games`. */
export function defineGames(command: Command): void {
  command.argument('[game...]', 'only these games').action(async (ids: string[], options: { json?: boolean }) => {
    const games = await loadGames(ids.length > 0 ? ids : undefined)
    if (options.json) printJson(games.map(listed))
    else printStyled(games.flatMap((game, at) => (at > 0 ? ['', ...describe(game)] : describe(game))))
  })
  withPlugins(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym games', 'every game with its knobs'],
    ['vlm-gym games --json', 'the same for programs'],
    ['vlm-gym games harvest --plugin ./harvest.mjs', 'a game from outside the package'],
  ])
}

function listed(game: AnyGame): object {
  const { id, title, summary, version, levels } = game
  return {
    id,
    title,
    summary,
    tags: gameEntries().find((entry) => entry.id === id)?.tags ?? [],
    version,
    solver: game.expert?.solver !== undefined,
    teacher: game.teacher?.teach !== undefined,
    knobs: knobRows(game),
    levels: levels && { perception: levels.perception, reasoning: levels.reasoning, horizon: levels.horizon },
    presets: game.presets,
  }
}

function describe(game: AnyGame): string[] {
  const colours = coloursOf()
  const knobs = knobRows(game)
  const rows = knobs.map((knob) => [knob.name, JSON.stringify(knob.default), knob.range, knob.axis, knob.summary])
  const [head = '', ...body] = tableLines([['knob', 'default', 'range', 'axis', 'meaning'], ...rows])
  const name = game.title === game.id ? colours.bold(game.id) : `${colours.bold(game.id)}  ${game.title}`
  return [
    name,
    `  ${game.summary}`,
    ...(knobs.length > 0 ? [`  ${colours.dim(head)}`, ...body.map((line) => `  ${line}`)] : []),
    ...levelLines(game),
  ]
}

/** A row a level: what it sets on each axis; then the presets. */
function levelLines({ levels, presets }: AnyGame): string[] {
  const colours = coloursOf()
  const settings = (config: object): string =>
    Object.entries(config)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ') || '-'
  const rows = (levels?.horizon ?? []).map((moves, level) => {
    return [String(level), settings(levels?.perception[level] ?? {}), settings(levels?.reasoning[level] ?? {}), `${moves} moves`]
  })
  const named = Object.entries(presets ?? {}).map(
    ([name, { config, horizon }]) => `  preset ${name}: ${settings(config)}, ${horizon} moves`,
  )
  if (rows.length === 0) return named
  const [head = '', ...body] = tableLines([['level', 'perception', 'reasoning', 'horizon'], ...rows])
  return [`  ${colours.dim(head)}`, ...body.map((line) => `  ${line}`), ...named]
}
