/**
 * Script of the report, inlined as it stands (it runs in the reader's browser, so it is text here and is tested in one). It draws the
 * charts with uPlot and shows one step of one replay at a time; all text of the page is already in the markup, escaped.
 */
export const REPORT_CLIENT = `(() => {
  'use strict'
  const charts = JSON.parse(document.getElementById('charts').textContent)
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const number = (value) => {
    if (value === 0) return '0'
    const size = Math.abs(value)
    if (size < 0.001) return value.toExponential(1)
    return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
  }
  const shown = (chart, value) => (chart.unit === 'share' ? (value * 100).toFixed(1) + ' %' : number(value))
  const tick = (chart, value) => (value == null ? '' : chart.unit === 'share' ? Math.round(value * 100) + ' %' : String(+value.toPrecision(6)))

  const readOut = (chart, line, index) => {
    line.replaceChildren()
    const say = (text, colour) => {
      const part = document.createElement('b')
      part.textContent = text
      if (colour) part.style.color = colour
      line.append(part)
    }
    if (index != null) say('step ' + chart.x[index])
    for (const series of chart.series) {
      let at = index == null ? series.smooth.length - 1 : index
      while (index == null && at > 0 && series.smooth[at] == null) at--
      const value = series.smooth[at]
      if (value != null) say(series.label + ' ' + shown(chart, value), css('--c' + series.colour))
    }
  }

  const draw = (holder) => {
    const chart = charts[Number(holder.dataset.chart)]
    const line = holder.parentElement.querySelector('.readout')
    const axis = { stroke: css('--muted'), font: '11px system-ui, sans-serif', grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } }
    const lines = chart.series.flatMap((series) => {
      const colour = css('--c' + series.colour)
      const points = { show: series.raw.filter((value) => value != null).length < 3 }
      return [
        { stroke: colour + '4d', width: 1, points: { show: false }, spanGaps: false },
        { stroke: colour, width: 2.25, points, spanGaps: true },
      ]
    })
    const options = {
      width: Math.max(200, holder.clientWidth),
      height: 190,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      scales: { x: { time: false }, y: chart.unit === 'share' ? { range: [0, 1.02] } : {} },
      axes: [
        { ...axis, size: 26, space: 44, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000, 100000] },
        { ...axis, size: 52, space: 28, values: (_, values) => values.map((value) => tick(chart, value)) },
      ],
      series: [{}, ...lines],
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: chart.group } },
      hooks: { setCursor: [(plot) => readOut(chart, line, plot.cursor.idx)] },
    }
    const data = [chart.x, ...chart.series.flatMap((series) => [series.raw, series.smooth])]
    readOut(chart, line, null)
    return new uPlot(options, data, holder)
  }

  const holders = [...document.querySelectorAll('[data-chart]')]
  let plots = []
  const drawAll = () => {
    for (const { plot } of plots) plot.destroy()
    plots = holders.map((holder) => ({ holder, plot: draw(holder) }))
  }
  drawAll()
  addEventListener('resize', () => {
    for (const { holder, plot } of plots) plot.setSize({ width: Math.max(200, holder.clientWidth), height: 190 })
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)

  const theatre = document.getElementById('replays')
  if (!theatre) return
  const find = (name) => theatre.querySelector('[data-control="' + name + '"]')
  const [choice, back, next, slider, place] = ['choice', 'back', 'next', 'slider', 'place'].map(find)
  const stepsOf = (replay) => [...theatre.querySelectorAll('.step[data-replay="' + replay + '"]')]
  let at = 0
  const show = () => {
    const steps = stepsOf(choice.value)
    at = Math.max(0, Math.min(steps.length - 1, at))
    for (const step of theatre.querySelectorAll('.step')) step.hidden = step !== steps[at]
    slider.max = String(Math.max(0, steps.length - 1))
    slider.value = String(at)
    place.textContent = steps.length === 0 ? 'no steps' : at + 1 + ' of ' + steps.length
    back.disabled = at <= 0
    next.disabled = at >= steps.length - 1
  }
  const move = (by) => {
    at += by
    show()
  }
  back.addEventListener('click', () => move(-1))
  next.addEventListener('click', () => move(1))
  slider.addEventListener('input', () => {
    at = Number(slider.value)
    show()
  })
  choice.addEventListener('change', () => {
    at = 0
    show()
  })
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|INPUT|TEXTAREA)$/.test(event.target.tagName || '')) return
    if (event.key === 'ArrowLeft') move(-1)
    else if (event.key === 'ArrowRight') move(1)
    else return
    event.preventDefault()
  })
  show()
})()
`
