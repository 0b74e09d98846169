/**
 * node scripts/make-gallery.mjs [--games N] [game...]: the gallery in docs/games, from the built library: a page a game with its pictures, rules,
 * grammar, truth, knobs, levels and play by chance, one-step search and expert, and the index of all. Without games: every built-in game.
 * `--games`: games that each policy plays (default 200), seeds 0 and up.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { encodePng, promptOf, seededRng } from 'vlm-gym'
import { evaluate } from 'vlm-gym/eval'
import { gameEntries, loadGames } from 'vlm-gym/games'
import { difficulty, drawState, envSpec, LEVELS, observationOf, startSnapshot, walk } from 'vlm-gym/gym'
import { createPolicy } from 'vlm-gym/policies'
import { beside } from './strip.mjs'

const { values, positionals } = parseArgs({ options: { games: { type: 'string', default: '200' } }, allowPositionals: true })
const FOLDER = 'docs/games'
const EPISODES = Number(values.games)
const TILE = 20
/** Most moves of the random game from which a picture is taken, at a third. */
const MOVES = 30

/** The state a third into a game of uniform legal moves. */
function stateOf(game, config) {
  const spec = { game, config }
  const moments = [...walk(spec, startSnapshot(spec, 0), MOVES, seededRng(0, 'gallery'), { stop: 'before' })]
  return moments[Math.floor((moments.length - 1) / 3)]
}

/** A picture of each level on one axis, the other at 0. */
function strip(game, axis) {
  const look = { theme: 'classic', tile: TILE, layout: 'full' }
  const frames = Array.from({ length: LEVELS }, (_, level) => {
    const { config, skin } = difficulty(game, { perception: 0, reasoning: 0, [axis]: level }, look)
    return drawState(game, stateOf(game, config).state, skin)
  })
  return encodePng(beside(frames, 8))
}

/** The bullets in the head of a game's index.ts: its data sheet. */
function dataSheet(id) {
  const text = readFileSync(`src/games/${id}/index.ts`, 'utf8')
  const head = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? ''
  return head
    .split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
    .filter((line) => /^(- | {2}\S)/.test(line))
    .join('\n')
}

const settings = (config) =>
  Object.entries(config ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || '–'

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')

/** Who plays: what the game has of chance, one-step search, teacher and expert. */
function playersOf(game) {
  const scripted = (name, label, there = true, habits = {}) => (there ? [{ label, policy: createPolicy(name, habits) }] : [])
  return [
    ...scripted('random', 'random legal moves'),
    ...scripted('greedy-1', 'one-step search', game.expert?.lookahead !== undefined),
    ...scripted('teacher', 'teacher, told the board, blind', game.teacher !== undefined, { blind: true, slip: 0, insight: 0 }),
    ...scripted('solver', 'expert', game.expert?.solver !== undefined),
  ]
}

/** Mean points of each player with the 95 % interval: whole games of the preset "laptop", or of the defaults. */
async function played(game) {
  const { config = {}, horizon = 50 } = game.presets?.laptop ?? {}
  const spec = envSpec({ game, config: game.config.parse(config), skin: { theme: 'classic', tile: 16, layout: 'board' }, horizon })
  const rows = []
  for (const { label, policy } of playersOf(game)) {
    const result = await evaluate({ policy, decoding: 'scripted', specs: [spec], episodes: EPISODES, seed: 0, expertEvery: 0 })
    const { mean, low, high } = result.rows.find(({ metric }) => metric === 'return')
    rows.push([label, mean.toFixed(1), `${low.toFixed(1)} to ${high.toFixed(1)}`])
  }
  return { what: `${settings(config)}; ${horizon} moves`, rows }
}

async function pageOf(game, tags) {
  const { id, title, summary, levels, knobs } = game
  writeFileSync(`${FOLDER}/${id}-reasoning.png`, strip(game, 'reasoning'))
  writeFileSync(`${FOLDER}/${id}-perception.png`, strip(game, 'perception'))
  const easy = difficulty(game, { perception: 0, reasoning: 0 }, { theme: 'classic', tile: TILE, layout: 'full' })
  const spec = envSpec({ game, config: easy.config, skin: easy.skin, promptStyle: 'full' })
  const now = stateOf(game, easy.config)
  const prompt = promptOf(observationOf(spec, now))
  const { what, rows } = await played(game)
  const levelRows = Array.from({ length: LEVELS }, (_, level) => [
    level,
    settings(levels?.perception[level]),
    settings(levels?.reasoning[level]),
    levels?.horizon[level] ?? '–',
  ])
  const page = `# ${title}

<!-- made by scripts/make-gallery.mjs -->

${summary} Tags: ${tags.join(', ')}.

![Levels 0 to 5 of reasoning](${id}-reasoning.png)

*Reasoning 0 to 5, drawn plainly.*

![Levels 0 to 5 of perception](${id}-perception.png)

*Perception 0 to 5 on the board of reasoning 0.*

## Data sheet

${dataSheet(id)}

## What a model is told

The first board above, as an endpoint is asked about it:

\`\`\`\`text
${prompt}
\`\`\`\`

Its true perception:

\`\`\`\`text
${game.perception.format(game.perception.of(now.state))}
\`\`\`\`

## Knobs

${table(
  ['knob', 'axis', 'meaning'],
  Object.entries(knobs).map(([name, { axis, summary: meaning }]) => [`\`${name}\``, axis, meaning]),
)}

## Levels

${table(['level', 'perception', 'reasoning', 'moves a game'], levelRows)}

## Play

Points a game, mean and 95 % interval over ${EPISODES} games (seeds from 0): ${what}.

${table(['who', 'points', '95 %'], rows)}

\`vlm-gym play ${id}\` plays it in the terminal, \`vlm-gym show ${id} --grid --out levels.png\` draws all levels on both axes.
`
  writeFileSync(`${FOLDER}/${id}.md`, page)
  process.stderr.write(`${id}: ${rows.map(([label, mean]) => `${label} ${mean}`).join(', ')}\n`)
}

mkdirSync(FOLDER, { recursive: true })
const games = await loadGames(positionals.length > 0 ? positionals : undefined)
const tagsOf = (id) => gameEntries().find((entry) => entry.id === id)?.tags ?? []
for (const game of games) await pageOf(game, tagsOf(game.id))
const all = (await loadGames()).filter(({ id }) => existsSync(`${FOLDER}/${id}.md`))
const index = `# Gallery

<!-- made by scripts/make-gallery.mjs -->

A page a game, made from the code: pictures of its levels, its data sheet, what a model is told, and how far chance, one-step search and the expert come. [../games.md](../games.md) says more of the games beyond the paper's.

${table(
  ['game', 'what it is', 'tags', 'levels of reasoning'],
  all.map(({ id, title, summary }) => [`[${title}](${id}.md)`, summary, tagsOf(id).join(', '), `![${title}](${id}-reasoning.png)`]),
)}
`
writeFileSync(`${FOLDER}/README.md`, index)
