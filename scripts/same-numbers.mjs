/**
 * Whether two training runs gave the same numbers:
 *
 *     node scripts/same-numbers.mjs runs/before runs/after
 *
 * Compared byte for byte: results.json, the analyses, and every checkpoint. Where a checkpoint's bytes differ, its tensors are compared one
 * by one: all tensors of the model and its optimiser must be in both files with equal bytes; others (copies of earlier stages, which
 * checkpoints held until they became files of their own) are counted. The metrics are compared line by line without their seconds. Exit status 1 if anything differs.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [before, after] = process.argv.slice(2)
if (after === undefined) {
  console.error('give the folders of two runs: node scripts/same-numbers.mjs BEFORE AFTER')
  process.exit(2)
}

let failed = false
const say = (name, equal, detail = '') => {
  if (!equal) failed = true
  console.log(`${equal ? 'equal ' : 'DIFFER'}  ${name}${detail && `  (${detail})`}`)
}

/** name -> bytes of every tensor of a safetensors file, and its metadata. */
function tensorsOf(path) {
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, 8 + length).toString())
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        data_offsets: [from, to],
      },
    ]) => [name, bytes.subarray(8 + length + from, 8 + length + to)],
  )
  return { metadata, tensors: new Map(tensors) }
}

function compareCheckpoints(name, one, other) {
  if (readFileSync(one).equals(readFileSync(other))) return say(name, true)
  const [a, b] = [tensorsOf(one), tensorsOf(other)]
  const own = (file) => [...file.tensors.keys()].filter((tensor) => /^(model|adam)\./.test(tensor))
  const names = [...new Set([...own(a), ...own(b)])]
  const wrong = names.filter((tensor) => !a.tensors.get(tensor)?.equals(b.tensors.get(tensor) ?? Buffer.alloc(0)))
  const same = ['model', 'words', 'adamStep'].every((key) => a.metadata[key] === b.metadata[key])
  const others = `${a.tensors.size - own(a).length} and ${b.tensors.size - own(b).length} tensors of other stages beside them`
  const detail =
    wrong.length > 0 ? `tensors ${wrong.slice(0, 3).join(', ')}` : same ? `all ${names.length} tensors equal; ${others}` : 'metadata'
  say(name, wrong.length === 0 && same, detail)
}

const metricsOf = (folder) =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.stringify({ ...JSON.parse(line), seconds: 0 }))
    .join('\n')

for (const name of ['results.json', 'interventions.json', 'generalisation.json']) {
  const [one, other] = [join(before, name), join(after, name)]
  if (existsSync(one) || existsSync(other)) say(name, existsSync(one) && existsSync(other) && readFileSync(one).equals(readFileSync(other)))
}
say('metrics.jsonl', metricsOf(before) === metricsOf(after))
for (const name of readdirSync(join(before, 'checkpoints')).sort()) {
  if (!name.endsWith('.safetensors') || name.startsWith('resume-')) continue
  const other = join(after, 'checkpoints', name)
  if (existsSync(other)) compareCheckpoints(name, join(before, 'checkpoints', name), other)
  else say(name, false, 'not in the second run')
}
process.exit(failed ? 1 : 0)
