/** The episodes that a folder keeps, of training, of an evaluation or of a data set: a list, one of them with its steps, and a search in what was said. */
import { stat } from 'node:fs/promises'
import { EXAMPLES, textsOf } from '../datasets/index.ts'
import { evaluationEntries } from '../eval/index.ts'
import { loadGame, loadKnownGames } from '../games/registry.ts'
import { decodeState, drawPng, type EnvSpec, type Episode, type EpisodeStep, encodeState, observationOf, playReply } from '../gym/index.ts'
import { type StoredEvaluation, type StoredPlayer, storedEvaluation } from '../jobs/played-again.ts'
import { frameOf, promptOf } from '../messages.ts'
import type { Observation } from '../policy.ts'
import { encodePng } from '../render/index.ts'
import { utf16Of } from '../runs/encoding.ts'
import {
  type Contestant,
  DATASET,
  EPISODES,
  type EpisodeRecord,
  EVAL_RUN,
  type FolderKind,
  GROUPS_FILE,
  type Line,
  type LinesFile,
  REPLIES,
  type Replay,
  type RunFolder,
  readFolder,
  replayList,
  replyOf,
  TRAIN_RUN,
} from '../runs/index.ts'
import { scanLines } from '../runs/lines.ts'
import { ApiError } from '../server/api-error.ts'
import { specsOf, storedTeachConfig, TAUGHT } from '../teach/index.ts'
import { taughtReply } from '../teach/reading.ts'
import { keptGroups } from './groups.ts'
import {
  factsOf,
  type ListedEpisode,
  type Mark,
  marksOf,
  type ShownEpisode,
  shownStep,
  type WallBoard,
  type WallNews,
} from './shown-step.ts'

/** What can be shown of a folder's episodes. Addresses of pictures are made of `place`. */
export interface Transcripts {
  list(): Promise<readonly ListedEpisode[]>
  /** Throws ApiError 404 for an episode that is not there. */
  episode(key: string, place: string): Promise<ShownEpisode>
  /** A picture as PNG: as it was sent, or the board alone. Throws ApiError 404. */
  picture(key: string, step: number, board: boolean): Promise<Uint8Array<ArrayBuffer>>
  /**
   * The boards that have changed since the mark of an earlier call, 0 for all: of the episodes that go on, and of those that ended last. Absent where
   * folders keep no states.
   */
  wall?(since: number): Promise<WallNews>
  /** Keys of the episodes in which the text was said, upper and lower case alike. */
  search(text: string): Promise<readonly string[]>
}

/** Changes whenever a file that transcripts are made of does. */
export async function transcriptsVersion(path: string): Promise<string> {
  const names = ['run.json', 'dataset.json', EPISODES.name, REPLIES.name, EXAMPLES.name, 'replays.json', GROUPS_FILE.name]
  const parts = await Promise.all(
    names.map((name) =>
      stat(`${path}/${name}`).then(
        ({ size, mtimeMs }) => `${size}-${mtimeMs}`,
        () => '',
      ),
    ),
  )
  return parts.join(' ')
}

/** The transcripts of a folder. Throws StorageError, ConfigError for a folder that holds none. */
export async function openTranscripts(path: string): Promise<Transcripts & { readonly kind: FolderKind }> {
  const folder = await readFolder([EVAL_RUN, TRAIN_RUN, DATASET], path).catch(async (error: unknown) => {
    // The header of a data set has another name than that of a run.
    return readFolder(DATASET, path).catch(() => {
      throw error
    })
  })
  const made = folder.kind === EVAL_RUN ? evaluated(folder) : folder.kind === DATASET ? taught(folder) : trained(folder)
  return { ...made, kind: folder.kind }
}

const missing = (key: string): ApiError => new ApiError(404, `there is no episode ${JSON.stringify(key)} here`)

