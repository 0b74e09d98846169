/** Guesses at a mistyped file name: the nearest name in its folder. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { nearest } from './suggest.ts'

/** ' (did you mean "runs/a/g1.safetensors"?)' where the path leads nowhere and its folder holds a name like it; '' otherwise. */
export function fileGuess(path: string): string {
  if (existsSync(path)) return ''
  const folder = dirname(path)
  const ending = extname(path)
  // Of names that end alike, only what stands before the ending tells them apart.
  const stems = namesIn(folder).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, name.length - ending.length)] : []))
  const stem = nearest(basename(path, ending), stems)
  return stem === undefined ? '' : ` (did you mean "${join(folder, `${stem}${ending}`)}"?)`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
