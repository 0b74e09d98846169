/** A comparison as one HTML file: table, plot, tests and confusion matrices; no script. */

import { printableLine } from '../printable.ts'
import type { ComparedGroup, ComparedRow } from './compare.ts'
import { columnsOf, misreadings, TEST_HEAD, testCells, titleOf } from './compare-text.ts'
import { type Html, html, trusted } from './html.ts'
import { REPORT_STYLE } from './page-style.ts'
import { pointsText } from './results.ts'
import { seedsSection } from './seeds-page.ts'
import { seedFamilies } from './seeds-text.ts'

const ROW = 26
const NAMES = 260
const WIDTH = 900

/** Means as dots on their intervals. */
function plot({ rows, unit }: ComparedGroup): Html {
  const shown = rows.flatMap((row) => (row.cells.return ? [{ row, ...row.cells.return }] : []))
  const top = Math.max(1e-9, ...shown.map(({ high }) => high))
  const bottom = Math.min(0, ...shown.map(({ low }) => low))
  const x = (value: number): string => (NAMES + ((value - bottom) / (top - bottom)) * (WIDTH - NAMES - 70)).toFixed(1)
  const lines = shown.map(({ row, mean, low, high }, i) => {
    const y = ROW * i + ROW / 2
    const colour = row.source === 'run' ? 'var(--c0)' : 'var(--c2)'
    return html`<text x="${NAMES - 12}" y="${y + 4}" text-anchor="end">${row.label}</text><line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/><circle cx="${x(mean)}" cy="${y}" r="5" fill="${colour}"/><text x="${Number(x(high)) + 10}" y="${y + 4}">${pointsText(mean)}</text>\n`
  })
  return html`<figure><figcaption>${unit}, mean and 95 % interval<small>grey: results of others</small></figcaption>
<svg class="compare" viewBox="0 0 ${WIDTH} ${ROW * shown.length + 4}" width="100%" role="img" aria-label="means and intervals"><line x1="${x(0)}" x2="${x(0)}" y1="0" y2="${ROW * shown.length}" stroke="var(--line)"/>
${lines}</svg></figure>`
}

/** The columns in two tables where there are many, so that every one is on the page. */
function table(group: ComparedGroup): Html {
  const columns = columnsOf(group)
  const half = columns.length > MOST ? Math.ceil(columns.length / 2) : columns.length
  return html`${[columns.slice(0, half), columns.slice(half)].filter(({ length }) => length > 0).map((part) => tableOf(group, part))}`
}

/** Most columns of a table. */
const MOST = 9

/** The mean, and below it its interval. */
function cell(text: string | null): Html {
  const [, mean, range] = /^(.*?)( \[.*\])?$/.exec(text ?? '–') ?? []
  return html`<td>${mean ?? '–'}${range === undefined ? null : html`<span class="range">${range.trim()}</span>`}</td>`
}

function tableOf(group: ComparedGroup, columns: ReturnType<typeof columnsOf>): Html {
  const row = (one: ComparedRow): Html =>
    html`<tr class="${one.source === 'run' ? 'model' : 'anchor'}"><th scope="row">${one.label}</th>${columns.map(({ text }) => cell(text(one)))}</tr>\n`
  return html`<div class="scroll"><table class="data"><thead><tr><th class="first">policy</th>${columns.map(({ head }) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${group.rows.map(row)}</tbody></table></div>`
}

function tests({ tests: all }: ComparedGroup): Html | null {
  if (all.length === 0) return null
  const row = (cells: readonly string[]): Html =>
    html`<tr><th scope="row">${cells[0] ?? ''}</th>${cells.slice(1).map((cell) => html`<td>${cell}</td>`)}</tr>\n`
  return html`<h3>Differences on the same games</h3><div class="scroll"><table class="data"><thead><tr>${TEST_HEAD.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${all.map((test) => row(testCells(test)))}</tbody></table></div>
<p class="note">Mean of the differences with a 95 % bootstrap interval; two-sided sign-flip test, corrected by Holm for all tests of this game.</p>`
}

/** Share of each true label that was read as each label; the diagonal is right. */
function matrix(row: ComparedRow): Html | null {
  const { confusion } = row
  if (confusion === null || misreadings(row).length === 0) return null
  const truths = Object.keys(confusion).sort()
  const reads = [...new Set([...truths, ...Object.values(confusion).flatMap((counts) => Object.keys(counts))])]
  const line = (truth: string): Html => {
    const counts = confusion[truth] ?? {}
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const cells = reads.map((read) => {
      const count = Object.hasOwn(counts, read) ? (counts[read] as number) : 0
      const kind = count === 0 ? 'none' : read === truth ? 'best' : ''
      return html`<td class="${kind}" title="${count} of ${total}">${count === 0 ? '·' : ((100 * count) / total).toFixed(1)}</td>`
    })
    return html`<tr><th scope="row">${truth}</th>${cells}</tr>\n`
  }
  return html`<details><summary>Cells as ${row.label} reads them, % of the true label (rows)</summary><div class="scroll"><table class="data"><thead><tr><th class="first">true</th>${reads.map((read) => html`<th>${read === '' ? 'left out' : read}</th>`)}</tr></thead><tbody>${truths.map(line)}</tbody></table></div></details>`
}

/** What happened to a row's requests and replies on their way. */
function notes({ label, notes: sentences }: ComparedRow): Html[] {
  return sentences.map((sentence) => html`<p class="note">${label}: ${printableLine(sentence)}</p>\n`)
}

/** What of a row's replies could not be read, why, and the first of them. */
function unread({ label, unread: texts }: ComparedRow): Html[] {
  return texts.map(
    ({ head, reasons, place, example, lenient }) =>
      html`<details open><summary>${label}: ${head}</summary><ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul><p class="note">${place}:</p><pre>${example.join('\n')}</pre>${lenient === null ? null : html`<p class="note">${lenient}</p>`}</details>\n`,
  )
}

/** The whole page; recipes with several seeds come first. `about`: lines on what ran. */
export function comparisonPage(groups: readonly ComparedGroup[], names: readonly string[], about: readonly string[] = []): string {
  const families = seedFamilies(groups)
  const sections = groups.map(
    (group) =>
      html`<h2>${titleOf(group)}</h2>\n${plot(group)}\n${table(group)}\n${tests(group)}\n${group.rows.flatMap(notes)}\n${group.rows.flatMap(unread)}\n${group.rows.map(matrix)}`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Comparison</title>
<style>${trusted(REPORT_STYLE)} svg.compare text { fill: var(--text); font-size: 13px; }</style></head>
<body><main><h1>Comparison</h1><p class="muted">${names.join(', ')}</p>${about.map((line) => html`<p class="muted about">${line}</p>`)}
${families.map(seedsSection)}
${sections}</main></body></html>
`.markup
}
