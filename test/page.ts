/** Pages of documentation as their readers use them: blocks that are copied into a terminal or a file, and the programs they name. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from './vlm-gym.ts'

/** The fenced blocks of a page of docs/ in one language, in their order. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../docs/${page}`, import.meta.url)), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((match) => match[1] === language).map((match) => match[2] as string)
}

/** An environment in which programs of these names are found, before all others: shell scripts by name, and `vlm-gym`. `folder`: where they are put. */
export function withPrograms(folder: string, scripts: Readonly<Record<string, string>> = {}): Record<string, string> {
  for (const [name, text] of Object.entries({ 'vlm-gym': `exec '${process.execPath}' '${main}' "$@"`, ...scripts })) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return { PATH: [folder, process.env.PATH ?? ''].join(delimiter) }
}
