/**
 * Cold start from a data set: its examples are checked against the model before anything is trained, and drawn by (seed, step). The embedded
 * model knows the paper's tags alone, so replies in others are written anew.
 */
import { readExamples, type StoredExample } from '../datasets/index.ts'
import { type Engine, inputLength, type ModelInput } from '../engine.ts'
import { ConfigError, EngineError } from '../errors.ts'
import { gameNamed, loadGames } from '../games/registry.ts'
import { readGrid } from '../games/shared/grid-perception.ts'
import { captioned, inTags, parseReply } from '../gym/index.ts'
import { userMessage } from '../messages.ts'
import { seededRng } from '../rng.ts'
import { datasetsOf, type TrainConfig } from './config.ts'
import { type Example, replySequence } from './examples.ts'

/** What identifies a data set: a run that goes on must learn from the same one. */
export interface DatasetMark {
  readonly path: string
  readonly fingerprint: string
  /** Examples of its training part. */
  readonly examples: number
}

/** An example as a run learns it: `blank`: from a text that tells the board, without the picture. */
export interface LearnedExample extends StoredExample {
  readonly blank: boolean
}

/** The training parts of a run's data sets, one behind the other. */
export interface ColdStart {
  readonly sets: readonly DatasetMark[]
  readonly examples: readonly LearnedExample[]
}

/**
 * The training parts of the data sets that a config names, found fit for the run; null if it names none. Throws StorageError for a data set
 * that cannot be read, ConfigError for sets that the model cannot learn from.
 */
export async function coldStartExamples(engine: Engine, config: TrainConfig): Promise<ColdStart | null> {
  const paths = datasetsOf(config)
  if (paths.length === 0) return null
  await loadGames(config.games.map(({ id }) => id))
  const sets: DatasetMark[] = []
  const all: LearnedExample[] = []
  for (const path of paths) {
    const { fingerprint, examples } = await readExamples(path, 'train')
    if (sets.some((set) => set.fingerprint === fingerprint))
      throw new ConfigError(`coldStart.dataset names one data set twice (${path}); leave one of them out`)
    sets.push({ path, fingerprint, examples: examples.length })
    const inPaperTags = examples.map((example) => learned({ ...example, reply: inTags(example.reply, 'paper') }, config))
    await checkExamples(engine, config, path, inPaperTags)
    all.push(...inPaperTags)
  }
  const [ours, theirs] = [config.games.map(({ id }) => id), new Set(all.map(({ game }) => game))]
  const absent = ours.find((id) => !theirs.has(id))
  if (absent !== undefined) throw misfit(paths.join(', '), `there is nothing of ${absent} for training, which the run plays`)
  return { sets, examples: all }
}

/** An example as it is learned. Where boards are told, the true perception of the reply stands before the prompt. */
function learned(example: StoredExample, { observation }: Pick<TrainConfig, 'observation'>): LearnedExample {
  if (observation === 'image') return { ...example, blank: false }
  return { ...example, blank: true, prompt: captioned(parseReply(example.reply).perception?.trim() ?? '', example.prompt) }
}

const misfit = (path: string, reason: string, cause?: unknown): ConfigError =>
  new ConfigError(
    `the data set ${path} does not fit this run: ${reason}; make one for it with: vlm-gym teach --preset NAME (or --config FILE), as the run has it`,
    { cause },
  )

/** Throws ConfigError for an example that the model cannot learn from, or of a game that the run does not play. */
async function checkExamples(engine: Engine, config: TrainConfig, path: string, examples: readonly LearnedExample[]): Promise<void> {
  const ours = config.games.map(({ id }) => id)
  const foreign = examples.find(({ game }) => !ours.includes(game))
  if (foreign) throw misfit(path, `it holds examples of ${foreign.game}, the run plays ${ours.join(', ')}`)
  let longest: { input: ModelInput; tokens: number; place: string } | undefined
  for (const example of examples) {
    try {
      const { input, tokens } = checkedInput(engine, config, example)
      if (tokens > (longest?.tokens ?? 0)) longest = { input, tokens, place: example.place }
    } catch (error) {
      if (!(error instanceof EngineError) && !(error instanceof ConfigError)) throw error
      throw misfit(path, `${example.place}: ${error.message}`, error)
    }
  }
  if (longest) {
    const { input, place } = longest
    await engine
      .sampler()
      .logprobs([input])
      .catch((error: Error) => {
        throw misfit(path, `${place}: ${error.message}`, error)
      })
  }
}

/** Picture, prompt and reply of an example, and their length. Throws ConfigError, EngineError. */
function checkedInput({ chat }: Engine, config: TrainConfig, example: LearnedExample): { input: ModelInput; tokens: number } {
  const { input, turns } = replySequence(chat, { messages: [userMessage(example.prompt, example.frame, example.blank)] }, example.reply)
  const length = turns[0]?.tokens.length ?? 0
  if (length > config.maxTokens) throw new ConfigError(`its reply has ${length} tokens, maxTokens allows ${config.maxTokens}`)
  if (example.blank) return { input, tokens: inputLength(input) }
  const patches = chat.imageTokens(example.frame())
  const game = gameNamed(example.game)
  const board = readGrid(game, parseReply(example.reply).perception ?? '')
  const cells = board === null ? 0 : board.rows * board.columns
  if (config.skin.layout === 'board' && game.perception.grid !== undefined && patches !== cells)
    throw new ConfigError(`its picture has ${patches} patches, its board ${cells} cells`)
  return { input, tokens: inputLength(input) }
}

/** The examples of a step: each pass over the data sets has a drawn order of its own, and every step takes the next `count` of it. */
export function storedExamples({ examples }: ColdStart, count: number, seed: number, step: number): Example[] {
  const orders = new Map<number, readonly StoredExample[]>()
  const orderOf = (pass: number): readonly StoredExample[] => {
    const order = orders.get(pass) ?? seededRng(seed, 'pass', pass).shuffle(examples)
    orders.set(pass, order)
    return order
  }
  return Array.from({ length: count }, (_, i) => {
    const index = step * count + i
    const { prompt, reply, frame, blank } = orderOf(Math.floor(index / examples.length))[index % examples.length] as LearnedExample
    return { observation: { messages: [userMessage(prompt, frame, blank)] }, reply }
  })
}
