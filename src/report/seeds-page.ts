/** Runs of one recipe with several training seeds as HTML: the chart with every seed in it, what it comes to, and the tables. */

import type { Interval } from '../eval/index.ts'
import { type Compared, findingsOf, type Verdict } from './findings.ts'
import { type Html, html } from './html.ts'
import { probesSection } from './page-probes.ts'
import type { Policies } from './policies.ts'
import { pointsText } from './results.ts'
import { type Mark, type Panel, type ScaleRow, scaleChart } from './scale-chart.ts'
import type { SeedGroup, SeedRow } from './seeds.ts'
import {
  gameTitle,
  SEED_NOTES,
  type SeedFamily,
  seedHead,
  seedLabel,
  seedLines,
  seedTestLabel,
  seedVerdict,
  shortPoints,
  signedRange,
} from './seeds-text.ts'

const DECODINGS = ['sampled', 'greedy'] as const
/** Policies that are lines of the chart, or that its readers do not look for: they stand in the tables. */
const NO_ROWS = ['random', 'uniform', 'solver']
const SCRIPTED = 6

const meansOf = ({ bySeed }: SeedRow): number[] => bySeed.flatMap((interval) => interval?.mean ?? [])

function markOf(names: Policies, row: SeedRow): Mark[] {
  const interval = row.same ? (row.bySeed[0] ?? null) : row.overSeeds
  if (interval === null) return []
  const dots = row.same ? [] : meansOf(row)
  const said = `${pointsText(interval.mean)} (${pointsText(interval.low)} to ${pointsText(interval.high)})`
  const title = `${seedLabel(names, row)}: ${said}${dots.length === 0 ? '' : `; seeds ${dots.map(pointsText).join(', ')}`}`
  return [{ ...interval, look: row.decoding === 'greedy' ? 'hollow' : 'full', title, dots }]
}

function panelOf(names: Policies, { group, own }: SeedFamily['games'][number]): Panel {
  const anchor = (policy: string): Interval | null =>
    own.rows.find((row) => row.policy === policy && row.decoding === 'scripted')?.bySeed[0] ?? null
  const policies = [...new Set(own.rows.map(({ policy }) => policy))].filter((policy) => !NO_ROWS.includes(policy))
  const rows = policies.map((policy): ScaleRow => {
    const all = own.rows.filter((row) => row.policy === policy)
    const colour = all.some(({ decoding }) => decoding !== 'scripted') ? names.colour(policy) : SCRIPTED
    return { label: names.called(policy).split(',')[0] as string, colour, marks: all.flatMap((row) => markOf(names, row)) }
  })
  const { setup } = group
  const note = setup ? `${setup.counts} in ${setup.horizon} replies` : 'points an episode'
  return { title: gameTitle(group.game), note, random: anchor('random'), expert: anchor('solver'), rows }
}

/** Above or below only if every seed is, by its own interval over games. */
function verdictOf({ tests }: SeedGroup, policy: string, decoding: string, other: string): Verdict {
  const test = tests.find((one) => one.policy === policy && one.other === other && one.decoding === decoding)
  if (test === undefined) return null
  if (test.bySeed.every(({ low }) => low > 0)) return 'above'
  return test.bySeed.every(({ high }) => high < 0) ? 'below' : 'open'
}

function comparedOf({ games, names }: SeedFamily): Compared {
  const groupOf = (game: number): SeedGroup => (games[game] as SeedFamily['games'][number]).own
  return {
    names,
    games: games.map(({ group }) => gameTitle(group.game)),
    decodings: DECODINGS.filter((decoding) => games.some(({ own }) => own.rows.some((row) => row.decoding === decoding))),
    verdict: (game, policy, decoding, other) => verdictOf(groupOf(game), policy, decoding, other),
    solverAbove: (game) => {
      const [random, solver] = ['random', 'solver'].map(
        (policy) => groupOf(game).rows.find((row) => row.policy === policy && row.same)?.bySeed[0] ?? null,
      )
      return random && solver ? solver.mean > random.high || random.mean < solver.low : null
    },
  }
}

