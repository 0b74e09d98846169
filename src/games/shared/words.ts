/** Reading thoughts: lines of words, in one pass over the text. */

/** White space as `trim` and `\s` mean it, line feeds included. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || (code >= 160 && /\s/.test(String.fromCharCode(code)))
}

/** The words of each line that has any: lines end at a line feed, words at white space. */
export function wordLines(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  let start = -1
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 10
    if (!isSpace(code)) {
      if (start < 0) start = at
      continue
    }
    if (start >= 0) line.push(text.slice(start, at))
    start = -1
    if (code !== 10 || line.length === 0) continue
    lines.push(line)
    line = []
  }
  return lines
}

/** `make` for a state, made once as long as it is asked of the same state again and again: the replies of a group share their truth. */
export function onceForEach<S extends object, T>(make: (state: S) => T): (state: S) => T {
  let last: { readonly state: S; readonly value: T } | undefined
  return (state) => {
    if (last?.state !== state) last = { state, value: make(state) }
    return last.value
  }
}