const toBytes = (data: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(data)

/** The picture of a state as it was sent, or its board. */
function pngOf(spec: EnvSpec, state: unknown, observation: Observation, board: boolean): Uint8Array<ArrayBuffer> {
  const { theme, symbols } = spec.skin
  if (board) return toBytes(drawPng(spec.game, state, { theme, tile: 48, layout: 'board', ...(symbols && { symbols }) }))
  return toBytes(encodePng(frameOf(observation)))
}

/** A value that is made again when the files have changed. */
function fresh<T>(folder: RunFolder, make: () => Promise<T>): () => Promise<T> {
  let known: { readonly version: string; readonly value: Promise<T> } | null = null
  return async () => {
    const version = await transcriptsVersion(folder.path)
    if (known?.version !== version) {
      const value = make()
      known = { version, value }
      value.catch(() => {
        known = null
      })
    }
    return known.value
  }
}

/**
 * Reads on in a file that another process appends to: hands on the lines that have come since the call before. `onAnew`: before all lines of a
 * file that is another one, since it is shorter than it was.
 */
function growing<T>(
  folder: RunFolder,
  { name, schema }: LinesFile<T>,
): (onLine: (line: Line<T>) => void, onAnew: () => void) => Promise<void> {
  let at = { byte: 0, lines: 0 }
  return async (onLine, onAnew) => {
    const path = folder.file(name)
    const size = await stat(path).then(
      (file) => file.size,
      () => 0,
    )
    if (size < at.byte || (size > 0 && (await utf16Of(path)) !== null)) {
      at = { byte: 0, lines: 0 }
      onAnew()
    }
    if (size === at.byte) return
    let { lines } = at
    const count = ({ number }: { readonly number: number }): void => {
      lines = Math.max(lines, number)
    }
    const take = (line: Line<T>): void => {
      count(line)
      onLine(line)
    }
    const byte = await scanLines(path, schema, take, count, at)
    at = { byte, lines }
  }
}

/** Episodes that are held with their states. */
const HELD = 12

/** The values of the last keys that were asked for. */
function lately<T>(make: (key: string) => Promise<T>): { get(key: string, version: string): Promise<T> } {
  const held = new Map<string, { readonly version: string; readonly value: Promise<T> }>()
  return {
    get: (key, version) => {
      const before = held.get(key)
      held.delete(key)
      const value = before?.version === version ? before.value : make(key)
      held.set(key, { version, value })
      value.catch(() => held.delete(key))
      for (const old of [...held.keys()].slice(0, -HELD)) held.delete(old)
      return value
    },
  }
}

/** Most boards of a wall. */
const BOARDS = 1024

/** Hands on every record whose line holds the text, upper and lower case alike. */
async function linesWith<T>(
  folder: RunFolder,
  file: LinesFile<T>,
  said: (value: T) => string,
  text: string,
  onFound: (value: T) => void,
): Promise<void> {
  const wanted = text.toLowerCase()
  await folder.readLines(file, ({ value }) => {
    if (said(value).toLowerCase().includes(wanted)) onFound(value)
  })
}

type Place = Pick<Line<unknown>, 'start' | 'end'>

const keyOf = ({ game, policy, decoding }: Contestant, episode: number): string => [game, policy, decoding, episode].join('~')

/** What the record of an episode says went wrong. */
function recordMarks({ stopReason, values }: EpisodeRecord): Mark[] {
  const above = (name: string): boolean => (values[name] ?? 0) > 0
  return [
    ...(stopReason === 'failed' ? (['failed'] as const) : []),
    ...(above('parse failures') ? (['unreadable'] as const) : []),
    ...(above('illegal moves') ? (['illegal'] as const) : []),
    ...((values['perception exact'] ?? 1) < 1 ? (['misread'] as const) : []),
  ]
}

function evaluated(folder: RunFolder): Transcripts {
  interface Index {
    readonly episodes: ReadonlyMap<string, ListedEpisode>
    readonly records: ReadonlyMap<string, EpisodeRecord>
    readonly who: ReadonlyMap<string, readonly [Contestant, number]>
    readonly replies: ReadonlyMap<string, ReadonlyMap<number, Place>>
  }
  const records = new Map<string, EpisodeRecord>()
  const replies = new Map<string, Map<number, Place>>()
  const who = new Map<string, readonly [Contestant, number]>()
  const newEpisodes = growing(folder, EPISODES)
  const newReplies = growing(folder, REPLIES)
  const index = fresh(folder, async (): Promise<Index> => {
    await newEpisodes(
      ({ value }) => {
        const key = keyOf(value, value.episode)
        records.set(key, value)
        who.set(key, [value, value.episode])
      },
      () => records.clear(),
    )
    await newReplies(
      ({ value: { game, policy, decoding, episode, step }, start, end }) => {
        const key = keyOf({ game, policy, decoding }, episode)
        const known = replies.get(key) ?? new Map<number, Place>()
        replies.set(key, known.set(step, { start, end }))
        if (!who.has(key)) who.set(key, [{ game, policy, decoding }, episode])
      },
      () => replies.clear(),
    )
    const { config } = await evaluation()
    const seeds = evaluationEntries({ specs: [{} as EnvSpec], episodes: config.episodes, seed: config.seed }).map(({ seed }) => seed)
    const listed = ([key, [{ game, policy, decoding }, episode]]: [string, readonly [Contestant, number]]): ListedEpisode => {
      const record = records.get(key)
      return {
        ...{ key, game, policy, decoding, seed: record?.seed ?? seeds[episode] ?? null },
        steps: record?.steps ?? replies.get(key)?.size ?? 0,
        points: record?.values.return ?? null,
        marks: record === undefined ? ['going'] : recordMarks(record),
        regret: record?.values.regret ?? null,
        cost: record?.values.cost ?? null,
        seconds: record?.values.latency ?? null,
        problem: record?.problem ?? null,
      }
    }
    return { episodes: new Map([...who].map((entry) => [entry[0], listed(entry)])), records, who, replies }
  })
  let stored: Promise<StoredEvaluation> | null = null
  const evaluation = (): Promise<StoredEvaluation> => {
    stored ??= storedEvaluation(folder)
    stored.catch(() => {
      stored = null
    })
    return stored
  }
  interface Played {
    readonly player: StoredPlayer
    readonly steps: readonly EpisodeStep[]
  }
  const played = lately(async (key): Promise<Played> => {
    const { records, who, replies } = await index()
    const found = who.get(key)
    if (found === undefined) throw missing(key)
    const [contestant, episode] = found
    const again = await evaluation()
    const player = await again.player(contestant)
    const places = replies.get(key)
    const reply = async (step: number) => {
      const place = places?.get(step)
      return place === undefined ? undefined : replyOf(await folder.lineAt(REPLIES, place))
    }
    return { player, steps: await again.play(player, episode, reply, records.get(key) ?? null) }
  })
  interface Followed {
    readonly episode: Episode
    readonly player: StoredPlayer
    board: WallBoard
    changed: number
  }
  const followed = new Map<string, Followed>()
  let changes = 0
  let turn: Promise<unknown> = Promise.resolve()
  /** Plays what has been said in an episode since it was looked at last. */
  const follow = async (key: string, { records, who, replies }: Index): Promise<void> => {
    const [contestant, place] = who.get(key) as readonly [Contestant, number]
    const places = replies.get(key)
    if (places === undefined) return
    const again = await evaluation()
    const player = followed.get(key)?.player ?? (await again.player(contestant))
    const known = followed.get(key) ?? {
      ...{ player, episode: again.begin(player, place), changed: 0 },
      board: {
        key,
        episode: key,
        at: 0,
        game: contestant.game,
        token: '',
        theme: player.spec.skin.theme,
        steps: 0,
        last: null,
        over: false,
      },
    }
    followed.set(key, known)
    const { episode } = known
    const record = records.get(key)
    const before = episode.steps.length
    for (let at = before; episode.stopped === null && places.has(at); at = episode.steps.length)
      episode.play(replyOf(await folder.lineAt(REPLIES, places.get(at) as Place)))
    const failed = record?.stopReason === 'failed'
    const over = record !== undefined || episode.stopped !== null
    if (known.changed > 0 && before === episode.steps.length && over === known.board.over) return
    const score = episode.steps.at(-1)
    const last = failed ? 'failed' : score === undefined ? null : !score.legal ? 'refused' : score.reward > 0 ? 'gain' : 'fine'
    known.board = { ...known.board, token: encodeState(player.spec.game, episode.state), steps: episode.steps.length, last, over }
    known.changed = ++changes
  }
  const stepsOf = async (key: string): Promise<Played> => {
    const { records, replies } = await index()
    return played.get(key, `${records.has(key)} ${replies.get(key)?.size}`)
  }
  return {
    list: async () => [...(await index()).episodes.values()],
    episode: async (key, place) => {
      const { player, steps } = await stepsOf(key)
      const { records } = await index()
      const sees = player.kind !== 'scripted'
      const shown = await inTurns(steps, (step, at) => {
        const before = steps[at - 1]?.step
        const last = before === undefined || before.terminated ? null : { legal: before.legal, events: before.events }
        return shownStep(factsOf(player.spec, step, last, { sees, picture: `${place}/${at}` }))
      })
      const short = records.has(key) && steps.length < (records.get(key) as EpisodeRecord).steps
      const note = short
        ? `${steps.length} of ${(records.get(key) as EpisodeRecord).steps} replies were kept: those of checkpoints are with --concurrency alone`
        : null
      return { key, steps: shown, note }
    },
    picture: async (key, at, board) => {
      const { player, steps } = await stepsOf(key)
      const step = steps[at]
      if (step === undefined) throw new ApiError(404, `the episode has no step ${at}`)
      return pngOf(player.spec, step.state, step.observation, board)
    },
    wall: (since) => {
      const news = async (): Promise<WallNews> => {
        const now = await index()
        const kept = [...now.who.keys()].filter((key) => now.replies.has(key))
        const going = kept.filter((key) => !now.records.has(key))
        const ended = [...now.records.keys()].filter((key) => now.replies.has(key))
        const shown = [...ended, ...going].slice(-BOARDS)
        for (const key of shown) await follow(key, now)
        const some = new Set(shown)
        for (const key of followed.keys()) if (!some.has(key)) followed.delete(key)
        return { mark: changes, boards: [...followed.values()].filter(({ changed }) => changed > since).map(({ board }) => board) }
      }
      const next = turn.then(news)
      turn = next.catch(() => {})
      return next
    },
    search: async (text) => {
      const keys = new Set<string>()
      await linesWith(
        folder,
        REPLIES,
        (line) => `${line.text}\n${line.raw?.reasoning ?? ''}`,
        text,
        (line) => keys.add(keyOf(line, line.episode)),
      )
      return [...keys]
    },
  }
}

/** Makes a value of each of many, with turns for others between them. */
async function inTurns<T, R>(values: readonly T[], make: (value: T, at: number) => R): Promise<R[]> {
  const made: R[] = []
  for (const [at, value] of values.entries()) {
    made.push(make(value, at))
    if (at % 8 === 7) await new Promise((resolve) => setImmediate(resolve))
  }
  return made
}

/** The groups and the replays that training kept. */
function trained(folder: RunFolder): Transcripts {
  const groups = keptGroups(folder)
  const replays = fresh(folder, async () => (await folder.readDerived('replays.json', replayList)) ?? [])
  const replayOf = async (key: string): Promise<Replay> => {
    const replay = /^\d{1,9}$/.test(key) ? (await replays())[Number(key)] : undefined
    if (replay === undefined) throw missing(key)
    return replay
  }
  const marksOfStep = ({ outcome, read, truth, regret }: Replay['steps'][number], sees: boolean): Mark[] => {
    const marks: Mark[] = outcome === 'illegal' || outcome === 'unreadable' ? [outcome] : []
    if (sees && JSON.stringify(read) !== JSON.stringify(truth)) marks.push('misread')
    if ((regret ?? 0) > 1e-6) marks.push('worse')
    return marks
  }
  return {
    list: async () => [
      ...(await groups.list()),
      ...(await replays()).map(({ game, policy, decoding, seed, return: points, steps }, at): ListedEpisode => {
        const regrets = steps.flatMap(({ regret }) => regret ?? [])
        return {
          ...{ key: String(at), game, policy, decoding, seed, steps: steps.length, points },
          marks: [...new Set(steps.flatMap((step) => marksOfStep(step, decoding !== 'scripted')))].filter((mark) => mark !== 'worse'),
          regret: regrets.length === 0 ? null : regrets.reduce((sum, value) => sum + value, 0) / regrets.length,
          ...{ cost: null, seconds: null, problem: null },
        }
      }),
    ],
    episode: async (key, place) => {
      const group = await groups.find(key)
      if (group !== null) return groups.episode(group, place)
      const { steps, decoding } = await replayOf(key)
      const shown = steps.map((step, at) => {
        const { prompt, reply, truth, read, action, outcome, problem, reward, regret } = step
        const columns = truth[0]?.length ?? 0
        const grid = columns > 1 && truth.every((row) => row.length === columns)
        return {
          marks: marksOfStep(step, decoding !== 'scripted'),
          picture: `${place}/${at}.png`,
          sent: false,
          board: grid ? { picture: `${place}/${at}-board.png`, rows: truth.length, columns } : null,
          ...{ prompt, before: null, reply, parts: [], thoughts: [], truth, read, action, outcome, problem, reward, regret, best: [] },
          ...{ usage: null, finish: null, assembly: null, reasoning: null, token: null, worth: null },
        }
      })
      return { key, steps: shown, note: 'Training keeps up to fifteen steps of an episode, with their pictures and without their states.' }
    },
    picture: async (key, at, board) => {
      const group = await groups.find(key)
      if (group !== null) {
        const { spec, state, observation } = await groups.asked(group)
        return pngOf(spec, state, observation, board)
      }
      const url = (await replayOf(key)).steps[at]?.picture
      const data = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(url ?? '')?.[1]
      if (data === undefined) throw new ApiError(404, `the replay has no picture of step ${at}`)
      return toBytes(Buffer.from(data, 'base64'))
    },
    wall: groups.wall,
    search: async (text) => {
      const wanted = text.toLowerCase()
      const found = (await replays()).flatMap(({ steps }, at) =>
        steps.some(({ reply }) => reply.toLowerCase().includes(wanted)) ? [String(at)] : [],
      )
      return [...(await groups.search(text)), ...found]
    },
  }
}

/** The replies of a teacher, one an episode; of the scripted teacher the examples that were kept. */
function taught(folder: RunFolder): Transcripts {
  const config = storedTeachConfig(folder)
  const scripted = config.teacher.model === 'scripted'
  interface Told {
    readonly key: string
    readonly game: string
    readonly state: string
    readonly place: Place
    readonly kept: boolean
  }
  const told = fresh(folder, async (): Promise<ReadonlyMap<string, Told>> => {
    const kept = new Set<string>()
    const all = new Map<string, Told>()
    const add = (of: Omit<Told, 'key'>): void => void all.set(String(all.size), { ...of, key: String(all.size) })
    await folder.readLines(EXAMPLES, ({ value: { game, state }, start, end }) => {
      kept.add(state)
      if (scripted) add({ game, state, place: { start, end }, kept: true })
    })
    if (!scripted)
      await folder.readLines(TAUGHT, ({ value: { game, state }, start, end }) => {
        add({ game, state, place: { start, end }, kept: kept.has(state) })
      })
    await loadKnownGames(config.games.map(({ id }) => id))
    return all
  })
  let known: readonly EnvSpec[] | null = null
  const specs = (): readonly EnvSpec[] => {
    known ??= specsOf(config, scripted ? 'image' : 'image+caption')
    return known
  }
  const answerOf = async ({ game: id, state: token, place }: Told) => {
    const game = await loadGame(id)
    const { state, last } = decodeState(token, [game])
    const reply = scripted ? { text: textsOf(await folder.lineAt(EXAMPLES, place)).reply } : replyOf(await folder.lineAt(TAUGHT, place))
    const { text, mended } = taughtReply(game, state, reply.text)
    const { score, read, result } = playReply(game, state, { ...reply, text })
    const own = JSON.stringify(game.rules.configOf(state))
    const spec = specs().find((one) => one.game === game && JSON.stringify(one.config) === own) ?? specs().find((one) => one.game === game)
    if (spec === undefined) throw new ApiError(422, `the data set names no game ${id}; its files do not fit together`)
    return { spec, state, last, reply, text, mended, score, read, result, observation: observationOf(spec, { state, last }) }
  }
  const marks = new Map<string, readonly Mark[]>()
  const find = async (key: string): Promise<Told> => {
    const one = (await told()).get(key)
    if (one === undefined) throw missing(key)
    return one
  }
  return {
    list: async () => {
      const listed: ListedEpisode[] = []
      for (const one of (await told()).values()) {
        const { key, game, kept } = one
        const wrong = marks.get(key) ?? marksOf((await answerOf(one)).score, null, !scripted)
        marks.set(key, wrong)
        listed.push({
          ...{ key, game, policy: config.teacher.model, decoding: scripted ? 'scripted' : 'sampled', seed: null, steps: 1, points: null },
          marks: [...wrong, kept ? 'kept' : 'dropped'],
          ...{ regret: null, cost: null, seconds: null, problem: null },
        })
      }
      return listed
    },
    episode: async (key, place) => {
      const { spec, mended, result, observation, ...facts } = await answerOf(await find(key))
      const step = shownStep({
        ...facts,
        spec,
        prompt: promptOf(observation),
        before: null,
        reward: result.reward,
        sees: !scripted,
        picture: `${place}/0`,
      })
      return { key, steps: [step], note: mended ? 'The reply is shown as it was read: what stood around its layout is left out.' : null }
    },
    picture: async (key, _, board) => {
      const { spec, state, observation } = await answerOf(await find(key))
      return pngOf(spec, state, observation, board)
    },
    search: async (text) => {
      const wanted = text.toLowerCase()
      const found: string[] = []
      let at = 0
      const look = (said: string): void => {
        if (said.toLowerCase().includes(wanted)) found.push(String(at))
        at++
      }
      if (scripted) await folder.readLines(EXAMPLES, ({ value }) => look(textsOf(value).reply))
      else await folder.readLines(TAUGHT, ({ value }) => look(value.text))
      return found
    },
  }
}
