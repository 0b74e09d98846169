/**
 * What the project asks of a schema, so that one of zod and one of zod/mini will do; and what a schema says of its places. A page that plays
 * loads this in place of zod's JSON Schema, which is many times as large.
 */
import type * as z from 'zod'

/** A schema of zod or of zod/mini. */
export interface Schema<T = unknown> extends z.core.$ZodType<T> {
  parse(value: unknown): T
  safeParse(value: unknown): z.core.util.SafeParseResult<NoInfer<T>>
}

/** A place of a schema, in the words of JSON Schema; a field that is absent says nothing. */
export interface SchemaNode {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaNode[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly properties?: { readonly [key: string]: z.core.$ZodType }
  readonly additionalProperties?: z.core.$ZodType
  readonly items?: z.core.$ZodType
}

/** What a schema says of the values that it takes; {} where nothing can be said. */
export function nodeOf(schema: z.core.$ZodType): SchemaNode {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'string':
      return { type: 'string', ...withoutUndefined({ minLength: leastLength(schema) }) }
    case 'number':
      return numberNode(schema)
    case 'boolean':
    case 'null':
      return { type: def.type }
    case 'literal':
      return def.values.length === 1 ? { const: def.values[0] } : { enum: def.values }
    case 'enum':
      return { enum: Object.values(def.entries) }
    case 'array':
      return { type: 'array', items: def.element, ...withoutUndefined({ minItems: leastLength(schema) }) }
    case 'object':
      return { type: 'object', properties: def.shape, ...withoutUndefined({ additionalProperties: def.catchall }) }
    case 'record':
      return { type: 'object', additionalProperties: def.valueType }
    case 'union':
      return { anyOf: def.options.map(nodeOf) }
    case 'nullable':
      return { anyOf: [nodeOf(def.innerType), { type: 'null' }] }
    case 'optional':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return nodeOf(def.innerType)
    case 'pipe':
      return nodeOf(def.in)
    case 'lazy':
      return nodeOf(def.getter())
    default:
      return {}
  }
}

/** The checks of a schema; one with a format of its own is its first check. */
function checksOf(schema: z.core.$ZodType): z.core.$ZodChecks['_zod']['def'][] {
  const { def } = schema._zod
  const own = 'check' in def ? [def as unknown as z.core.$ZodChecks['_zod']['def']] : []
  return [...own, ...(def.checks ?? []).map((check) => (check as z.core.$ZodChecks)._zod.def)]
}

function numberNode(schema: z.core.$ZodType): SchemaNode {
  const node: { -readonly [field in keyof SchemaNode]: SchemaNode[field] } = { type: 'number' }
  for (const check of checksOf(schema)) {
    if (check.check === 'number_format' && check.format.includes('int')) node.type = 'integer'
    if (check.check === 'multiple_of') node.multipleOf = Number(check.value)
    if (check.check === 'greater_than') {
      const field = check.inclusive ? 'minimum' : 'exclusiveMinimum'
      node[field] = Math.max(node[field] ?? Number.NEGATIVE_INFINITY, Number(check.value))
    }
    if (check.check === 'less_than') {
      const field = check.inclusive ? 'maximum' : 'exclusiveMaximum'
      node[field] = Math.min(node[field] ?? Number.POSITIVE_INFINITY, Number(check.value))
    }
  }
  return node
}

/** The least length of a text or a list; undefined where any will do. */
function leastLength(schema: z.core.$ZodType): number | undefined {
  const lengths = checksOf(schema).flatMap((check) =>
    check.check === 'min_length' ? [check.minimum] : check.check === 'length_equals' ? [check.length] : [],
  )
  return lengths.length === 0 ? undefined : Math.max(...lengths)
}

function withoutUndefined<T extends object>(fields: T): { [field in keyof T]: Exclude<T[field], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
