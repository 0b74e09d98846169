/** Prints one table: name, unit, median, 10–90 % spread over the rounds, target. docs/speed.md explains the rows. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Argument, Command, Option } from 'commander'
import { engineBench } from './engine.mjs'
import { envsBench } from './envs.mjs'
import { gymBench } from './gym.mjs'
import { setClock } from './measure.mjs'
import { serveBench } from './serve.mjs'
import { torchBench, torchMissing } from './torch.mjs'

const suites = { gym: gymBench, envs: envsBench, engine: engineBench, serve: serveBench, torch: torchBench }
const command = new Command('npm run bench --')
  .description('Measures how fast this machine plays, draws, scores, trains and samples. Run it on an idle machine.')
  .addArgument(new Argument('[suites...]', 'what to measure; nothing: everything, torch if it is installed').choices(Object.keys(suites)))
  .option('--json', 'a list of {name, unit, median, low, high, target, ok} instead of a table')
  .option('--save <file>', 'write that list to a file, too')
  .option('--against <file>', 'show each row as a multiple of its median in a saved list')
  .addOption(
    new Option('--clock <clock>', 'cpu: processor time of all threads, for a machine that is shared; rows about workers mean nothing then')
      .choices(['wall', 'cpu'])
      .default('wall'),
  )
  .addHelpText('after', '\nExample:\n  npm run bench -- gym --save today.json\n  npm run bench -- gym --against today.json')
  .parse()
const values = command.opts()
const missing = command.args.length === 0 || command.args.includes('torch') ? torchMissing() : null
if (missing && command.args.length > 0) command.error(`error: ${missing}`)
if (missing) console.error(`left out: ${missing}`)
const wanted = command.args.length > 0 ? command.args : Object.keys(suites).filter((name) => name !== 'torch' || !missing)
setClock(values.clock)
const rows = []
for (const name of wanted) {
  try {
    for (const { rounds, ...row } of await suites[name]()) rows.push(row)
  } catch (error) {
    // What the others measured is not to be lost.
    console.error(error)
    process.exitCode = 1
  }
}
if (rows.length === 0) process.exit()

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
process.exit()
