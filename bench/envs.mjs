/** Vector envs: what the batch costs, how it grows to 100,000 live envs, and two workers against one core. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { drawState, frameOf, playReply, VectorEnv } from 'vlm-gym'
import { openVectorEnv } from 'vlm-gym/workers'
import { GAMES, groupsOf, inTurn } from './cases.mjs'
import { measure, now, processorTime, row } from './measure.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

export async function envsBench() {
  const games = GAMES.filter(({ targets }) => targets.groups)
  const rows = []
  for (const one of games) rows.push(...(await single(one)), ...scale(one))
  for (const one of games) rows.push(...(await workers(one)))
  return rows
}

/** A vector of one env against the bare game: the same replies played, scored and drawn. */
async function single({ id, game, skin, spec }) {
  const replies = groupsOf({ game, spec }, 200).flatMap((group) => group.replies)
  const [one, two] = [inTurn(replies), inTurn(replies)]
  let state = game.rules.init(spec.config, 1)
  const bare = () => {
    state = playReply(game, state, one()).result.state
    if (game.rules.terminated(state)) state = game.rules.init(spec.config, 1)
    return drawState(game, state, skin)
  }
  const envs = new VectorEnv([spec], { seed: 1, autoreset: 'same-step' })
  const vector = () => frameOf(envs.step([two()])[0].observation)
  const rows = await measure([
    { name: `${id}: bare game, reply + frame`, unit: '/s', perCall: 1, work: bare },
    { name: `${id}: vector of one env, reply + frame`, unit: '/s', perCall: 1, work: vector },
  ])
  const overhead = rows[0].rounds.map((value, i) => 100 * (value / rows[1].rounds[i] - 1))
  return [...rows, row(`${id}: vector of one env, overhead over the bare game`, '%', overhead, 20, true)]
}

/** Memory of 100,000 live envs that have all played, and the time of a step per env against that of 10,000. */
function scale({ id, game, spec }) {
  const replies = groupsOf({ game, spec }, 200).flatMap((group) => group.replies)
  const play = (count) => {
    collect()
    const before = process.memoryUsage().heapUsed
    const envs = new VectorEnv(new Array(count).fill(spec), { seed: 1 })
    const times = []
    for (let turn = 0; turn < 3; turn++) {
      const batch = Array.from({ length: count }, (_, i) => replies[(i * 7 + turn) % replies.length])
      const start = now()
      envs.step(batch)
      times.push((now() - start) / count)
    }
    collect()
    const bytes = process.memoryUsage().heapUsed - before
    envs.reset(0)
    return { time: times.sort((a, b) => a - b)[1], bytes }
  }
  play(1000)
  const many = Array.from({ length: 3 }, () => ({ small: play(10_000), large: play(100_000) }))
  return [
    row(
      `${id}: 100,000 live envs, memory`,
      'MB',
      many.map(({ large }) => large.bytes / 1e6),
      200,
      true,
    ),
    row(
      `${id}: 100,000 live envs, time of a step per env against 10,000 envs`,
      '×',
      many.map(({ small, large }) => large.time / small.time),
      1.2,
      true,
    ),
  ]
}

const ENVS = 64
const WARM_UP = 1000

/** The same batch without workers and with two, every picture drawn. */
async function workers({ id, game, spec }) {
  const replies = groupsOf({ game, spec }, 200).flatMap((group) => group.replies)
  const specs = new Array(ENVS).fill(spec)
  const batches = Array.from({ length: 50 }, (_, turn) => specs.map((_, i) => replies[(turn * ENVS + i) % replies.length]))
  const alone = new VectorEnv(specs, { seed: 1 })
  const shared = await openVectorEnv(specs, { seed: 1, workers: 2 })
  const into = new VectorEnv(specs, { seed: 1 })
  const [one, reused, two] = [inTurn(batches), inTurn(batches), inTurn(batches)]
  const frames = into.observe().map(frameOf)
  const onOne = () => alone.step(one()).map(({ observation }) => frameOf(observation))
  const onOneInto = () => {
    into.step(reused())
    for (const [env, frame] of frames.entries()) into.drawInto(env, frame)
  }
  const onTwo = () => shared.step(two())
  // Each worker compiles its own code, and has half of the work to do it in.
  for (let i = 0; i < WARM_UP; i++) await onTwo()
  const rows = await measure(
    [
      { name: `${id}: ${ENVS} envs on one core, reply + frame`, unit: '/s', perCall: ENVS, work: onOne },
      { name: `${id}: ${ENVS} envs on one core, reply + frame drawn over the last one`, unit: '/s', perCall: ENVS, work: onOneInto },
      { name: `${id}: ${ENVS} envs on two workers, reply + frame`, unit: '/s', perCall: ENVS, work: onTwo },
    ],
    { milliseconds: 300 },
  )
  const gain = (from) => rows[2].rounds.map((value, i) => value / rows[from].rounds[i])
  const costs = []
  for (let round = 0; round < 3; round++) costs.push((await cost(onTwo)) / (await cost(onOne)))
  await shared.close()
  return [
    ...rows,
    row(`${id}: two workers against one core`, '×', gain(0), 1.8),
    row(`${id}: two workers against one core that draws over its last frames`, '×', gain(1)),
    row(`${id}: processor time with two workers, main thread included, against one core`, '×', costs),
  ]
}

/** Processor time of 20 calls, all threads together, milliseconds. */
async function cost(work) {
  const start = processorTime()
  for (let i = 0; i < 20; i++) await work()
  return processorTime() - start
}
