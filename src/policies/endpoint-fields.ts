/**
 * Fields that a server may refuse and that a request can do without. One that is refused is left out from then on, or called by its other
 * name, and the run says so. Only a field that no request has passed with is taken for the cause, and only if the server names it.
 */
import type { FailedAnswer } from './endpoint-errors.ts'
import { isObject, type JsonObject, mergeBody } from './request-edits.ts'
import type { OptionalField, Wire } from './wire.ts'

/** Which fields are sent, and under which name. */
export interface Fields {
  /** The body as the server takes it, as far as is known. */
  fit(body: JsonObject): JsonObject
  /** The field that a refusal is about, if it is one that this body had and no other did before. */
  refused(answer: FailedAnswer, body: JsonObject): OptionalField | null
  /** Leaves a field out, or calls it by its next name. `words`: of the server. */
  drop(field: OptionalField, words: string, body: JsonObject): void
  /** A body has been answered: its fields are taken from now on. */
  passed(body: JsonObject): void
  /** What was left out and why, a sentence each: once a request has passed without it. */
  readonly notes: readonly string[]
}

/** Statuses of a server that does not like what it was sent. */
const REFUSED = [400, 406, 415, 422]

/** How messages call the fields, and what follows from their absence. */
const CALLED: Readonly<Record<OptionalField, string>> = {
  seed: 'so the same request may be answered otherwise the next time',
  temperature: 'so replies are drawn as the server likes',
  maxTokens: 'so replies are as long as the server likes',
}

/** Says that a value is too large or too small, which is no refusal of the field. */
const RANGE = /too (large|small|big|high|low|long)|at (most|least)|maximum|minimum|exceed|greater|less than|between|range|context/i

const FIELDS = Object.keys(CALLED) as OptionalField[]

/** Fresh knowledge of a server: everything is sent. `edited`: the caller's own changes, which nobody else changes. */
export function optionalFields(wire: Wire, edited: JsonObject): Fields {
  const at: Record<OptionalField, number> = { seed: 0, temperature: 0, maxTokens: 0 }
  const known = new Set<string>()
  const notes: string[] = []
  const unproven: string[] = []
  const placeOf = (field: OptionalField): readonly string[] | undefined => wire.places[field][at[field]]
  const isEdited = (field: OptionalField): boolean => wire.places[field].some((path) => valueAt(edited, path) !== undefined)
  return {
    notes,
    fit: (body) =>
      FIELDS.reduce((out, field) => {
        const [from] = wire.places[field]
        const to = placeOf(field)
        if (from === undefined || to === from) return out
        const value = valueAt(out, from)
        const without = mergeBody(out, nested(from, null))
        return to === undefined || value === undefined ? without : mergeBody(without, nested(to, value))
      }, body),
    refused: ({ status, words, error }, body) => {
      if (!REFUSED.includes(status)) return null
      const said = `${words} ${isObject(error) && typeof error.param === 'string' ? error.param : ''}`
      const named = FIELDS.filter((field) => {
        if (isEdited(field)) return false
        return wire.places[field].some(
          (path) => valueAt(body, path) !== undefined && !known.has(path.join('.')) && names(said, path.at(-1) as string),
        )
      })
      return named.find((field) => field !== 'maxTokens' || !RANGE.test(said)) ?? null
    },
    drop: (field, words, body) => {
      const now = placeOf(field)
      // Another request has done it meanwhile.
      if (now === undefined || valueAt(body, now) === undefined) return
      at[field]++
      const next = placeOf(field)
      const [name, other] = [now.at(-1), next?.at(-1)]
      unproven.push(
        next === undefined
          ? `${name} is left out, as the server refuses it (${words}), ${CALLED[field]}`
          : `${other} is sent in place of ${name}, which the server refuses (${words})`,
      )
    },
    passed: (body) => {
      notes.push(...unproven.splice(0))
      for (const path of FIELDS.flatMap((field) => wire.places[field])) if (valueAt(body, path) !== undefined) known.add(path.join('.'))
    },
  }
}

/** Whether a text names a field, by itself or within a path. */
function names(text: string, name: string): boolean {
  const spelled = name.replace(/[A-Z]/g, (letter) => `_?${letter}`)
  return new RegExp(`(?<![a-z0-9_])${spelled}(?![a-z0-9_])`, 'i').test(text)
}

/** A value deep in an object; undefined if it is not there. */
export function valueAt(body: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((holder, key) => (isObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined), body)
}

const nested = (path: readonly string[], value: unknown): JsonObject =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as JsonObject
