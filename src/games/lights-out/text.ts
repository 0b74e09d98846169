/** Every text of Lights Out but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, ParsedAction, PerceptionFacet, SectionLayout, Statement } from '../../game.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { linesIn } from '../shared/statements.ts'
import { type Edge, NODES_MAX, NODES_MIN } from './rules.ts'
import type { ConfigLightsOut, StateLightsOut } from './state.ts'

/** Names of the nodes: A, B, C, … */
export const NAMES: readonly string[] = Array.from({ length: NODES_MAX }, (_, node) => String.fromCharCode(65 + node))

/** A graph as it is seen: by node its light (1 is on), and its edges in order. */
export interface SeenGraph {
  readonly lights: readonly number[]
  readonly edges: readonly Edge[]
}

/** A line a node: 'A on: B C', with the neighbours that come later in the alphabet; '-' for none. So each edge is told once. */
function format({ lights, edges }: SeenGraph): string {
  return lights
    .map((on, node) => {
      const later = edges.filter(([from]) => from === node).map(([, to]) => NAMES[to])
      return `${NAMES[node]} ${on === 1 ? 'on' : 'off'}: ${later.length === 0 ? '-' : later.join(' ')}`
    })
    .join('\n')
}

const LINE = /^\s*([A-L])\s+(on|off)\s*:\s+(-|[A-L](?:\s+[A-L])*)\s*$/

/** The lines of a text as name, light and neighbours, each with its place; null unless they are all in the grammar and the nodes in order. */
function read(text: string): { readonly start: number; readonly line: string; readonly match: RegExpExecArray }[] | null {
  if (text.length > 1024) return null
  const out = []
  for (const { text: line, start } of linesIn(text)) {
    const match = LINE.exec(line)
    if (match === null || match[1] !== NAMES[out.length]) return null
    out.push({ start, line, match })
  }
  return out.length === 0 ? null : out
}

/** The nodes of a list of names; ascending, each once, after `node`; else null. */
function laterNodes(list: string, node: number, nodes: number): number[] | null {
  if (list === '-') return []
  const later = list.split(/\s+/).map((name) => NAMES.indexOf(name))
  return later.every((to, at) => to > (at === 0 ? node : later[at - 1]!) && to < nodes) ? later : null
}

function parse(text: string): SeenGraph | null {
  const lines = read(text)
  if (lines === null) return null
  const edges: Edge[] = []
  for (const [node, { match }] of lines.entries()) {
    const later = laterNodes(match[3]!, node, lines.length)
    if (later === null) return null
    for (const to of later) edges.push([node, to])
  }
  return { lights: lines.map(({ match }) => (match[2] === 'on' ? 1 : 0)), edges }
}

/** Right lights and edges that both name, divided by the larger number of nodes and the edges that either names. */
function agreement(truth: SeenGraph, other: SeenGraph): number {
  const own = new Set(truth.edges.map(String))
  const shared = other.edges.filter((edge) => own.has(String(edge))).length
  const either = own.size + other.edges.length - shared
  const right = truth.lights.filter((on, node) => other.lights[node] === on).length
  return (right + shared) / (Math.max(truth.lights.length, other.lights.length) + either)
}

/** Two statements a node: its light, and its list of later neighbours. */
function judge(truth: SeenGraph, text: string): Statement[] {
  const lines = parse(text) === null ? null : read(text)
  return (lines ?? []).flatMap(({ start, line, match }, node) => {
    const [, , light, list] = match
    const from = line.indexOf(light!, line.indexOf(match[1]!) + 1)
    const to = line.indexOf(list!, line.indexOf(':'))
    const later = truth.edges.filter((edge) => edge[0] === node).map((edge) => NAMES[edge[1]])
    return [
      { start: start + from, end: start + from + light!.length, holds: truth.lights[node] === (light === 'on' ? 1 : 0) },
      {
        start: start + to,
        end: start + to + list!.length,
        holds: node < truth.lights.length && list!.replace(/\s+/g, ' ') === (later.join(' ') || '-'),
      },
    ]
  })
}

/** Nodes with their lights, and edges. */
export const perception: PerceptionFacet<StateLightsOut, ConfigLightsOut, SeenGraph> = {
  of: ({ lights, edges }) => ({ lights: [...lights], edges: edges.map(([from, to]): Edge => [from, to]) }),
  format,
  parse,
  agreement,
  judge,
  layout: ({ nodes }) => ({
    example: NAMES.slice(0, nodes)
      .map((name) => `${name} light: nodes`)
      .join('\n'),
    how: 'write a line for each node, in the order of the alphabet: its letter, on or off, a colon, and the letters of those nodes that an edge joins it with and that come later in the alphabet, in order, or - if there are none; so each edge is named once',
  }),
  told: (state, { lights, edges }) => (lights.length === state.nodes ? { ...state, lights: [...lights], edges } : null),
}

const lettersOf = ({ nodes }: Pick<ConfigLightsOut, 'nodes'>): string => `one letter from A to ${NAMES[nodes - 1]}`

/** The node's letter. */
export const formatAction = (action: number): string => NAMES[action]!

/** Exactly one capital letter of a node, with white space around it. */
export function parseAction(text: string, state: StateLightsOut): ParsedAction<number> {
  const action = text.length > 256 ? -1 : NAMES.indexOf(text.trim())
  return action >= 0 && action < state.nodes ? { action } : { reason: shownAnswer(text, lettersOf(state)) }
}

/** How an answer is written. */
export const answerLayout = (config: ConfigLightsOut): SectionLayout => ({ example: 'X', how: `put ${lettersOf(config)} and nothing else` })

/** Goal, rules and actions. */
export function rules(config: ConfigLightsOut): string {
  return [
    `The picture shows a graph of ${config.nodes} nodes, discs with the letters A to ${NAMES[config.nodes - 1]}, and edges, straight lines between them. A yellow disc is a light that is on, a dark one a light that is off.`,
    ...(config.crossings ? ['Two lines may cross; they are joined at their ends alone.'] : []),
    '',
    'Rules',
    '- One move presses a node. Its light and the lights of all nodes that an edge joins it with change: on to off, off to on.',
    '- A light that goes out earns 1 point, one that comes on costs 1 point.',
    `- When all lights are out you earn ${config.nodes} points more, and the game is over.`,
    '',
    'Action: the letter of the node to press.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateLightsOut>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateLightsOut>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was pressed.'
  if (event.kind === 'ended') return 'The game is over: all lights are out.'
  return `${NAMES[event.action as number]} was refused: the game is over.`
}

/** Changes in the number of lights that are on. */
const CHANGES: readonly string[] = Array.from({ length: 2 * NODES_MAX + 1 }, (_, i) => changeWord(i - NODES_MAX))

/** '+2', '0' or '-3'. */
export function changeWord(change: number): string {
  return change > 0 ? `+${change}` : String(change)
}

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'lights-out',
  ...Array.from({ length: NODES_MAX - NODES_MIN + 1 }, (_, i) => ` ${NODES_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...NAMES.flatMap((name) => [name, `\n${name}`, ` ${name}`]),
  ...[' on:', ' off:', ' -', '\nlit', '\nchange', '\nneed'],
  ...CHANGES.filter((word) => !/^[3-9]$|^1[0-2]$/.test(word)).map((word) => ` ${word}`),
]

/** The texts for the embedded engine: 'lights-out 8', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateLightsOut, ConfigLightsOut> = {
  prompt: ({ nodes }) => `lights-out ${nodes}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
