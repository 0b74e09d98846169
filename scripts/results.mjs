/**
 * Writes docs/results.md from the files of runs: what each seed of each recipe came to, and what ran.
 *
 *     node scripts/results.mjs runs/laptop-0 runs/laptop-1 runs/laptop-2 runs/bootstrapping-0 …
 */
import { writeFile } from 'node:fs/promises'
import { aboutLines, readComparedRuns } from '../dist/jobs/index.js'
import { compareRuns, seedFamilies, seedsText } from '../dist/report/index.js'

const paths = process.argv.slice(2)
if (paths.length < 2) {
  console.error('usage: node scripts/results.mjs RUN RUN …   (training runs, two seeds or more of each recipe)')
  process.exit(2)
}
const runs = await readComparedRuns(paths)
/** 'bootstrapping' of 'bootstrapping-0'. */
const called = (name) => name.replace(/-\d+$/, '')
const recipes = [...new Set(runs.map(({ name }) => called(name)))]
// Recipe by recipe: recipes may play different numbers of games.
const parts = recipes.flatMap((recipe) => {
  const families = seedFamilies(compareRuns(runs.filter(({ name }) => called(name) === recipe)))
  return families.flatMap((family) => [`## ${recipe}`, seedsText(family, '### ')])
})
const text = [
  '# Results',
  'Made by `node scripts/results.mjs` from the files of the runs that are named here; nothing in it was typed. What the numbers mean: [metrics.md](metrics.md).',
  ...parts,
  '## What ran',
  aboutLines(runs)
    .map((line) => `- ${line}`)
    .join('\n'),
].join('\n\n')
await writeFile(new URL('../docs/results.md', import.meta.url), `${text}\n`)
