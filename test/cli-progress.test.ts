/** The progress display, on a plain stream and on a terminal, under a clock of our own. */
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createProgress, formatDuration, formatFigure } from '../src/cli/progress.ts'

function stage(options: { isTTY?: boolean; quiet?: boolean; rows?: number } = {}) {
  const stream = Object.assign(new PassThrough(), { isTTY: options.isTTY ?? false, columns: 80, rows: options.rows ?? 24 })
  let text = ''
  stream.on('data', (data) => {
    text += data
  })
  let time = 0
  const progress = createProgress({ stream, quiet: options.quiet, now: () => time })
  return { progress, wait: (ms: number) => (time += ms), text: () => text, lines: () => text.split('\n').slice(0, -1) }
}

/** What a terminal shows in the end, of text with the escapes that log-update writes: the cursor moved, a line erased or all below. */
function screenOf(text: string): string[] {
  const screen = ['']
  let [row, column] = [0, 0]
  for (const [, count, command, plain] of text.matchAll(ESCAPES)) {
    if (command === 'A') row = Math.max(0, row - Number(count || 1))
    else if (command === 'B') row += Number(count || 1)
    else if (command === 'G') column = Number(count || 1) - 1
    else if (command === 'K') screen[row] = count === '2' ? '' : (screen[row] ?? '').slice(0, column)
    else if (command === 'J') screen.splice(row + 1, Number.POSITIVE_INFINITY, '')
    else if (plain === '\n') [row, column] = [row + 1, 0]
    else if (plain !== undefined) {
      screen[row] = (screen[row] ?? '').slice(0, column).padEnd(column) + plain
      column += plain.length
    }
  }
  return screen.filter((line) => line !== '')
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins such a sequence
const ESCAPES = /\u001b\[\??(\d*)[;\d]*([A-Za-z])|(\n|[^\u001b\n]+)/g

describe('without a terminal', () => {
  it('prints a line at a change of stage, every 10 s, and at the end of a stage', () => {
    const { progress, wait, lines } = stage()
    for (let step = 0; step <= 30; step++, wait(1000))
      progress.update({ stage: 'base', step, total: 30, tokens: step * 500, figures: { loss: 1 / (step + 1) } })
    progress.update({ stage: 'grpo', step: 0, total: 0 })
    progress.close()
    expect(lines()).toEqual([
      'base  0/30  loss 1',
      'base  10/30  loss 0.091  500 tokens/s  20s left',
      'base  20/30  loss 0.048  500 tokens/s  10s left',
      'base  30/30  loss 0.032  500 tokens/s  in 30s',
      'grpo  0',
    ])
  })

  it('shows the last state of a stage that ends early, and on close', () => {
    const { progress, wait, lines } = stage()
    for (const step of [0, 1, 2]) {
      progress.update({ stage: 'a', step, total: 9 })
      wait(10)
    }
    progress.update({ stage: 'b', step: 0, total: 9 })
    progress.update({ stage: 'b', step: 1, total: 9 })
    progress.close()
    progress.close()
    expect(lines().map((line) => line.slice(0, 6))).toEqual(['a  0/9', 'a  2/9', 'b  0/9', 'b  1/9'])
  })

  it('prints the lines of stages side by side at their own pace', () => {
    const { progress, wait, lines } = stage()
    for (let step = 0; step <= 20; step++, wait(1000)) {
      progress.update({ stage: 'g0', step, total: 20, engine: 0 })
      if (step >= 5 && step <= 12) progress.update({ stage: 'cold-start', step: step - 5, total: 7, engine: 1 })
      if (step > 12) progress.update({ stage: 'g1', step: step - 13, total: 9, engine: 1 })
    }
    progress.close()
    expect(lines()).toEqual([
      'g0  0/20',
      'cold-start  0/7',
      'g0  10/20  10s left',
      'cold-start  7/7  in 7s',
      'g1  0/9',
      'g0  20/20  in 20s',
      'g1  7/9  2s left',
    ])
  })

  it('is silent with quiet, but for important notes', () => {
    const { progress, lines } = stage({ quiet: true })
    progress.update({ stage: 'a', step: 1, total: 1 })
    progress.note('by the way')
    progress.note('the disk is full', { important: true })
    progress.close()
    expect(lines()).toEqual(['the disk is full'])
  })
})

describe('on a terminal', () => {
  it('redraws in place within the width, and keeps notes', () => {
    const { progress, wait, text } = stage({ isTTY: true })
    const figures = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`figure${i}`, i / 7]))
    for (let step = 0; step < 5; step++, wait(1000))
      progress.update({ stage: 'g1 · grpo', step, total: 400, tokens: step * 12_345, figures })
    progress.note('checkpoint written')
    progress.close()
    const shown = stripVTControlCharacters(text())
    expect(shown).toContain('g1 · grpo  ━')
    expect(shown).toMatch(/4\/400 {2}12\.3k tokens\/s {2}6m 36s left/)
    expect(shown).toContain('checkpoint written\n')
    expect(text()).toContain('\u001b[')
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('ends a stage with its total, its last figures and its time', () => {
    const { progress, wait, text } = stage({ isTTY: true })
    for (let step = 0; step <= 200; step++, wait(20)) progress.update({ stage: 'a', step, total: 200, figures: { episodes: step } })
    progress.update({ stage: 'b', step: 0, total: 2 })
    progress.close()
    const drawn = stripVTControlCharacters(text())
    const states = [...drawn.matchAll(/ (\d+)\/200.*\n {2}episodes (\d+)/g)].map(([, step, episodes]) => [step, episodes])
    expect(states.length).toBeGreaterThan(20)
    expect(states.at(-1)).toEqual(['200', '200'])
    expect(drawn).toMatch(/a {2}\S+ {2}200\/200 {2}in 4s/)
  })

  it('redraws stages side by side together, and leaves each that ends above the others', () => {
    const { progress, wait, text } = stage({ isTTY: true })
    for (let step = 0; step <= 9; step++, wait(1000)) {
      progress.update({ stage: 'g0', step, total: 30, engine: 0, figures: { reward: step } })
      if (step <= 4) progress.update({ stage: 'cold-start', step, total: 4, engine: 1, figures: { loss: 1 / (step + 1) } })
      else progress.update({ stage: 'g1', step: step - 5, total: 9, engine: 1 })
    }
    progress.close()
    expect(screenOf(text()).map((line) => line.replace(/━+ {2}/, ''))).toEqual([
      'cold-start  4/4  in 4s',
      '  loss 0.200',
      'g0  9/30  21s left',
      '  reward 9',
      'g1  4/9  5s left',
    ])
  })

  it('prints plain lines where the terminal has no size', () => {
    const { progress, lines } = stage({ isTTY: true, rows: 0 })
    for (const step of [1, 2]) progress.update({ stage: 'a', step, total: 2 })
    progress.close()
    expect(lines().map((line) => line.slice(0, 6))).toEqual(['a  1/2', 'a  2/2'])
  })

  it('draws at most ten times a second', () => {
    const { progress, wait, text } = stage({ isTTY: true })
    for (let step = 0; step < 500; step++, wait(1)) progress.update({ stage: 'a', step, total: 1000 })
    expect(stripVTControlCharacters(text()).match(/a {2}━/g)!.length).toBeLessThanOrEqual(6)
    progress.close()
  })
})

describe('figures', () => {
  it('are short', () => {
    expect([0, 0.8134, -12.44, 1204, 51_200, 3.4e6, 1e-5, null, undefined, 'on', Number.NaN].map(formatFigure)).toEqual([
      '0',
      '0.813',
      '-12.4',
      '1,204',
      '51.2k',
      '3.40M',
      '1.0e-5',
      '–',
      '–',
      'on',
      'NaN',
    ])
    expect([0, 59.6, 190, 3725].map(formatDuration)).toEqual(['0s', '1m 00s', '3m 10s', '1h 02m'])
  })
})