const ranged = (interval: Interval | null | undefined): Html =>
  interval
    ? html`<td>${shortPoints(interval.mean)}<span class="range">${shortPoints(interval.low)} to ${shortPoints(interval.high)}</span></td>`
    : html`<td class="none">–</td>`

/** Policy, seed, games: every seed with its interval over games, then the mean over seeds with its interval over seeds. */
function table(family: SeedFamily): Html {
  const { games, seeds } = family
  const rows = seedLines(family).map(({ label, rows: own }) => {
    if (own.every((row) => row === undefined || row.same))
      return html`<tr class="anchor"><th scope="row">${label}</th><td class="how">all</td>${own.map((row) => ranged(row?.bySeed[0]))}</tr>\n`
    const single = seeds.map(
      (seed, i) =>
        html`<tr class="model">${i === 0 ? html`<th scope="row" rowspan="${seeds.length + 1}">${label}</th>` : null}<td class="how">${seed}</td>${own.map((row) => ranged(row?.bySeed[row.same ? 0 : i]))}</tr>\n`,
    )
    return html`${single}<tr class="model mean"><td class="how">mean</td>${own.map((row) => ranged(row?.overSeeds))}</tr>\n`
  })
  return html`<div class="scroll"><table class="data"><thead><tr><th class="first">policy</th><th class="how">seed</th>${games.map(({ group }) => html`<th>${seedHead(group)}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>
<p class="note">${SEED_NOTES.games}</p><p class="note">Rows “mean”: ${SEED_NOTES.seeds}</p>`
}

function differences({ games, names }: SeedFamily): Html | null {
  const labels = [...new Set(games.flatMap(({ own }) => own.tests.map((test) => seedTestLabel(names, test))))]
  if (labels.length === 0) return null
  const cell = (own: SeedGroup, label: string): Html => {
    const test = own.tests.find((one) => seedTestLabel(names, one) === label)
    if (test === undefined) return html`<td class="none">–</td>`
    const title = `over seeds ${signedRange(test.overSeeds)}; p ${test.corrected.toPrecision(2)}, corrected`
    return html`<td title="${title}">${signedRange(test.overGames)}${test.corrected < 0.05 ? '*' : ''}<span class="range">${seedVerdict(test)}</span></td>`
  }
  return html`<h3>Differences on the same games</h3><div class="scroll"><table class="data"><thead><tr><th class="first">difference</th>${games.map(({ group }) => html`<th>${gameTitle(group.game)}</th>`)}</tr></thead><tbody>
${labels.map((label) => html`<tr><th scope="row">${label}</th>${games.map(({ own }) => cell(own, label))}</tr>\n`)}</tbody></table></div>
<p class="note">${SEED_NOTES.tests}</p>`
}

/** The section of a comparison's page. */
export function seedsSection(family: SeedFamily): Html {
  const sentences = findingsOf(comparedOf(family))
  const legend =
    'Filled: sampled, or scripted; hollow: greedy. Large dots: means over seeds (numbers: sampled / greedy), with lines of 95 % over training seeds; small dots: each seed. Scripted policies: 95 % over games. Shaded: fewer points than random legal moves.'
  return html`<section class="head"><h2>Seeds ${family.seeds.join(', ')} of one recipe</h2><p class="muted">${family.runs.join(', ')}</p>
${sentences.length === 0 ? null : html`<div class="findings">${sentences.map((sentence) => html`<p>${sentence}</p>`)}<p class="muted">Above and below: in every one of the ${family.seeds.length} seeds, the 95 % interval of the difference over the same games leaves zero out.</p></div>`}
${scaleChart(
  family.games.map((game) => panelOf(family.names, game)),
  legend,
)}</section>
${table(family)}
${differences(family)}
${probesSection(
  family.games.flatMap(({ own }) => own.probes ?? []),
  family.games[0]?.own.stages ?? [],
)}`
}
