/**
 * npm run bench [-- --json] [-- --save FILE] [-- --against FILE] [-- engine|gym]
 * Prints one table: name, unit, median, 10–90 % spread over the rounds, target. Run it on an idle machine.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { engineBench } from './engine.mjs'
import { gymBench } from './gym.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, save: { type: 'string' }, against: { type: 'string' } },
})
const suites = { engine: engineBench, gym: gymBench }
const wanted = positionals.length > 0 ? positionals : Object.keys(suites)
for (const name of wanted) {
  if (suites[name]) continue
  console.error(`error: there is no benchmark "${name}"; known are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const rows = []
for (const name of wanted) for (const { rounds, ...row } of await suites[name]()) rows.push(row)

if (values.save) writeFileSync(values.save, `${JSON.stringify(rows, null, 2)}\n`)
if (values.json) console.log(JSON.stringify(rows, null, 2))
else {
  const earlier = values.against ? new Map(JSON.parse(readFileSync(values.against, 'utf8')).map((row) => [row.name, row.median])) : null
  const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3))
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, unit, median, low, high, target, ok } of rows) {
    const goal = target === null ? '' : `  target ${number(target)} ${ok ? 'reached' : 'missed'}`
    const change = earlier?.has(name) ? `  ${(median / earlier.get(name)).toFixed(2)}× the earlier run` : ''
    console.log(`${name.padEnd(width)}  ${number(median).padStart(11)} ${unit.padEnd(8)}  ${number(low)} … ${number(high)}${goal}${change}`)
  }
}
process.exit(0)
