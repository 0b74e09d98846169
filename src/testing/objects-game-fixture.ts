/**
 * Bubbles, a game whose perception is no grid, for tests and as an example: up to four bubbles of different colours float in a field. A move
 * pops one and earns its height; then a bubble that is left may drift a step. It is over when none is left.
 */
import * as z from 'zod'
import { GameError } from '../errors.ts'
import type { GameDefinition, StepResult } from '../game.ts'
import { defineGame } from '../games/define-game.ts'
import { isRngState, type Rng, type RngState, rngFromState, seededRng } from '../rng.ts'
import type { Scene, Skin, SpriteCatalogue, Theme } from '../scene.ts'

/** Colours by name, in the order of perceptions. */
const COLOURS = { red: '#d03030', green: '#30a040', blue: '#3050d0', yellow: '#e0c020' } as const
type Colour = keyof typeof COLOURS
const NAMES = Object.keys(COLOURS) as Colour[]

/** Places along a side, in half tiles; a bubble is two of them wide. */
const PLACES = 9

/** A bubble; x from the left, y from the top, both 0..8. */
interface Bubble {
  readonly colour: Colour
  readonly x: number
  readonly y: number
}

interface BubblesConfig {
  readonly bubbles: number
}

interface BubblesState extends BubblesConfig {
  readonly objects: readonly Bubble[]
  readonly rng: RngState
}

const place = z
  .int()
  .min(0)
  .max(PLACES - 1)
const bubbles = z.int().min(1).max(NAMES.length)
const bubble = z.strictObject({ colour: z.enum(NAMES), x: place, y: place })

const state = z
  .strictObject({ bubbles, objects: z.array(bubble), rng: z.custom<RngState>(isRngState) })
  .refine(({ objects }) => inOrder(objects), { path: ['objects'], error: 'expected each colour once, in order' })
  .refine(({ objects }) => objects.every((one) => isFree(one, objects)), { path: ['objects'], error: 'two bubbles overlap' })

function inOrder(objects: readonly Bubble[]): boolean {
  const ranks = objects.map(({ colour }) => NAMES.indexOf(colour))
  return ranks.every((rank, at) => at === 0 || rank > ranks[at - 1]!)
}

/** Whether a bubble overlaps no other. */
function isFree({ colour, x, y }: Bubble, objects: readonly Bubble[]): boolean {
  return objects.every((other) => other.colour === colour || Math.abs(other.x - x) > 1 || Math.abs(other.y - y) > 1)
}

function init({ bubbles: count }: BubblesConfig, seed: number): BubblesState {
  const rng = seededRng(seed, 'bubbles')
  const objects: Bubble[] = []
  while (objects.length < count) {
    const next = { colour: NAMES[objects.length]!, x: rng.int(PLACES), y: rng.int(PLACES) }
    if (isFree(next, objects)) objects.push(next)
  }
  return { bubbles: count, objects, rng: rng.state() }
}

