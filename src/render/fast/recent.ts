/** A list of the latest things of a kind: finds the one that fits and puts it first, or makes one; beyond `most` the oldest goes. */
export function createRecent<T>(most: number): (fits: (thing: T) => boolean, make: () => T) => T {
  const kept: T[] = []
  return (fits, make) => {
    const at = kept.findIndex(fits)
    const thing = kept[at] ?? make()
    if (at !== 0) {
      if (at > 0) kept.splice(at, 1)
      kept.unshift(thing)
      kept.length = Math.min(kept.length, most)
    }
    return thing
  }
}
