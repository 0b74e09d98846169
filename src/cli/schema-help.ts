/** Help text from a schema: a line per field, so that help and checks cannot disagree. */
import { z } from 'zod'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: { readonly [key: string]: Node }
  readonly items?: Node
}

/** 'path  what it is (range or choices)' for every field, nested ones by their dotted path; lists by index 0. */
export function fieldLines(schema: z.ZodType): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  const rows: [string, string][] = []
  walk(root, '', rows)
  const width = Math.min(34, Math.max(...rows.map(([path]) => path.length)))
  return rows.map(([path, text]) => `  ${path.padEnd(width)}  ${text}`)
}

function walk(node: Node, path: string, rows: [string, string][]): void {
  if (node.properties) {
    for (const [key, child] of Object.entries(node.properties)) walk(child, path ? `${path}.${key}` : key, rows)
    return
  }
  if (node.items?.properties) {
    walk(node.items, `${path}.0`, rows)
    return
  }
  rows.push([path, `${node.description ?? ''}${rangeOf(node)}`])
}

function rangeOf(node: Node): string {
  const choices = node.enum ?? node.items?.enum
  if (choices) return ` (${choices.join(' | ')})`
  const { minimum, maximum } = node
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  if (low === undefined && high === undefined) return ''
  return ` (${low ?? ''}..${high ?? ''})`
}
