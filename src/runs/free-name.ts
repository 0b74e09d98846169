/** Names for files that make way. */
import { lstat } from 'node:fs/promises'

/** PATH.old, or PATH.old-2 and so on, whichever is free. */
export async function freeName(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const free = n === 1 ? `${path}.old` : `${path}.old-${n}`
    if ((await lstat(free).catch(() => null)) === null) return free
  }
}
