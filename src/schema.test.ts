import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { checkConfig } from './checks.ts'
import { loadGames } from './games/index.ts'
import { skinSchema, specConfig } from './gym/index.ts'
import { evalConfig } from './jobs/eval-config.ts'
import { nodeOf, type Schema, type SchemaNode } from './schema.ts'
import { teachConfig } from './teach/config.ts'
import { trainConfig } from './train/config.ts'

const games = await loadGames()

/** A place as zod's own JSON Schema says it. */
type Place = { readonly [field: string]: unknown }

const PLAIN = ['type', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'minItems'] as const
const SAFE = ['minimum', 'maximum'] as const

/** Bounds at the ends of the safe integers are those of every whole number. */
const bound = (value: unknown): unknown => (Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER ? undefined : value)

/** Places compared, at and below one. */
function compared(schema: z.core.$ZodType, place: Place, where: string): number {
  const node = nodeOf(schema)
  const fields = (from: Place | SchemaNode): unknown => ({
    ...Object.fromEntries(PLAIN.map((name) => [name, (from as Place)[name]])),
    ...Object.fromEntries(SAFE.map((name) => [name, bound((from as Place)[name])])),
    const: (from as Place).const,
    enum: (from as Place).enum,
  })
  const types = Array.isArray(place.type) ? (place.type as unknown[]) : []
  // An enum says its type in JSON Schema, too; its values say as much. Several types are several forms.
  const said = place.enum === undefined && place.const === undefined && types.length === 0 ? place : { ...place, type: undefined }
  expect(fields(node), where).toEqual(fields(said))
  expect((node.anyOf ?? []).map(({ type }) => type).filter(Boolean), where).toEqual(
    ((place.anyOf ?? place.oneOf ?? types.map((type) => ({ type }))) as Place[])
      .filter((one) => one.enum === undefined && one.const === undefined)
      .flatMap(({ type }) => type ?? []),
  )
  let count = 1
  for (const [key, inner] of Object.entries(node.properties ?? {}))
    count += compared(inner, (place.properties as { [key: string]: Place })[key]!, `${where}.${key}`)
  if (node.items) count += compared(node.items, place.items as Place, `${where}[]`)
  return count
}

const SCHEMAS: { readonly [name: string]: z.core.$ZodType } = {
  trainConfig,
  evalConfig,
  teachConfig,
  specConfig,
  skinSchema,
  ...Object.fromEntries(
    games.flatMap(({ id, config, rules }) => [
      [`${id} config`, config],
      [`${id} state`, rules.state],
    ]),
  ),
}

describe('nodeOf', () => {
  it.each(Object.entries(SCHEMAS))('says of %s what the JSON Schema of zod says', (name, schema) => {
    const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input', reused: 'inline' }) as Place
    expect(compared(schema, json, name)).toBeGreaterThan(1)
  })

  it('looks through what wraps a schema', () => {
    const inner = z.number().min(1).max(3)
    const wrapped = [inner.optional(), inner.default(1), inner.prefault(1), inner.readonly(), inner.pipe(z.any()), z.lazy(() => inner)]
    for (const schema of wrapped) expect(nodeOf(schema)).toEqual({ type: 'number', minimum: 1, maximum: 3 })
    expect(nodeOf(inner.nullable())).toEqual({ anyOf: [{ type: 'number', minimum: 1, maximum: 3 }, { type: 'null' }] })
  })
})

describe('a refused value', () => {
  const given = z.strictObject({
    whole: z.int().min(2).optional(),
    list: z.array(z.strictObject({ name: z.string().min(1) })).optional(),
    by: z.record(z.string(), z.number().positive()).optional(),
    kind: z.enum(['small', 'large']).nullable().optional(),
  }) as Schema
  it.each([
    [{ whole: 1 }, 'whole cannot be 1 (give a whole number, 2 or more)'],
    [{ list: [{ name: '' }] }, 'list.0.name cannot be "" (give a text that is not empty)'],
    [{ by: { one: 0 } }, 'by.one cannot be 0 (give a number, above 0)'],
    [{ kind: 'smal' }, 'kind cannot be "smal" (give "small", "large" or null)'],
    [{ whol: 3 }, 'unknown key "whol" (did you mean "whole"?)'],
    [{ list: [{ name: 'a', nam: 1 }] }, 'unknown key "list.0.nam" (did you mean "name"?)'],
    [5, 'it cannot be 5 (give an object in braces)'],
  ])('%j is told by its place, with what could be given', (value, reason) => {
    expect(() => checkConfig(given, value, 'it')).toThrow(`it is refused: ${reason}`)
  })
})
