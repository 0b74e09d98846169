/**
 * Parts of a run side by side, each on an engine of its own: stages of training, players of an evaluation. A part is ready once the one that it
 * begins from is done. The engines have one config and one folder of saves, so that each reads what another has saved. What a part draws is
 * decided by its name, never by its engine or by what runs beside it: the numbers are those of one part after another.
 */
import type { Engine } from '../engine.ts'

/** How a part ended, or all of them. 'stopped': interrupted, everything is saved. */
export type PartEnd = 'finished' | 'stopped'

export interface Part {
  readonly name: string
  /** Name of the part that must be done before; null, or one that is not in the list: none. */
  readonly from: string | null
}

/** The engines of a run beside its first. */
export interface OtherEngines {
  readonly count: number
  /** `index` from 0; made when it is first asked for. */
  engine(index: number): Promise<Engine>
  /** Closes those that were made. */
  close(): Promise<void>
}

/** Engines that `open` makes when they are needed, at most `count`. */
export function otherEngines(count: number, open: () => Promise<Engine>): OtherEngines {
  const made = new Map<number, Promise<Engine>>()
  return {
    count,
    engine: (index) => {
      const engine = made.get(index) ?? open()
      made.set(index, engine)
      return engine
    },
    close: async () => {
      for (const engine of await Promise.allSettled(made.values())) if (engine.status === 'fulfilled') await engine.value.close()
    },
  }
}

/** What a part runs on. */
export interface PartPlace {
  readonly engine: Engine
  /** Of the engine; the first is 0. */
  readonly index: number
  /** When it aborts, the part saves and stops: the run is interrupted, or a part beside it has failed. */
  readonly signal: AbortSignal
}

export interface PartsOptions<P extends Part> {
  /** What is left to do, in the order of a run with one engine. */
  readonly parts: readonly P[]
  readonly engine: Engine
  readonly others?: OtherEngines | undefined
  readonly signal?: AbortSignal | undefined
  readonly run: (part: P, place: PartPlace) => Promise<PartEnd>
}

/**
 * Runs all parts. An engine goes on with a part that begins from its last one, if there is one. If a part fails, no other is begun, those beside it are
 * stopped, and the first error is thrown once all have ended.
 */
export async function runParts<P extends Part>({ parts, engine, others, signal, run }: PartsOptions<P>): Promise<PartEnd> {
  const failure = new AbortController()
  const halt = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])])
  const errors: unknown[] = []
  const waiting = new Set(parts)
  const undone = new Set(parts.map(({ name }) => name))
  const working = new Map<number, Promise<void>>()
  /** Of each engine: its last part. */
  const last: (string | null)[] = Array.from({ length: 1 + (others?.count ?? 0) }, () => null)

  const nextFor = (index: number): P | undefined => {
    const ready = [...waiting].filter(({ from }) => from === null || !undone.has(from))
    return ready.find(({ from }) => from === last[index]) ?? ready[0]
  }
  const work = async (part: P, index: number): Promise<void> => {
    try {
      const own = index === 0 || others === undefined ? engine : await others.engine(index - 1)
      if ((await run(part, { engine: own, index, signal: halt })) === 'finished') undone.delete(part.name)
    } catch (error) {
      errors.push(error)
      failure.abort()
    }
    last[index] = part.name
    working.delete(index)
  }
  for (;;) {
    for (const index of last.keys()) {
      const part = working.has(index) || halt.aborted ? undefined : nextFor(index)
      if (part === undefined) continue
      waiting.delete(part)
      working.set(index, work(part, index))
    }
    if (working.size === 0) break
    await Promise.race(working.values())
  }
  if (errors.length > 0) throw errors[0]
  return undone.size > 0 || signal?.aborted ? 'stopped' : 'finished'
}
