/** The kinds of folders that commands write into, and how a folder says which it is. */
import { join } from 'node:path'
import * as z from 'zod'
import { fileReason, StorageError } from '../errors.ts'
import { ABOUT } from './about.ts'
import { readText } from './encoding.ts'
import { type StageInfo, stageInfo } from './stages.ts'

/** A kind of folder: its header, what stands in it, and the words of messages about it. */
export interface FolderKind {
  /** As it stands in the header. */
  readonly name: string
  /** File name of the header. */
  readonly header: string
  readonly format: string
  readonly version: number
  /** 'run' */
  readonly noun: string
  /** 'a training run' */
  readonly called: string
  /** The command that writes such folders. */
  readonly command: string
  /** What may be done with one: 'vlm-gym train --resume goes on with it'. */
  readonly use: string
  /** Folders within it that are there from the start. */
  readonly folders: readonly string[]
  /** All else within it. */
  readonly files: readonly string[]
}

const RUN = { header: 'run.json', format: 'vlm-gym/run', version: 3, noun: 'run' } as const

/** The folder of a training run. */
export const TRAIN_RUN: FolderKind = {
  ...RUN,
  name: 'train',
  called: 'a training run',
  command: 'vlm-gym train',
  use: 'vlm-gym train --resume goes on with it, vlm-gym report and vlm-gym compare show it',
  folders: ['checkpoints'],
  files: [
    ...[
      RUN.header,
      ABOUT,
      'words.json',
      'metrics.jsonl',
      'groups.jsonl',
      'progress.json',
      'dataset.json',
      'episodes.jsonl',
      'results.json',
    ],
    ...['replays.json', 'probes.json', 'interventions.json', 'generalisation.json', 'report.html', 'seeds.html'],
  ],
}

/** The folder of an evaluation. */
export const EVAL_RUN: FolderKind = {
  ...RUN,
  name: 'eval',
  called: 'the run of an evaluation',
  command: 'vlm-gym eval',
  use: 'vlm-gym eval --resume goes on with it, vlm-gym compare shows it',
  folders: [],
  files: [RUN.header, ABOUT, 'endpoints.json', 'replies.jsonl', 'episodes.jsonl', 'results.json'],
}

/** The folder of a data set. */
export const DATASET: FolderKind = {
  name: 'dataset',
  header: 'dataset.json',
  format: 'vlm-gym/dataset',
  version: 1,
  noun: 'data set',
  called: 'a data set',
  command: 'vlm-gym teach',
  use: 'vlm-gym teach --resume goes on with it, vlm-gym train --set coldStart.dataset=… learns from it',
  folders: ['pictures'],
  files: ['dataset.json', ABOUT, 'progress.json', 'examples.jsonl', 'replies.jsonl', 'endpoints.json', 'data', 'README.md'],
}

/** Every kind that there is. */
export const FOLDER_KINDS: readonly FolderKind[] = [TRAIN_RUN, EVAL_RUN, DATASET]

/** The header of any version. */
const anyHeader = z.object({ format: z.string(), version: z.number(), kind: z.string().optional() })

const header = z.object({
  format: z.string(),
  version: z.number(),
  kind: z.string(),
  config: z.unknown(),
  stages: z.array(stageInfo).default([]),
})

/** What the header of a folder says. */
export interface FolderHeader {
  readonly kind: FolderKind
  readonly config: unknown
  /** Of a training run; else none. */
  readonly stages: readonly StageInfo[]
}

/** The header of a kind as a folder's file. */
export function headerOf(kind: FolderKind, config: unknown, stages: readonly StageInfo[]): object {
  return { format: kind.format, version: kind.version, kind: kind.name, config, ...(kind === TRAIN_RUN && { stages }) }
}

/** Whether a folder holds a header that this program wrote, of whatever version; its kind where this version knows it. */
export async function findHeader(path: string): Promise<{ readonly kind: FolderKind | null } | null> {
  for (const name of new Set(FOLDER_KINDS.map((kind) => kind.header))) {
    const value = await readText(join(path, name))
      .then(JSON.parse)
      .catch(() => null)
    const parsed = anyHeader.safeParse(value)
    if (!parsed.success || !FOLDER_KINDS.some(({ format }) => format === parsed.data.format)) continue
    return { kind: FOLDER_KINDS.find(({ format, name }) => format === parsed.data.format && name === parsed.data.kind) ?? null }
  }
  return null
}

/** Reads the header of a folder that holds the file. Throws StorageError if it is damaged, foreign, or of another version. */
export async function readHeader(expected: FolderKind, folder: string): Promise<FolderHeader> {
  const path = join(folder, expected.header)
  const text = await readText(path).catch((error: Error) => {
    throw new StorageError(`cannot read ${path}: ${fileReason(error)}; give the folder that ${expected.command} wrote`, { cause: error })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new StorageError(
      `${path} is not JSON; the ${expected.noun} folder is damaged, restore that file or start a new ${expected.noun} with another --out`,
    )
  }
  const any = anyHeader.safeParse(value)
  if (!any.success || any.data.format !== expected.format)
    throw new StorageError(`${path} is not the header of a vlm-gym ${expected.noun}; choose another folder`)
  if (any.data.version !== expected.version) {
    throw new StorageError(
      `${path} is of ${expected.noun} format ${any.data.version}, this program reads ${expected.version}; use the vlm-gym version that wrote it, or start a new ${expected.noun}`,
    )
  }
  const parsed = header.safeParse(value)
  if (!parsed.success) throw new StorageError(`${path} is damaged; restore that file or start a new ${expected.noun} with another --out`)
  const { kind: name, config, stages } = parsed.data
  const kind = FOLDER_KINDS.find((one) => one.format === expected.format && one.name === name)
  if (kind === undefined)
    throw new StorageError(`${path} is of a kind that this program does not know, ${name}; use the vlm-gym version that wrote it`)
  return { kind, config, stages }
}
