/** How far what a policy learned reaches, in a sentence: the rows of generalisation, averaged over what is alike. */
import { meanOf } from '../eval/index.ts'
import type { GeneralisationRow } from '../runs/index.ts'
import { listText } from './findings.ts'

/** Shares 0..1 of a policy in one game on boards that are alike in what is new about them. */
export interface Reach {
  readonly key: 'own' | 'themes' | 'effects' | 'knobs' | 'pictures'
  readonly label: string
  /** Lines of the grid that are averaged. */
  readonly things: number
  readonly cells: number
  readonly legal: number
}

const GROUPS: readonly { readonly key: Reach['key']; readonly label: string; readonly holds: (row: GeneralisationRow) => boolean }[] = [
  { key: 'own', label: 'as trained', holds: ({ kind, level }) => kind === 'skin' && level === 0 },
  {
    key: 'themes',
    label: 'in themes that training never drew',
    holds: ({ kind, level, seen }) => kind === 'theme' && level === 0 && !seen,
  },
  {
    key: 'effects',
    label: 'under the lightest effects on its own theme',
    holds: ({ kind, level, seen }) => kind === 'skin' && level === 1 && !seen,
  },
  { key: 'knobs', label: 'with other knobs', holds: ({ kind, level }) => kind === 'knobs' && level === 0 },
  { key: 'pictures', label: 'on pictures held out', holds: ({ kind, level }) => kind === 'pictures' && level === 0 },
]

/** The groups that there are rows of. `rows`: of one policy in one game. */
export function reachOf(rows: readonly GeneralisationRow[]): Reach[] {
  return GROUPS.flatMap(({ key, label, holds }) => {
    const meansOf = (metric: GeneralisationRow['metric']): number[] =>
      rows.filter((row) => row.metric === metric && holds(row)).map(({ mean }) => mean)
    const seen = meansOf('perception cells')
    const [cells, legal] = [meanOf(seen), meanOf(meansOf('legal'))]
    return cells === null || legal === null ? [] : [{ key, label, things: seen.length, cells, legal }]
  })
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** 'It reads 100 % of the cells as trained (98 % of its moves are legal), 31 % in themes that training never drew (12 %) and …'; '' without rows. */
export function reachText(called: string, rows: readonly GeneralisationRow[]): string {
  const [first, ...rest] = reachOf(rows)
  if (first === undefined) return ''
  const parts = [
    `${percent(first.cells)} of the cells ${first.label} (${percent(first.legal)} of its moves are legal)`,
    ...rest.map(({ label, cells, legal }) => `${percent(cells)} ${label} (${percent(legal)})`),
  ]
  return `${called} reads ${listText(parts)}.`
}

/** What training drew pictures in. `themes`: random ones beside the own. */
export function trainedThemesText(themes: number): string {
  return themes === 0
    ? 'Training drew its pictures in one theme alone.'
    : `Training drew its pictures in its own theme and in ${themes} random ones.`
}
