/**
 * Checkpoints of runs, which outlive the server: `runs/<run>.json` lists those of a run, `saves/` has their files. A name that is saved again
 * gets a new file, and the list is replaced whole, so that a kill leaves the one or the other.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import * as z from 'zod'
import { ConfigError, fileReason, StorageError } from '../../errors.ts'

/** 'weights': with the optimiser, to train on. 'sampler_weights': to sample from. */
export type CheckpointKind = 'weights' | 'sampler_weights'

const checkpoint = z.object({
  kind: z.enum(['weights', 'sampler_weights']),
  name: z.string(),
  ref: z.record(z.string(), z.union([z.string(), z.number()])),
  /** ISO 8601. */
  time: z.string(),
  expires: z.string().nullable(),
})
export type Checkpoint = z.output<typeof checkpoint>

const run = z.object({
  id: z.string(),
  base: z.string(),
  metadata: z.record(z.string(), z.string()).nullable(),
  /** Of its last request, ISO 8601. */
  time: z.string(),
  checkpoints: z.array(checkpoint),
})
export type Run = z.output<typeof run>

/** A run's id as part of a file's name. */
export const fileNameOf = (id: string): string => id.replace(/[^\w-]/g, '.')

/** The address of a checkpoint. */
export const pathOf = (id: string, { kind, name }: Pick<Checkpoint, 'kind' | 'name'>): string => `tinker://${id}/${kind}/${name}`

const NAME = /^\w[\w.-]{0,127}$/

/** Throws ConfigError for a name that no checkpoint can have. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw new ConfigError(
      `a checkpoint cannot be called ${JSON.stringify(name.slice(0, 140))}; give letters, digits, '.', '_' and '-', 128 at most`,
    )
}

export class Checkpoints {
  readonly #folder: string
  readonly #runs = new Map<string, Run>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Folder of the engines' saves. */
  get saves(): string {
    return join(this.#folder, 'saves')
  }

  /** Reads what an earlier server has left. Throws StorageError. */
  static async open(folder: string): Promise<Checkpoints> {
    const all = new Checkpoints(folder)
    const lists = join(folder, 'runs')
    try {
      await mkdir(all.saves, { recursive: true })
      await mkdir(lists, { recursive: true })
      for (const file of (await readdir(lists)).filter((name) => name.endsWith('.json')).sort()) {
        const parsed = run.safeParse(parse(await readFile(join(lists, file), 'utf8')))
        if (!parsed.success) throw new StorageError(`${join(lists, file)} is damaged; move it away, and its run is no longer listed`)
        all.#runs.set(parsed.data.id, parsed.data)
      }
    } catch (error) {
      if (error instanceof StorageError) throw error
      throw new StorageError(`cannot use the folder ${folder}: ${fileReason(error, 'write')}; give another --folder`, { cause: error })
    }
    return all
  }

  /** Every run with a checkpoint, in the order of their ids. */
  get runs(): readonly Run[] {
    return [...this.#runs.values()].filter(({ checkpoints }) => checkpoints.length > 0)
  }

  /** Undefined for a run without checkpoints. */
  run(id: string): Run | undefined {
    return this.#runs.get(id)
  }

  /** The checkpoint at an address; undefined if there is none. Throws ConfigError for what is no address. */
  find(path: string): { readonly run: Run; readonly checkpoint: Checkpoint } | undefined {
    const [, id = '', kind = '', name = ''] = /^tinker:\/\/([^/]+)\/(?:(weights|sampler_weights)\/)?([^/]+)$/.exec(path) ?? []
    if (id === '')
      throw new ConfigError(`${JSON.stringify(path.slice(0, 200))} is no address of a checkpoint; give tinker://RUN/weights/NAME`)
    const found = this.#runs.get(id)
    // Without a kind, as some servers write it, it is a sampler's.
    const one = found?.checkpoints.find((each) => each.name === name && each.kind === (kind || 'sampler_weights'))
    return found === undefined || one === undefined ? undefined : { run: found, checkpoint: one }
  }

  /** As `find`. Throws ConfigError where there is none. */
  get(path: string): { readonly run: Run; readonly checkpoint: Checkpoint } {
    const found = this.find(path)
    if (found === undefined)
      throw new ConfigError(
        `there is no checkpoint ${path.slice(0, 300)}; it was never saved, deleted, or has expired; GET /api/v1/training_runs lists what there is`,
      )
    return found
  }

  /** Adds a checkpoint to its run; gives the one of that name that it takes the place of. Throws StorageError. */
  async add(about: Omit<Run, 'checkpoints'>, added: Checkpoint): Promise<Checkpoint | undefined> {
    const before = this.#runs.get(about.id)?.checkpoints ?? []
    const isSame = (one: Checkpoint): boolean => one.name === added.name && one.kind === added.kind
    await this.#write({ ...about, checkpoints: [...before.filter((one) => !isSame(one)), added] })
    return before.find(isSame)
  }

  /** Takes a checkpoint off its list. Throws StorageError. */
  async remove({ run: of, checkpoint: gone }: { readonly run: Run; readonly checkpoint: Checkpoint }): Promise<void> {
    await this.#write({ ...of, checkpoints: of.checkpoints.filter((one) => one !== gone) })
  }

  /** Those that have expired by `time`, ISO 8601. */
  expired(time: string): { readonly run: Run; readonly checkpoint: Checkpoint }[] {
    return this.runs.flatMap((of) =>
      of.checkpoints.filter(({ expires }) => expires !== null && expires <= time).map((one) => ({ run: of, checkpoint: one })),
    )
  }

  async #write(value: Run): Promise<void> {
    const file = join(this.#folder, 'runs', `${fileNameOf(value.id)}.json`)
    this.#runs.set(value.id, value)
    try {
      await writeFileAtomic(file, JSON.stringify(value))
    } catch (error) {
      throw new StorageError(`cannot write ${file}: ${fileReason(error, 'write')}`, { cause: error })
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
