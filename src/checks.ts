/**
 * Values from outside against a schema, with reasons for people: what was given, and what could be given instead. The words come from the
 * schema's own limits, so that no reason speaks the language of the schema library.
 */
import type * as z from 'zod'
import { ConfigError } from './errors.ts'
import { nodeOf, type Schema, type SchemaNode } from './schema.ts'
import { didYouMean, nearest } from './suggest.ts'

/** Checks a value; throws ConfigError that names every unknown key (with a guess at what was meant) and every wrong value. `what`: 'the …'. */
export function checkConfig<T>(schema: Schema<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ConfigError(`${what} is refused: ${schemaReasons(schema, parsed.error, value).join('; ')}`, { cause: parsed.error })
}

/** What is wrong with a value, a reason for each wrong place: 'rl.steps cannot be -1 (give a whole number, 0 or more)'. */
export function schemaReasons(schema: Schema, error: z.core.$ZodError, value: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const node = nodeAt(schema, issue.path)
    if (issue.code !== 'unrecognized_keys') return [wrongValue(issue, node, value)]
    const known = Object.keys(node?.properties ?? {})
    return issue.keys.map((key) => `unknown key ${JSON.stringify([...issue.path, key].join('.'))}${didYouMean(key, known)}`)
  })
}

function wrongValue({ path, code, message }: z.core.$ZodIssue, node: SchemaNode | undefined, value: unknown): string {
  const given = path.reduce<unknown>((at, key) => (at as { [key: PropertyKey]: unknown } | null | undefined)?.[key], value)
  const place = path.map(String).join('.') || 'it'
  const reason = code === 'custom' ? message : wanted(node)
  if (given === undefined) return `${place} is missing${reason === '' ? '' : ` (${reason})`}`
  const guess = typeof given === 'string' ? nearest(given, (node?.enum ?? []).map(String)) : undefined
  const hints = [...(guess === undefined ? [] : [`did you mean "${guess}"?`]), ...(reason === '' ? [] : [reason])]
  return `${place} cannot be ${shown(given)}${hints.length === 0 ? '' : ` (${hints.join(' ')})`}`
}

/** A value in at most 60 characters. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** 'give a whole number from 3 to 6'; '' where the schema does not say. */
function wanted(node: SchemaNode | undefined): string {
  const kinds = node === undefined ? [] : kindsOf(node)
  const [last, ...others] = [...new Set(kinds)].reverse()
  if (last === undefined) return ''
  return `give ${others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`}`
}

function kindsOf(node: SchemaNode): string[] {
  if (node.anyOf !== undefined) return node.anyOf.flatMap(kindsOf)
  if (node.const !== undefined) return [JSON.stringify(node.const)]
  if (node.enum !== undefined) return node.enum.map((choice) => JSON.stringify(choice))
  return node.type === undefined ? [] : [kindOf(node.type, node)]
}

function kindOf(type: string, node: SchemaNode): string {
  if (type === 'integer' || type === 'number') return numberWords(type, node)
  if (type === 'string') return (node.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text'
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return (node.minItems ?? 0) > 0 ? 'a list that is not empty' : 'a list'
  if (type === 'object') return 'an object in braces'
  return type
}

const limit = (value: number | undefined): number | undefined =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined

function numberWords(type: string, node: SchemaNode): string {
  const noun = `${type === 'integer' ? 'a whole number' : 'a number'}${node.multipleOf !== undefined && node.multipleOf !== 1 ? ` that ${node.multipleOf} divides` : ''}`
  const [low, high] = [limit(node.minimum), limit(node.maximum)]
  const [above, below] = [limit(node.exclusiveMinimum), limit(node.exclusiveMaximum)]
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`
  const bounds = [
    ...(low === undefined ? [] : [`${low} or more`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(high === undefined ? [] : [`${high} at most`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ]
  return bounds.length === 0 ? noun : `${noun}, ${bounds.join(' and ')}`
}

/** The place of a schema that a path leads to; undefined where it leads nowhere, or into one of several forms. */
function nodeAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, key) => {
    const next = typeof key === 'number' ? node?.items : (node?.properties?.[String(key)] ?? node?.additionalProperties)
    return next && nodeOf(next)
  }, nodeOf(schema))
}
