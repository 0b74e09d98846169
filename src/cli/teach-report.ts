/** What `teach` says when it ends. */

import { shellWord } from '../printable.ts'
import type { RunFolder } from '../runs/index.ts'
import { REASONS, type Reason, repliesOf, type Taught, type TeachConfig } from '../teach/index.ts'
import { printJson, printLines, printTrace, tableLines } from './terminal.ts'

/** Longest piece of a dropped reply that is shown, characters. */
const SHOWN = 2000

/** Says how it ended and sets the exit code: 1 where there is no data set. */
export function reportTaught(folder: Pick<RunFolder, 'path' | 'file'>, config: TeachConfig, taught: Taught, json: boolean): void {
  const { end, counts } = taught
  const problem = problemLines(folder, config, taught)
  if (problem.length > 0) printTrace(problem.join('\n'))
  if (end === 'dropped' || end === 'empty') process.exitCode = 1
  if (json) printJson({ path: folder.path, end, counts, mended: taught.mended })
  else if (end === 'finished') printLines([...tableLines(countRows(taught)), '', ...placeLines(folder)])
  else if (end !== 'stopped' && repliesOf(counts) > 0)
    printLines([...tableLines(countRows(taught)), '', `replies   ${folder.file('replies.jsonl')}`])
}

function countRows({ counts, mended }: Taught): string[][] {
  const reasons = (Object.keys(REASONS) as Reason[]).filter((reason) => reason !== 'failed' && counts[reason] > 0)
  return [
    ['kept', String(counts.kept)],
    ...(mended > 0 ? [['  of these put right', String(mended)]] : []),
    ...reasons.map((reason) => [`dropped: ${REASONS[reason]}`, String(counts[reason])]),
    ...(counts.failed > 0 ? [['requests that failed', String(counts.failed)]] : []),
  ]
}

const placeLines = (folder: Pick<RunFolder, 'path' | 'file'>): string[] => [
  `data set  ${folder.path}`,
  `card      ${folder.file('README.md')}`,
]

function problemLines(folder: Pick<RunFolder, 'path' | 'file'>, config: TeachConfig, { end, counts, firstDropped }: Taught): string[] {
  const replies = repliesOf(counts)
  const resume = `vlm-gym teach --resume ${shellWord(folder.path)}`
  if (end === 'stopped') return [`stopped after ${counts.kept} examples; go on with: ${resume}`]
  if (end === 'finished') {
    if (counts.kept === config.examples) return []
    return [
      `only ${counts.kept} of ${config.examples} examples could be kept of ${replies} replies; the data set holds these ${counts.kept}`,
    ]
  }
  if (end === 'empty') return [`error: none of ${replies} replies could be kept, so there is no data set`, ...firstLines(firstDropped)]
  return [
    `error: all of the first ${replies} replies were dropped for one reason: ${REASONS[firstDropped?.reason as Reason]}; no more are asked for`,
    ...firstLines(firstDropped),
    'Every reply is kept. Start anew with another --out and a teacher that does better',
    `(another model, a larger --max-tokens), or insist with: ${resume} --patience 0`,
  ]
}

function firstLines(dropped: Taught['firstDropped']): string[] {
  if (dropped === null) return []
  const { reason, problem, text } = dropped
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)} … (${text.length} characters)` : text
  const quoted = text.trim() === '' ? ['  (it is empty)'] : shown.split('\n').map((line) => `  | ${line}`)
  return ['', `the first that was dropped (${REASONS[reason]}${problem === null ? '' : `: ${problem}`}):`, ...quoted, '']
}
