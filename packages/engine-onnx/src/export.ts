/** What an exported ONNX file says of itself, so that a program that has only the file can prepare its inputs and read its output. */
import { EngineError } from 'vlm-gym'
import type { ModelConfig } from './parameters.ts'

export interface ExportedModel {
  readonly config: ModelConfig
  /** The index of a word is its token. */
  readonly words: readonly string[]
  readonly stopToken: number
  /** Patches of the pictures that the file is for. */
  readonly rows: number
  readonly columns: number
}

/** Throws EngineError for a picture that the model has no places for. */
export function checkExportSize({ rows, columns, config: { grid, patch } }: Pick<ExportedModel, 'rows' | 'columns' | 'config'>): void {
  if (rows < 1 || columns < 1 || rows > grid || columns > grid) {
    throw new EngineError(
      `a picture of ${rows} by ${columns} patches does not fit this model: it sees 1 to ${grid} patches of ${patch} pixels a side; choose other rows and columns`,
    )
  }
}

const usage = ({ config: { patch, textLength }, rows, columns, words, stopToken }: ExportedModel): string =>
  `pixels [1, ${rows * columns}, ${patch * patch * 3}]: an RGB picture ${columns * patch} pixels wide and ${rows * patch} high, cut into squares of ${patch} pixels. \
Squares go row by row from the top left; in a square pixels go row by row from its top left; a pixel is red, green, blue; a byte becomes byte / 127.5 - 1. \
tokens [1, ${textLength}]: the prompt and what is written of the reply, then any tokens such as 0. A text becomes tokens from left to right: each is the longest of the words \
that the rest of the text begins with. logits [1, ${textLength}, ${words.length}]: row n - 1 scores the token that comes after n tokens. The reply ends with token ${stopToken}, \
${JSON.stringify(words[stopToken])}; its text is its words, joined.`

/** The file's metadata_props. `picture` and `text` are JSON: what `usage` tells in words. Documented in docs/export.md. */
export function exportMetadata(model: ExportedModel): Record<string, string> {
  const { config, words, stopToken, rows, columns } = model
  const picture = {
    ...{ width: columns * config.patch, height: rows * config.patch, patch: config.patch, rows, columns },
    ...{ channels: 'RGB', divide: 127.5, add: -1 },
  }
  return {
    usage: usage(model),
    picture: JSON.stringify(picture),
    text: JSON.stringify({ length: config.textLength, padding: 0, stop: stopToken, match: 'longest' }),
    words: JSON.stringify(words),
    stop: words[stopToken] as string,
    model: JSON.stringify(config),
  }
}
