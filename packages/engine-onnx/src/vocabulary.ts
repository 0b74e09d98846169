/** The vocabulary as the model sees it: what a word says of cells, lines and likeness, beyond being itself. */

/**
 * The vocabulary as the model sees it: how many words, and which of them name a cell of the board, such as ' (1, 2)'. Such words share the
 * row and column embeddings of the picture's patches, and their logits have a part for the row and one for the column.
 */
export interface Vocabulary {
  readonly size: number
  /** [word, row, column] of the words that name a cell within the grid. */
  readonly places: readonly (readonly [number, number, number])[]
  /** By word: 'tag' holds a tag such as <think> (lines are counted anew after it), 'line' begins a line, 'word' does neither. */
  readonly breaks: readonly ('tag' | 'line' | 'word')[]
  /** By word: a number that words have in common which differ in what separates them from the word before ('\nfive', ' | five', ' five'). */
  readonly kinds: readonly number[]
}

/** Reads a word list: a word names a cell if it is '(row, column)', alone or after white space and at most one other word. */
export function vocabularyOf(words: readonly string[], { grid }: { readonly grid: number }): Vocabulary {
  const places = words.flatMap((word, id) => {
    const [, row, column] = /^\s*(?:[a-z]+ )?\((\d+), (\d+)\)$/.exec(word) ?? []
    return row !== undefined && Number(row) < grid && Number(column) < grid ? [[id, Number(row), Number(column)] as const] : []
  })
  const breaks = words.map((word) => (/<[^>]*>/.test(word) ? 'tag' : word.startsWith('\n') ? 'line' : 'word'))
  const bare = words.map((word) => word.replace(/^[\s|]+/, ''))
  return { size: words.length, places, breaks, kinds: bare.map((word) => bare.indexOf(word)) }
}

/** Embeddings there are for lines of a section and words of a line; later ones share the last. */
export const LINES = 16
export const WORDS = 32

/** Line (0 before the first line break of a section) and place in the line (0 at its first word) of the last token read. */
export interface TextPlace {
  readonly line: number
  readonly word: number
}

/** The place before any token. */
export const TEXT_START: TextPlace = { line: 0, word: -1 }

/** The place of the next token. */
export function nextPlace({ line, word }: TextPlace, token: number, { breaks }: Pick<Vocabulary, 'breaks'>): TextPlace {
  if (breaks[token] === 'tag') return { line: 0, word: 0 }
  return breaks[token] === 'line' ? { line: line + 1, word: 0 } : { line, word: word + 1 }
}
