/** What a game's config allows, read from its schema, for people and for JSON. */
import * as z from 'zod'
import type { AnyGame, Axis } from '../game.ts'

/** A knob as it is listed. `range`: '3..6', 'a | b', or the type where the schema says no more. */
export interface KnobRow {
  readonly name: string
  readonly default: unknown
  readonly range: string
  readonly axis: Axis
  readonly summary: string
}

interface FieldSchema {
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly FieldSchema[]
}

/** The knobs of a game in the order the game documents them. */
export function knobRows(game: AnyGame): KnobRow[] {
  const defaults = game.config.parse({}) as { [name: string]: unknown }
  const fields = fieldsOf(game)
  return Object.entries(game.knobs).map(([name, { axis, summary }]) => ({
    name,
    default: defaults[name],
    range: rangeOf(fields[name] ?? {}),
    axis,
    summary,
  }))
}

function fieldsOf(game: AnyGame): { readonly [name: string]: FieldSchema } {
  const schema = z.toJSONSchema(game.config, { unrepresentable: 'any', io: 'input' }) as { properties?: { [name: string]: FieldSchema } }
  return schema.properties ?? {}
}

function rangeOf(field: FieldSchema): string {
  if (field.const !== undefined) return String(field.const)
  if (field.enum !== undefined) return field.enum.join(' | ')
  if (field.anyOf !== undefined) return field.anyOf.map(rangeOf).join(' | ')
  if (field.type === 'boolean') return 'true | false'
  const bounded = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER
  const { minimum, maximum, type = 'any' } = field
  if (bounded(minimum) && bounded(maximum)) return `${minimum}..${maximum}`
  if (bounded(minimum)) return `${minimum} or more`
  return bounded(maximum) ? `up to ${maximum}` : type
}