function step(now: BubblesState, colour: Colour): StepResult<BubblesState> {
  if (!NAMES.includes(colour)) throw new GameError(`${JSON.stringify(colour)} is not an action of Bubbles: use ${NAMES.join(', ')}.`)
  const popped = now.objects.find((one) => one.colour === colour)
  if (popped === undefined) return { state: now, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', colour }] }
  const rng = rngFromState(now.rng)
  const left = now.objects.filter((one) => one !== popped)
  const objects = left.length === 0 ? left : drifted(left, rng)
  const next = { ...now, objects, rng: rng.state() }
  return { state: next, reward: heightOf(popped), legal: true, terminated: objects.length === 0, events: [{ kind: 'popped', colour }] }
}

/** One bubble a step to the side or up or down, where there is room. */
function drifted(objects: readonly Bubble[], rng: Rng): readonly Bubble[] {
  const from = rng.pick(objects)
  const [dx, dy] = rng.pick([
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const)
  const to = { ...from, x: from.x + dx, y: from.y + dy }
  const inside = to.x >= 0 && to.x < PLACES && to.y >= 0 && to.y < PLACES
  return inside && isFree(to, objects) ? objects.map((one) => (one === from ? to : one)) : objects
}

const heightOf = ({ y }: Bubble): number => PLACES - y

const catalogues = new WeakMap<Theme, Map<number, SpriteCatalogue>>()

function draw({ objects }: BubblesState, { tile }: Skin, theme: Theme): Scene {
  const known = catalogues.get(theme) ?? new Map<number, SpriteCatalogue>()
  catalogues.set(theme, known)
  const sprites = NAMES.map((name) => ({
    width: tile,
    height: tile,
    fill: theme.board,
    shapes: [{ kind: 'circle' as const, x: tile / 2, y: tile / 2, radius: tile * 0.45, fill: COLOURS[name] }],
  }))
  const catalogue = known.get(tile) ?? { sprites }
  known.set(tile, catalogue)
  const half = Math.floor(tile / 2)
  const items = objects.map(({ colour, x, y }) => ({ sprite: NAMES.indexOf(colour), x: x * half, y: y * half }))
  const side = (PLACES + 1) * half + (tile % 2)
  return { width: side, height: side, background: theme.board, catalogue, items }
}

/** 'red 3 7', a line a bubble; 'none' for an empty field. */
function format(objects: readonly Bubble[]): string {
  return objects.length === 0 ? 'none' : objects.map(({ colour, x, y }) => `${colour} ${x} ${y}`).join('\n')
}

function parse(text: string): readonly Bubble[] | null {
  const lines = text.trim().split(/\s*\n\s*/)
  if (lines.join() === 'none') return []
  const found = lines.map((line) => /^([a-z]{3,6}) +([0-8]) +([0-8])$/.exec(line))
  const read = found.map((match) => ({ colour: match?.[1] as Colour, x: Number(match?.[2]), y: Number(match?.[3]) }))
  return found.every((match) => match !== null) && read.every(({ colour }) => NAMES.includes(colour)) && inOrder(read) ? read : null
}

/** A bubble at its place counts 1, one of the right colour elsewhere a half; divided by the larger number of bubbles. */
function agreement(truth: readonly Bubble[], read: readonly Bubble[]): number {
  const points = truth.map(({ colour, x, y }) => {
    const own = read.find((one) => one.colour === colour)
    return own === undefined ? 0 : own.x === x && own.y === y ? 1 : 0.5
  })
  const most = Math.max(truth.length, read.length)
  return most === 0 ? 1 : points.reduce<number>((sum, one) => sum + one, 0) / most
}

const highest = ({ objects }: BubblesState): Bubble[] => [...objects].sort((a, b) => heightOf(b) - heightOf(a))
const truth = (now: BubblesState): string => `highest ${highest(now)[0]?.colour}`

const definition: GameDefinition<BubblesState, Colour, BubblesConfig, readonly Bubble[]> = {
  id: 'bubbles',
  title: 'Bubbles',
  summary: 'Pop bubbles, the highest first.',
  version: 1,
  tags: ['objects'],
  config: z.strictObject({ bubbles: bubbles.default(4) }),
  knobs: { bubbles: { axis: 'perception', summary: 'bubbles on a fresh field, 1 to 4' } },
  rules: {
    init,
    configOf: ({ bubbles: count }) => ({ bubbles: count }),
    state,
    reseed: (now, seed) => ({ ...now, rng: seededRng(seed, 'bubbles', 'chance').state() }),
    actions: () => NAMES,
    legalActions: ({ objects }) => objects.map(({ colour }) => colour),
    terminated: ({ objects }) => objects.length === 0,
    step,
  },
  draw,
  perception: {
    of: ({ objects }) => objects,
    format,
    parse,
    agreement,
    layout: () => ({
      example: 'colour x y',
      how: `write a line for each bubble, in the order ${NAMES.join(', ')}: its colour, then its place from the left and from the top in half bubbles, from 0; none if there is no bubble`,
    }),
  },
  answer: {
    format: (_, colour) => colour,
    parse: (text) => {
      const colour = NAMES.find((name) => name === text.trim())
      return colour === undefined ? { reason: 'The answer is not one colour.' } : { action: colour }
    },
    layout: () => ({ example: 'colour', how: 'put the colour of one bubble and nothing else' }),
  },
  text: {
    rules: () =>
      'The picture shows bubbles in a field. A move pops one; you earn more the higher it is. Then another bubble may drift a little.\n\nAction: the colour of a bubble.',
    feedback: (last) => (last === null || last.legal ? '' : 'Your last answer popped nothing.'),
  },
  expert: { solver: (now) => highest(now).map((one) => ({ action: one.colour, score: heightOf(one) })) },
  teacher: {
    teach: (now, { blind }) => ({ think: truth(now), action: (blind ? now.objects[0] : highest(now)[0])!.colour }),
    judge: (now, think) => (/^highest [a-z]+$/.test(think) ? [{ start: 0, end: think.length, holds: think === truth(now) }] : []),
  },
}

/** The game; see the head of this file. */
export const bubblesGame = defineGame(definition)
