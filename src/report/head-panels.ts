/** The first chart of a run as plain JSON: a panel a game, a row a policy, between random legal moves and the expert. */
import type { Interval } from '../eval/index.ts'
import { type GameResults, pointsText } from './results.ts'
import { type Mark, type Panel, panelOf, type ScaleRow } from './scale-chart.ts'
import { gameTitle } from './seeds-text.ts'
import type { Setup } from './training-run.ts'
import { DECODINGS, known } from './verdicts.ts'

/** Policies that are lines of the chart, or that its readers do not look for: they stand in the tables. */
const NO_ROWS = ['random', 'uniform', 'solver']

/** Index of the palette: scripted policies. */
const SCRIPTED = 6

/** What the marks of the chart are. */
export const PANELS_LEGEND =
  'Filled: sampled, or scripted; hollow: greedy (numbers: sampled / greedy). Lines through the dots: 95 % over games. Shaded: fewer points than random legal moves.'

const range = ({ mean, low, high }: Interval): string => `${pointsText(mean)} (${pointsText(low)} to ${pointsText(high)})`

function rowOf(results: GameResults, policy: string): ScaleRow {
  const marks = ([...DECODINGS, 'scripted'] as const).flatMap((decoding): Mark[] => {
    const interval = known(results.cell(policy, decoding, 'return'))
    if (interval === null) return []
    const look = decoding === 'greedy' ? 'hollow' : 'full'
    return [
      { ...interval, look, title: `${results.names.called(policy)}${decoding === 'scripted' ? '' : `, ${decoding}`}: ${range(interval)}` },
    ]
  })
  const isModel = DECODINGS.some((decoding) => results.cell(policy, decoding, 'return') !== null)
  return { label: shortName(results, policy), colour: isModel ? results.names.colour(policy) : SCRIPTED, marks }
}

/** A name that fits beside a chart. */
const shortName = ({ names }: GameResults, policy: string): string => names.called(policy).split(',')[0] as string

function gamePanel(results: GameResults, setup: Setup | undefined): Panel | null {
  return panelOf({
    title: gameTitle(results.game),
    note: setup ? `${setup.counts} in ${setup.horizon} replies` : 'points an episode',
    random: known(results.cell('random', 'scripted', 'return')),
    expert: known(results.cell('solver', 'scripted', 'return')),
    rows: results.policies.filter((policy) => !NO_ROWS.includes(policy)).map((policy) => rowOf(results, policy)),
  })
}

/** A panel a game that a model or a scripted policy played; `setups`: what was played, null where that is unknown. */
export const headPanels = (games: readonly GameResults[], setups: readonly Setup[] | null): Panel[] =>
  games.flatMap(
    (results) =>
      gamePanel(
        results,
        setups?.find(({ game }) => game === results.game),
      ) ?? [],
  )

/** How the verdicts of the findings are made; `paired`: the episodes were kept. */
export const verdictNote = (paired: boolean): string =>
  paired
    ? 'Above and below: p < 0.05 in a sign-flip test on the same games, corrected for all tests of a game.'
    : 'Above and below: the 95 % intervals do not overlap.'
