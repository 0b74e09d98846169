/**
 * Cold start from a data set: its examples are checked against the model before anything is trained, and drawn by (seed, step). The embedded
 * model knows the paper's tags alone, so replies in others are written anew.
 */
import { readExamples, type StoredExample, type StoredExamples } from '../datasets/index.ts'
import type { Datum, Engine } from '../engine.ts'
import { ConfigError, EngineError } from '../errors.ts'
import { gameNamed } from '../games/index.ts'
import { inTags, parseReply } from '../gym/index.ts'
import { seededRng } from '../rng.ts'
import type { TrainConfig } from './config.ts'
import { replyDatum } from './examples.ts'

/**
 * The training part of the data set that a config names, found fit for the run; null if it names none. Throws StorageError for a data set
 * that cannot be read, ConfigError for one that the model cannot learn from.
 */
export async function coldStartExamples(engine: Engine, config: TrainConfig): Promise<StoredExamples | null> {
  const { dataset } = config.coldStart
  if (dataset === undefined) return null
  const read = await readExamples(dataset, 'train')
  const stored = { ...read, examples: read.examples.map((example) => ({ ...example, reply: inTags(example.reply, 'paper') })) }
  const refuse = (reason: string, cause?: unknown): never => {
    throw new ConfigError(
      `the data set ${dataset} does not fit this run: ${reason}; make one for it with: vlm-gym teach --for embedded (and the run's games)`,
      { cause },
    )
  }
  const [ours, theirs] = [config.games.map(({ id }) => id), [...new Set(stored.examples.map(({ game }) => game))]]
  const foreign = theirs.find((id) => !ours.includes(id))
  if (foreign !== undefined) refuse(`it holds examples of ${foreign}, the run plays ${ours.join(', ')}`)
  const absent = ours.find((id) => !theirs.includes(id))
  if (absent !== undefined) refuse(`it holds nothing of ${absent}, which the run plays`)
  let longest: { datum: Datum; place: string } | undefined
  for (const example of stored.examples) {
    try {
      const datum = checkedDatum(engine, config, example)
      if (datum.lossInputs.targetTokens.length > (longest?.datum.lossInputs.targetTokens.length ?? 0))
        longest = { datum, place: example.place }
    } catch (error) {
      if (!(error instanceof EngineError) && !(error instanceof ConfigError)) throw error
      refuse(`${example.place}: ${error.message}`, error)
    }
  }
  if (longest) {
    const { datum, place } = longest
    await engine.forward({ data: [datum] }).catch((error: Error) => refuse(`${place}: ${error.message}`, error))
  }
  return stored
}

function checkedDatum(engine: Engine, config: TrainConfig, example: StoredExample): Datum {
  const datum = storedDatum(engine, example)
  const length = engine.tokenizer.encode(example.reply).length
  if (length > config.maxTokens) throw new ConfigError(`its reply has ${length} tokens, maxTokens allows ${config.maxTokens}`)
  const patches = engine.imageTokens(example.frame())
  const board = gameNamed(example.game).parsePerception(parseReply(example.reply).perception ?? '')
  const cells = board === null ? 0 : board.rows * board.columns
  if (config.skin.layout === 'board' && patches !== cells)
    throw new ConfigError(`its picture has ${patches} patches, its board ${cells} cells`)
  return datum
}

/** The datum of a stored example: every token of the reply counts 1. */
function storedDatum(engine: Engine, { game, prompt, reply, frame }: StoredExample): Datum {
  const tokens = engine.tokenizer.encode(reply)
  return replyDatum(engine, { game, prompt, frame }, tokens, { weights: tokens.map(() => 1) })
}

/** The examples of a step: each pass over the data set has a drawn order of its own, and every step takes the next `count` of it. */
export function storedData(engine: Engine, { examples }: StoredExamples, count: number, seed: number, step: number): Datum[] {
  const orders = new Map<number, readonly StoredExample[]>()
  const orderOf = (pass: number): readonly StoredExample[] => {
    const order = orders.get(pass) ?? seededRng(seed, 'pass', pass).shuffle(examples)
    orders.set(pass, order)
    return order
  }
  return Array.from({ length: count }, (_, i) => {
    const place = step * count + i
    return storedDatum(engine, orderOf(Math.floor(place / examples.length))[place % examples.length] as StoredExample)
  })
}
