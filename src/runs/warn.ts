import { printableLine } from '../printable.ts'

/** Tells the user of something that does not stop the work. */
export function warn(text: string): void {
  process.stderr.write(`warning: ${printableLine(text)}\n`)
}
