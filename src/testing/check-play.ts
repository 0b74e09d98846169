/** The parts of `checkGame` that play through the gym: replies, tokens, groups, vectors, observations, and the expert against chance. */
import {
  decodeState,
  Env,
  type EnvSnapshot,
  type EnvSpec,
  encodeState,
  envSpec,
  formatReply,
  type LastStep,
  observationOf,
  parseReply,
  playGroup,
  playReply,
  startSnapshot,
  stateHash,
  VectorEnv,
  walk,
} from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import { deriveSeed, type Rng, seededRng } from '../rng.ts'
import type { Skin } from '../scene.ts'
import type { CheckContext } from './check-context.ts'
import { canonical, ensure, same } from './ensure.ts'

/** Actions of a state that are played as whole replies. */
const REPLIES = 3
/** Envs of the vector, and steps that it takes. */
const VECTOR = { envs: 3, steps: 12 }
const SKIN: Skin = { theme: 'classic', tile: 16, layout: 'board' }

function trueReply({ game }: CheckContext, state: unknown, action: unknown): string {
  const think = game.teacher?.teach === undefined || game.rules.terminated(state) ? '' : game.teacher?.teach(state, { blind: false }).think
  return formatReply({ perception: game.perception.format(game.perception.of(state)), think, answer: game.answer.format(state, action) })
}

const copyOf = ({ game }: CheckContext, state: unknown): unknown => game.rules.parseState(JSON.parse(JSON.stringify(state)))

/** Whole replies: the protocol gives every section back, and what is played and scored is what the action does. */
export function checkReplies(context: CheckContext, state: unknown, actions: readonly unknown[]): void {
  const { game, where } = context
  for (const action of actions.slice(0, REPLIES)) {
    const text = trueReply(context, state, action)
    const { format, perception, answer, problem } = parseReply(text)
    ensure(format === 1, where, `a true reply is not in the format: ${problem}`)
    ensure(perception === game.perception.format(game.perception.of(state)).trim(), where, 'the perception does not survive a reply')
    ensure(answer === game.answer.format(state, action), where, 'the answer does not survive a reply')
    const { score, result } = playReply(game, state, text)
    ensure(score.perceptionExact === 1, where, 'the true perception is scored as wrong')
    ensure(score.outcome === (result.legal ? 'played' : 'illegal'), where, `the reply to ${answer} counts as ${score.outcome}`)
    ensure(same(result, game.rules.step(state, action)), where, `the reply to ${answer} plays something else`)
  }
}

/** Tokens and hashes: state and feedback come back from the token; the hash is that of the data. */
export function checkTokens(context: CheckContext, state: unknown, last: LastStep): void {
  const { game, where } = context
  ensure(stateHash(game, copyOf(context, state)) === stateHash(game, state), where, 'the hash of a copy differs')
  const back = decodeState(encodeState(game, state, last), { [game.id]: game })
  ensure(stateHash(game, back.state) === stateHash(game, state), where, 'the token gives another state back')
  ensure(same(back.last, last), where, 'the events of the last step do not survive the token')
}

/** Group play from a state equals playing each reply alone from a copy of it, in any order, under shared and independent chance. */
export function checkGroup(context: CheckContext, state: unknown, actions: readonly unknown[], seed: number): void {
  const { game, where } = context
  const replies = [...actions.slice(0, REPLIES).map((action) => trueReply(context, state, action)), 'no reply']
  const alone = (from: (index: number) => unknown): string[] =>
    [...replies.keys()]
      .reverse()
      .map((index) => canonical(playReply(game, from(index), replies[index]!)))
      .reverse()
  const shared = playGroup(game, state, replies, { chance: 'shared' }).map(canonical)
  ensure(
    same(
      shared,
      alone(() => copyOf(context, state)),
    ),
    where,
    'group play differs from single play',
  )
  const apart = playGroup(game, state, replies, { chance: 'independent', seed }).map(canonical)
  const reseeded = alone((index) => game.rules.reseed(copyOf(context, state), deriveSeed(seed, 'group', index)))
  ensure(same(apart, reseeded), where, 'group play with independent chance differs from single play')
}

