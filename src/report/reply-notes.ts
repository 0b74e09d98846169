/** What happened to the replies of an endpoint on their way, in sentences: cut, held back, or taken apart by the server. */
import type { Assembly, Finish } from '../policy.ts'
import type { EndpointLine, EpisodeRecord } from '../runs/index.ts'

/** Of N replies, so many … */
const FINISHES: Readonly<Partial<Record<Finish, (limit: string) => string>>> = {
  length: (limit) => `were cut${limit}, and are read as they stand; raise --max-tokens`,
  filtered: () => 'were held back by a filter of the server, and count as they came',
  refused: () => 'are refusals of the model, and count as they came',
  'tool-call': () => 'call a tool instead of answering, and count as they came; turn tools off at the server',
}

const ASSEMBLIES: Readonly<Partial<Record<Assembly, string>>> = {
  joined:
    "were cut apart: the server's reasoning parser moved text that stands before or in <think>; put together again. The tags of --tags neutral avoid it where the model keeps to them, and so does a server without that parser",
  'from-reasoning':
    "stood in the server's field of thoughts, content was empty; read from there. A server without its reasoning parser avoids it",
  'perception-dropped':
    'came without a perception and with their thoughts apart, as from a server whose reasoning parser drops what stands before <think>. The tags of --tags neutral avoid that where the model keeps to them, and so does a server without the parser',
}

/** The sentences on the replies of one player's episodes, or of a teacher. `line`: how it was asked, for the limit of tokens. */
export function replyNotes(records: readonly Pick<EpisodeRecord, 'replies'>[], line: Pick<EndpointLine, 'sent'> | null = null): string[] {
  const counts = records.flatMap(({ replies }) => replies ?? [])
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const limit = limitOf(line)
  const sentence = (count: number, what: string): string[] =>
    count === 0 ? [] : [`${count.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} replies ${what}`]
  return [
    ...entriesOf(FINISHES).flatMap(([finish, say]) =>
      sentence(
        counts.reduce((sum, one) => sum + (one.finish[finish] ?? 0), 0),
        say(limit === null ? '' : ` at ${limit.toLocaleString('en-US')} tokens`),
      ),
    ),
    ...entriesOf(ASSEMBLIES).flatMap(([assembly, what]) =>
      sentence(
        counts.reduce((sum, one) => sum + (one.assembly[assembly] ?? 0), 0),
        what,
      ),
    ),
  ]
}

const entriesOf = <K extends string, V>(record: Readonly<Partial<Record<K, V>>>): [K, V][] => Object.entries(record) as [K, V][]

/** The limit of tokens in what was sent, under any of its names. */
function limitOf(line: Pick<EndpointLine, 'sent'> | null): number | null {
  const config = line?.sent?.generationConfig
  const held = typeof config === 'object' && config !== null ? (config as { maxOutputTokens?: unknown }).maxOutputTokens : undefined
  const limit = line?.sent?.max_tokens ?? line?.sent?.max_completion_tokens ?? held
  return typeof limit === 'number' ? limit : null
}
