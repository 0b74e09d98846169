/** How far a run has come, and the weights that it has saved: progress.json. Weights are refs, which only engines read. */
import * as z from 'zod'
import type { Engine, WeightsRef } from '../engine.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import { mixOfStage, type Stage } from './stage.ts'
import type { GameMix } from './states.ts'

const FILE = 'progress.json'

const count = z.number().int().nonnegative()
const weightsRef = z.record(z.string(), z.union([z.string(), z.number()]))

const stageProgress = z.object({
  /** Steps that are done. */
  step: count,
  /** What the stage keeps between steps (`StageRun.state`). */
  state: z.unknown(),
  /** The save to go on from; null where the stage begins. */
  checkpoint: z.object({ name: z.string(), ref: weightsRef }).nullable(),
})

const schema = z.object({
  /** The weights of a fresh engine, kept if a stage needs them (see `keepInitial`); else null. */
  initial: weightsRef.nullable(),
  /** Stage to the state it ended with. */
  finished: z.record(z.string(), weightsRef),
  /** Stage to where it was saved, for stages that are half done. */
  running: z.record(z.string(), stageProgress),
})

/** Where a stage stands. */
export type StageProgress = Readonly<z.output<typeof stageProgress>>
type Progress = Readonly<z.output<typeof schema>>

const START: Progress = { initial: null, finished: {}, running: {} }

/** The progress of a run. Stages may save side by side; every write holds where all of them stand. */
export class RunProgress {
  readonly #folder: RunFolder
  #at: Progress

  constructor(folder: RunFolder, at: Progress) {
    this.#folder = folder
    this.#at = at
  }

  /** Where a stage was saved, or its start. */
  of(stage: string): StageProgress {
    return this.#at.running[stage] ?? { step: 0, state: null, checkpoint: null }
  }

  isFinished(stage: string): boolean {
    return this.#at.finished[stage] !== undefined
  }

  /** The weights that a stage begins with; undefined: those of a fresh engine, which nobody has kept. */
  startOf({ from }: Stage): WeightsRef | undefined {
    return from === null ? (this.#at.initial ?? undefined) : this.#at.finished[from]
  }

  /**
   * Saves the weights of a fresh engine at the start of a run, if a stage begins with them that measures from where it began, or that is not the
   * first. A run that has begun has them already.
   */
  async keepInitial(engine: Engine, stages: readonly Stage[]): Promise<void> {
    const needed = stages.some(({ from, needs }, i) => from === null && (i > 0 || needs.reference === true))
    if (needed && this.#at.initial === null) await this.#write({ initial: await engine.save('initial', 'weights') })
  }

  /**
   * Saves in the middle of a stage: the state first, then the pointer to it, then the earlier one goes; at no moment is there none. Two names
   * take turns, so that a state which was killed before its pointer was written is replaced by the next one.
   */
  async save(engine: Engine, { name: stage }: Stage, at: StageProgress): Promise<StageProgress> {
    const [one, other] = [`resume-${stage}-a`, `resume-${stage}-b`]
    const name = at.checkpoint?.name === one ? other : one
    const next = { ...at, checkpoint: { name, ref: await engine.save(name, 'state') } }
    await this.#write({ running: { ...this.#at.running, [stage]: next } })
    if (at.checkpoint) await engine.discard(at.checkpoint.ref)
    return next
  }

  /** Saves at the end of a stage, under the stage's name. */
  async finish(engine: Engine, { name }: Stage, { checkpoint }: StageProgress): Promise<void> {
    const ref = await engine.save(name, 'state')
    const { [name]: _, ...running } = this.#at.running
    await this.#write({ finished: { ...this.#at.finished, [name]: ref }, running })
    if (checkpoint) await engine.discard(checkpoint.ref)
  }

  #write(change: Partial<Progress>): Promise<void> {
    this.#at = { ...this.#at, ...change }
    return this.#folder.write(FILE, this.#at)
  }
}

/** The progress of a run, found possible in it, the states of its stages included. Throws StorageError. */
export async function openProgress(folder: RunFolder, stages: readonly Stage[], mix: GameMix): Promise<RunProgress> {
  const at = (await folder.read(FILE, schema)) ?? START
  const problem = problemOf(at, stages, mix)
  if (problem !== null) throw new StorageError(`${folder.file(FILE)} is damaged: ${problem}; restore it or start a new run`)
  return new RunProgress(folder, at)
}

function problemOf({ finished, running }: Progress, stages: readonly Stage[], mix: GameMix): string | null {
  for (const [name, { step, state }] of Object.entries(running)) {
    const stage = stages.find((one) => one.name === name)
    if (stage === undefined || step > stage.steps) return `there is no step ${step} of stage ${name}`
    const problem = step > 0 ? stage.problemOf(state, mixOfStage(stage, mix)) : null
    if (problem !== null) return problem
  }
  const begun = stages.filter(({ name }) => finished[name] ?? running[name])
  const lost = begun.find(({ from }) => from !== null && finished[from] === undefined)
  return lost ? `the weights of stage ${lost.from} are missing` : null
}

/** Stage to the weights it ended with, for the stages of a run that are finished. Throws StorageError. */
export async function finishedWeights(folder: RunFolder): Promise<{ readonly [stage: string]: WeightsRef }> {
  return ((await folder.read(FILE, schema)) ?? START).finished
}
