/** Where the mock engine keeps its saves: in a folder, or in memory. */
import { strFromU8, strToU8 } from 'fflate'
import * as z from 'zod'
import type { SaveKind, WeightsRef } from '../engine.ts'
import { EngineError, StorageError } from '../errors.ts'

export interface MockAdam {
  step: number
  mean: Float64Array
  square: Float64Array
}

/** What a save holds. */
export interface MockSave {
  readonly live: Float64Array
  /** null in a save of weights alone. */
  readonly adam: MockAdam | null
}

const FORMAT = 'vlm-gym/mock-engine'
const refSchema = z.strictObject({ engine: z.literal('mock'), name: z.string().regex(/^[\w-][\w.-]*$/) })

/** A save as JSON: each list of doubles as Base64 of its bytes. */
const doubles = z.string().transform((text) => new Float64Array(strToU8(atob(text), true).slice().buffer))
const saveSchema = z.strictObject({
  format: z.literal(FORMAT),
  live: doubles,
  adam: z.strictObject({ step: z.number(), mean: doubles, square: doubles }).nullable(),
})

const base64Of = (flat: Float64Array): string => btoa(strFromU8(new Uint8Array(flat.buffer, flat.byteOffset, flat.byteLength), true))

/** Texts by name. */
interface Store {
  write(name: string, text: string): Promise<void>
  read(name: string): Promise<string>
  delete(name: string): Promise<void>
}

function memoryStore(): Store {
  const texts = new Map<string, string>()
  return {
    write: async (name, text) => void texts.set(name, text),
    read: async (name) => texts.get(name) ?? Promise.reject(new StorageError(`there is no save called ${name}`)),
    delete: async (name) => void texts.delete(name),
  }
}

function folderStore(folder: string): Store {
  const path = (name: string): string => `${folder}/${name}.json`
  return {
    write: async (name, text) => {
      const [{ mkdir }, { default: writeFileAtomic }] = await Promise.all([import('node:fs/promises'), import('write-file-atomic')])
      await mkdir(folder, { recursive: true })
      await writeFileAtomic(path(name), text)
    },
    read: async (name) => {
      const { readFile } = await import('node:fs/promises')
      return readFile(path(name), 'utf8').catch((error: Error) => {
        throw new StorageError(`cannot read ${path(name)}: ${error.message}`, { cause: error })
      })
    },
    delete: async (name) => {
      const { rm } = await import('node:fs/promises')
      await rm(path(name), { force: true })
    },
  }
}

/** The saves of a mock engine. */
export interface MockSaves {
  write(name: string, kind: SaveKind, live: Float64Array, adam: MockAdam): Promise<WeightsRef>
  read(ref: WeightsRef): Promise<MockSave>
  delete(ref: WeightsRef): Promise<void>
}

/** `folder` undefined: kept in memory. `length`: parameters that a save must have. */
export function mockSaves(folder: string | undefined, length: number): MockSaves {
  const store = folder === undefined ? memoryStore() : folderStore(folder)
  const nameOf = (ref: unknown): string => {
    const parsed = refSchema.safeParse(ref)
    if (!parsed.success) throw new EngineError(`${JSON.stringify(ref)} names no save of the mock engine`)
    return parsed.data.name
  }
  return {
    write: async (name, kind, live, { step, mean, square }) => {
      const ref: WeightsRef = { engine: 'mock', name }
      nameOf(ref)
      const adam = kind === 'state' ? { step, mean: base64Of(mean), square: base64Of(square) } : null
      await store.write(name, JSON.stringify({ format: FORMAT, live: base64Of(live), adam }))
      return ref
    },
    read: async (ref) => {
      const name = nameOf(ref)
      const parsed = saveSchema.safeParse(JSON.parse(await store.read(name)))
      if (!parsed.success || parsed.data.live.length !== length)
        throw new StorageError(`${name} is no save of this mock engine; give one with the same word list`)
      return parsed.data
    },
    delete: async (ref) => store.delete(nameOf(ref)),
  }
}
