/**
 * npm run bench [-- --json] [-- --save FILE] [-- --against FILE] [-- --clock cpu] [-- gym|envs|engine]
 * Prints one table: name, unit, median, 10–90 % spread over the rounds, target. Run it on an idle machine; on a shared one, --clock cpu
 * counts processor time instead (of all threads together, so the rows about workers mean nothing then). docs/speed.md explains the rows.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { engineBench } from './engine.mjs'
import { envsBench } from './envs.mjs'
import { gymBench } from './gym.mjs'
import { setClock } from './measure.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, save: { type: 'string' }, against: { type: 'string' }, clock: { type: 'string', default: 'wall' } },
})
const suites = { gym: gymBench, envs: envsBench, engine: engineBench }
const wanted = positionals.length > 0 ? positionals : Object.keys(suites)
for (const name of wanted) {
  if (suites[name]) continue
  console.error(`error: there is no benchmark "${name}"; known are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
if (!['wall', 'cpu'].includes(values.clock)) {
  console.error(`error: there is no clock "${values.clock}"; choose wall or cpu`)
  process.exit(2)
}
setClock(values.clock)
const rows = []
for (const name of wanted) for (const { rounds, ...row } of await suites[name]()) rows.push(row)

if (values.save) writeFileSync(values.save, `${JSON.stringify(rows, null, 2)}\n`)
if (values.json) console.log(JSON.stringify(rows, null, 2))
else {
  const earlier = values.against ? new Map(JSON.parse(readFileSync(values.against, 'utf8')).map((row) => [row.name, row.median])) : null
  const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3))
  const width = Math.max(...rows.map(({ name }) => name.length))
  const line = (name, unit, median, spread, target, change) =>
    console.log(
      `${name.padEnd(width)}  ${unit.padEnd(8)}  ${median.padStart(9)}  ${spread.padEnd(19)}  ${target.padEnd(16)}  ${change}`.trimEnd(),
    )
  line('name', 'unit', 'median', 'spread 10–90 %', 'target', earlier ? 'against the earlier run' : '')
  for (const { name, unit, median, low, high, target, ok } of rows) {
    const goal = target === null ? '' : `${number(target)} ${ok ? 'reached' : 'missed'}`
    const change = earlier?.has(name) ? `${(median / earlier.get(name)).toFixed(2)}×` : ''
    line(name, unit, number(median), `${number(low)} … ${number(high)}`, goal, change)
  }
}
process.exit(0)
