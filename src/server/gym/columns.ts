/** Rows of one shape as columns: of { a: 1, b: { c: 2 } } and more like it, { a: [1, …], b: { c: [2, …] } }. */
import * as z from 'zod'

type Row = { readonly [field: string]: unknown }

/** Fields of an object that are objects themselves stay objects; every other is a list. */
type Columns<T> = { [K in keyof T]: T[K] extends z.ZodObject<infer S> ? z.ZodObject<Columns<S>> : z.ZodArray<T[K] & z.ZodType> }

/** The schema of the columns of rows of a schema. */
export function columnsSchema<S extends z.ZodRawShape>(schema: z.ZodObject<S>): z.ZodObject<Columns<S>> {
  const fields = Object.entries(schema.shape).map(([key, field]) => [
    key,
    field instanceof z.ZodObject ? columnsSchema(field) : z.array(field as z.ZodType),
  ])
  return z.object(Object.fromEntries(fields)) as unknown as z.ZodObject<Columns<S>>
}

/** The columns of rows. */
export function columnsOf(schema: z.ZodObject, rows: readonly Row[]): Row {
  const fields = Object.entries(schema.shape).map(([key, field]) => {
    const column = rows.map((row) => row[key])
    return [key, field instanceof z.ZodObject ? columnsOf(field, column as Row[]) : column]
  })
  return Object.fromEntries(fields)
}
