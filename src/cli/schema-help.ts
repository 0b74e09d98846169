/** Help text from a schema and the values that stand in it, so that help and checks cannot disagree. */
import { Help } from 'commander'
import * as z from 'zod'

interface Node {
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: { readonly [key: string]: Node }
  readonly items?: Node
}

/** A field: its dotted path, what it is, and its value. Of a list of objects the first element is shown. */
interface Field {
  readonly path: string
  readonly text: string
  readonly value: unknown
}

/** The fields of one part of a config. The title is empty for the fields that belong to no part. */
interface Group {
  readonly title: string
  readonly fields: readonly Field[]
}

/** Columns of the terminal that help is written for. */
export const helpWidth = (): number => Math.max(40, process.stdout.columns ?? 80)

/** Text broken at words into lines of at most `width`. */
export function wrapWords(text: string, width: number): string[] {
  return new Help().boxWrap(text, Math.max(20, width)).split('\n')
}

/** Widest left column, characters; a longer field has its text on the lines below. */
const LEFT = 34

/**
 * A line or more for every field, in groups: 'rl.steps=100  what it is (least to most)', with the value that it has in `values`, wrapped
 * at words. What stands on the left is what `--set` takes.
 */
export function fieldLines(schema: z.ZodType, values: unknown, width: number = helpWidth()): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  return groupsOf(root, '', values).flatMap((group, at) => (at > 0 ? ['', ...groupLines(group, width)] : groupLines(group, width)))
}

function groupLines({ title, fields }: Group, width: number): string[] {
  const lefts = fields.map(({ path, value }) => (value === undefined ? path : `${path}=${shown(value)}`))
  const column = Math.min(LEFT, Math.max(...lefts.map(({ length }) => length)))
  const rows = fields.flatMap(({ text }, at) => {
    const left = lefts[at]!
    const lines = wrapWords(text, width - column - 4).map((line) => `${' '.repeat(column + 4)}${line}`.trimEnd())
    if (left.length > column) return [`  ${left}`, ...lines]
    return [`  ${left.padEnd(column)}  ${lines[0]!.trimStart()}`.trimEnd(), ...lines.slice(1)]
  })
  return title === '' ? rows : [...wrapWords(title, width), ...rows]
}

/** A value as `--set` takes it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The group of an object's own fields, then the groups of the objects in it. */
function groupsOf(node: Node, path: string, value: unknown): Group[] {
  const isList = node.properties === undefined
  const place = isList ? `${path}.0` : path
  const held = (isList ? (value as readonly unknown[] | undefined)?.[0] : value) as { readonly [key: string]: unknown } | undefined
  const children = Object.entries(node.properties ?? node.items?.properties ?? {}).map(([key, child]) => {
    return { child, at: place === '' ? key : `${place}.${key}`, own: held?.[key] }
  })
  const isLeaf = ({ child }: (typeof children)[number]): boolean => child.properties === undefined && child.items?.properties === undefined
  const fields = children.filter(isLeaf).flatMap(({ child, at, own }) => fieldsOf(at, valueText(child), own))
  const more = isList && Array.isArray(value) && value.length > 1 ? `; likewise ${path}.1 to ${path}.${value.length - 1}` : ''
  const title = place === '' ? '' : `${place}${node.description === undefined ? '' : `: ${node.description}`}${more}`
  const inner = children.filter((one) => !isLeaf(one)).flatMap(({ child, at, own }) => groupsOf(child, at, own))
  return fields.length === 0 ? inner : [{ title, fields }, ...inner]
}

/** A field of free form has a line for every key that stands in it. */
function fieldsOf(path: string, text: string, value: unknown): Field[] {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (keys.length === 0) return [{ path, text, value }]
  return keys.map(([key, own], at) => ({ path: `${path}.${key}`, text: at === 0 ? text : '', value: own }))
}

/** What a field is, with its choices or limits. */
function valueText(node: Node): string {
  return `${node.description ?? ''}${rangeOf(node)}`.trim()
}

function rangeOf(node: Node): string {
  const choices = node.enum ?? node.items?.enum
  if (choices) return ` (${choices.join(' | ')})`
  const { minimum, maximum } = node
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  if (low !== undefined && high !== undefined) return ` (${low} to ${high})`
  if (low !== undefined) return ` (${low} or more)`
  return high === undefined ? '' : ` (at most ${high})`
}
