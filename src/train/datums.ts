/**
 * From trajectories to training data. The turns of an episode whose prompts go on from one another (the format keeps conversations) become one
 * sequence, so that what was read once is computed once; other turns are sequences of their own.
 */
import { type Chunk, type Datum, inputLength, type ModelInput } from '../engine.ts'
import type { Trajectory } from '../gym/index.ts'
import type { Sampled } from '../policy.ts'

/** Per-token lists of a reply, one entry per reply token. */
export interface ReplyLists {
  readonly weights?: readonly number[]
  readonly logprobs?: readonly number[]
  readonly advantages?: readonly number[]
}

/** What was read and written, and the tokens of it that the model wrote. */
export interface TokenSequence {
  readonly input: ModelInput
  /** In order; positions of `input` from `start` on are the tokens of the turn. */
  readonly turns: readonly { readonly index: number; readonly start: number; readonly tokens: readonly number[] }[]
}

/** An image, or one token of text. */
type Piece = Extract<Chunk, { type: 'image' }> | number

const piecesOf = ({ chunks }: ModelInput): Piece[] =>
  chunks.flatMap((chunk): readonly Piece[] => (chunk.type === 'image' ? [chunk] : chunk.tokens))

const samePiece = (a: Piece, b: Piece | undefined): boolean =>
  typeof a === 'number' || typeof b !== 'object' ? a === b : a.frame === b.frame && a.expectedTokens === b.expectedTokens

function inputOf(pieces: readonly Piece[]): ModelInput {
  const chunks: Chunk[] = []
  let text: number[] = []
  const endText = (): void => {
    if (text.length > 0) chunks.push({ type: 'encoded_text', tokens: text })
    text = []
  }
  for (const piece of pieces) {
    if (typeof piece === 'number') text.push(piece)
    else {
      endText()
      chunks.push(piece)
    }
  }
  endText()
  return { chunks }
}

/** The sequences of an episode's turns, in their order. `index` of a turn is its place in `turns`. */
export function sequencesOf(turns: readonly Pick<Sampled, 'prompt' | 'tokens'>[]): TokenSequence[] {
  const out: { pieces: Piece[]; turns: { index: number; start: number; tokens: readonly number[] }[] }[] = []
  for (const [index, { prompt, tokens }] of turns.entries()) {
    const read = piecesOf(prompt)
    const last = out.at(-1)
    const turn = { index, start: inputLength(prompt), tokens }
    const goesOn = last?.pieces.every((piece, i) => samePiece(piece, read[i])) ?? false
    if (last !== undefined && goesOn) {
      last.pieces = [...read, ...tokens]
      last.turns.push(turn)
    } else out.push({ pieces: [...read, ...tokens], turns: [turn] })
  }
  return out.map(({ pieces, turns: own }) => ({ input: inputOf(pieces), turns: own }))
}

/**
 * The datum of a sequence by the token shift of the engine contract: lists are 0 where the model did not write. `listsOf`: those of the turn
 * with that index; a turn without lists counts for nothing.
 */
export function datumOf({ input, turns }: TokenSequence, listsOf: (index: number) => ReplyLists): Datum {
  const length = inputLength(input) - 1
  const lists = turns.map(({ index }) => listsOf(index))
  const filled = (name: keyof ReplyLists): { [list in keyof ReplyLists]: number[] } => {
    if (lists.every((list) => list[name] === undefined)) return {}
    const out = new Array<number>(length).fill(0)
    for (const [i, { start }] of turns.entries()) for (const [t, value] of (lists[i]?.[name] ?? []).entries()) out[start - 1 + t] = value
    return { [name]: out }
  }
  const targetTokens = new Array<number>(length).fill(0)
  for (const { start, tokens } of turns) for (const [t, token] of tokens.entries()) targetTokens[start - 1 + t] = token
  return {
    modelInput: withoutLast(input),
    lossInputs: { targetTokens, ...filled('weights'), ...filled('logprobs'), ...filled('advantages') },
  }
}

/** All but the last token, which is only a target. */
function withoutLast({ chunks }: ModelInput): ModelInput {
  const last = chunks.at(-1)
  if (last?.type !== 'encoded_text') return { chunks }
  return { chunks: [...chunks.slice(0, -1), { type: 'encoded_text', tokens: last.tokens.slice(0, -1) }] }
}

/** The training data of an episode whose samples were kept: its sampled tokens with the lists of each turn. Turns without samples are left out. */
export function datumsOf({ steps }: Trajectory, listsOf: (turn: number) => ReplyLists): Datum[] {
  const sampled = steps.flatMap(({ sample }, turn) => (sample?.reply.sampled ? [{ ...sample.reply.sampled, turn }] : []))
  return sequencesOf(sampled).map((sequence) => datumOf(sequence, (index) => listsOf(sampled[index]?.turn ?? index)))
}