/** What a player sees holds neither the truth nor the chance to come; a caption is there only in the modes that have one. */
export function checkObservation({ game, config, skins, theme, where }: CheckContext, state: unknown, last: LastStep, seed: number): void {
  const truth = game.perception.of(state)
  const rows = game.perception
    .format(truth)
    .split('\n')
    .filter((row) => /\S\s+\S/.test(row))
  for (const promptStyle of game.embedded === undefined ? (['full'] as const) : (['full', 'brief'] as const)) {
    const seen = observationOf(envSpec({ game, config, skin: SKIN, promptStyle }), { state, last })
    ensure(
      Object.keys(seen).sort().join() === 'game,messages' && seen.messages.length === 1,
      where,
      `an observation of mode image holds ${Object.keys(seen).join(', ')} and ${seen.messages.length} messages`,
    )
    const prompt = promptOf(seen)
    const leak = rows.find((row) => prompt.includes(row)) ?? [canonical(state)].find((text) => prompt.includes(text))
    ensure(leak === undefined, where, `the ${promptStyle} prompt tells the truth: ${leak?.slice(0, 60)}`)
  }
  for (const mode of ['image+caption', 'caption'] as const) {
    const prompt = promptOf(observationOf(envSpec({ game, config, skin: SKIN, mode }), { state, last }))
    ensure(prompt.includes(`\n${game.perception.format(truth)}\n`), where, `the caption of mode ${mode} is not the true perception`)
  }
  for (const skin of skins.slice(0, 2)) {
    const items = (of: unknown): string => canonical(game.draw(of, skin, theme).items)
    ensure(items(state) === items(game.rules.reseed(state, seed)), where, 'the picture depends on the chance to come')
  }
}

/** Envs stepped together do what each does alone. */
export function checkVector({ game, config, where }: CheckContext, seed: number): void {
  const spec: EnvSpec = envSpec({ game, config, skin: SKIN })
  const vector = new VectorEnv(
    Array.from({ length: VECTOR.envs }, () => spec),
    { seed, autoreset: 'disabled' },
  )
  const rng = seededRng(seed, 'check-game', 'vector')
  const replies = vector.specs.map((): string[] => [])
  const inVector = vector.specs.map((): string[] => [])
  for (let step = 0; step < VECTOR.steps; step++) {
    const now = vector.snapshot().envs.map(({ state }) => anyReply(spec, state, rng))
    for (const [env, { score, reward, legal, events, observation }] of vector.step(now).entries()) {
      replies[env]!.push(now[env]!)
      inVector[env]!.push(canonical({ score, reward, legal, events, prompt: promptOf(observation) }))
    }
  }
  for (const [index, { state }] of vector.snapshot().envs.entries()) {
    const env = new Env(spec, deriveSeed(seed, 'env', index, 0))
    const alone = replies[index]!.map((reply) => {
      const { score, reward, legal, events, observation } = env.step(reply)
      return canonical({ score, reward, legal, events, prompt: promptOf(observation) })
    })
    ensure(same(alone, inVector[index]), where, `env ${index} of a vector plays otherwise than alone`)
    ensure(stateHash(game, env.snapshot().state) === stateHash(game, state), where, `env ${index} of a vector ends otherwise than alone`)
  }
}

/** A legal answer three times in four, else any action of the grammar or no answer at all. */
function anyReply({ game }: EnvSpec, state: unknown, rng: Rng): string {
  const legal = game.rules.legalActions(state)
  const action = legal.length > 0 && rng.int(4) > 0 ? rng.pick(legal) : rng.pick([...game.rules.actions(state), undefined])
  return `<answer>${action === undefined ? 'none' : game.answer.format(state, action)}</answer>`
}

/** The expert's first move is legal wherever it stands, and earns at least what random legal play earns over the same games. */
export function checkSolver(context: CheckContext, games: number, horizon: number): void {
  const { game, where } = context
  if (game.expert?.solver === undefined || games === 0) return
  const total = (player: (state: unknown, rng: Rng) => unknown): number =>
    Array.from({ length: games }, (_, seed) => playedOut(context, seed, horizon, player)).reduce((sum, points) => sum + points, 0)
  const expert = total((state) => game.expert!.solver(state)[0]?.action) / games
  const random = total((state, rng) => rng.pick(game.rules.legalActions(state))) / games
  const rounded = (mean: number): string => mean.toFixed(2)
  ensure(expert >= random, where, `the solver earns ${rounded(expert)} a game, random play ${rounded(random)} (${games} games)`)
}

function playedOut(
  { game, config, where }: CheckContext,
  seed: number,
  horizon: number,
  player: (state: unknown, rng: Rng) => unknown,
): number {
  const rng = seededRng(seed, 'check-game', 'solver')
  let action: unknown
  const pick = ({ state }: EnvSnapshot): unknown => {
    action = player(state, rng)
    return action
  }
  let points = 0
  for (const moment of walk({ game }, startSnapshot({ game, config }, seed), horizon, rng, { pick })) {
    ensure(moment.last?.legal !== false, where, `the solver plays ${canonical(action)} in game ${seed}, which is not legal`)
    points = moment.return
  }
  return points
}
