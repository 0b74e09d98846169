/** The gym's hot paths on one core: stepping, drawing, PNG, groups of replies; and what the machine could do at most. */
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { drawPng, drawState, playGroup } from 'vlm-gym'
import { frameToRgba } from 'vlm-gym/render'
import { GAMES, groupsOf, inTurn, walk } from './cases.mjs'
import { measure, row, share } from './measure.mjs'

export async function gymBench() {
  const rows = []
  for (const one of GAMES) rows.push(...(await gameRows(one)))
  return rows
}

async function gameRows(one) {
  const { id, game, skin, targets } = one
  const path = walk(one, 512)
  const frame = drawState(game, path[0].state, skin)
  const { pixels, width, height } = frame
  const shape = `${id}, ${width}×${height}${frame.palette ? '' : ' RGB'}`
  const target = new Uint8Array(pixels.length)
  const [next, mixed, encoded, stepped] = [path, scattered(path), path, path].map(inTurn)
  const drawn = (from) => {
    const { state, action } = from()
    return drawState(game, game.rules.step(state, action).state, skin)
  }
  const cases = [
    { name: `${shape}: the machine copies such a frame`, work: () => target.set(pixels) },
    { name: `${shape}: the machine allocates and copies such a frame`, work: () => new Uint8Array(pixels) },
    { name: `${shape}: step + frame, a fresh buffer each`, work: () => drawn(next), target: targets.frame },
    { name: `${shape}: step + frame, states of many games in turn`, work: () => drawn(mixed) },
    { name: `${id}: step`, work: () => step(game, stepped()) },
  ]
  if (targets.png)
    cases.push({ name: `${shape}: step + PNG bytes`, work: () => drawPng(game, step(game, encoded()).state, skin), target: targets.png })
  if (targets.groups) {
    const groups = groupsOf(one, 1000)
    const length = Math.round(groups.flatMap(({ replies }) => replies.map((reply) => reply.length)).reduce((a, b) => a + b) / 5000)
    const nextGroup = inTurn(groups)
    const work = () => {
      const { state, replies } = nextGroup()
      return playGroup(game, state, replies, { chance: 'shared' })
    }
    cases.push({ name: `${id}: groups of 5 full replies (mean ${length} characters), scored`, work, target: targets.groups })
  }
  const rows = await measure(cases.map((one) => ({ unit: '/s', perCall: 1, ...one })))
  rows.push(share(`${shape}: step + frame, share of allocate + copy`, rows[2], rows[1]))
  if (targets.png) rows.push(...sizeRows(one, path, shape))
  return rows
}

function step(game, { state, action }) {
  return game.rules.step(state, action)
}

/** The same states in an order in which neighbours are of different games or far apart. */
function scattered(path) {
  return path.map((_, i) => path[(i * 191) % path.length])
}

/** Size of our PNGs against what stock encoders make of the same pixels at their defaults: pngjs, and zlib on the unfiltered indices. */
function sizeRows({ game, skin }, path, shape) {
  const sizes = path
    .filter((_, i) => i % 64 === 0)
    .map(({ state }) => {
      const frame = drawState(game, state, skin)
      const { width, height, pixels, palette } = frame
      const stock = new PNG({ width, height })
      stock.data = Buffer.from(frameToRgba(frame).buffer)
      const lines = Buffer.alloc(height * (width + 1))
      for (let y = 0; y < height; y++) lines.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
      const around = 8 + 25 + 12 + palette.length + 12 + 12
      return { own: drawPng(game, state, skin).length, stock: PNG.sync.write(stock).length, zlib: deflateSync(lines).length + around }
    })
  return [
    row(
      `${shape}: PNG size`,
      'bytes',
      sizes.map(({ own }) => own),
    ),
    row(
      `${shape}: PNG size, share of pngjs at its default`,
      '%',
      sizes.map(({ own, stock }) => (100 * own) / stock),
      100,
      true,
    ),
    row(
      `${shape}: PNG size, share of zlib at its default on the indices`,
      '%',
      sizes.map(({ own, zlib }) => (100 * own) / zlib),
    ),
  ]
}
