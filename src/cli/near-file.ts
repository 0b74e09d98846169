/** Guesses at a mistyped file name: the nearest name in its folder. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearest } from '../suggest.ts'

/** ' (did you mean "runs/a/g1.safetensors"?)' where the path leads nowhere and its folder holds a name like it; '' otherwise. */
export function fileGuess(path: string): string {
  if (existsSync(path)) return ''
  const folder = dirname(path)
  const guess = nearest(basename(path), namesIn(folder))
  return guess === undefined ? '' : ` (did you mean "${folder === '.' ? guess : join(folder, guess)}"?)`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
