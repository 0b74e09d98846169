/** How far a run has come, and the weights that it has saved: progress.json. Weights are refs, which only the engine reads. */
import * as z from 'zod'
import type { Engine, WeightsRef } from '../engine.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import type { Stage } from './stage.ts'
import type { GameMix } from './states.ts'

const FILE = 'progress.json'

const count = z.number().int().nonnegative()
const weightsRef = z.record(z.string(), z.union([z.string(), z.number()]))

const schema = z.object({
  stage: count,
  step: count,
  lines: count,
  /** What training goes on from within a stage; null where a stage begins. */
  checkpoint: z.object({ name: z.string(), ref: weightsRef }).nullable(),
  /** The weights of a fresh engine, kept if a stage needs them (see `keepInitial`); else null. */
  initial: weightsRef.nullable(),
  /** Stage to the state it ended with. */
  finished: z.record(z.string(), weightsRef),
  /** What the stage that is half done keeps between steps (`StageRun.state`); null where a stage begins. */
  state: z.unknown(),
})

/** `stage`: index of the stage that is next to run or half done. `step`: its steps that are done. */
export type Progress = Readonly<z.output<typeof schema>>

const START: Progress = { stage: 0, step: 0, lines: 0, checkpoint: null, initial: null, finished: {}, state: null }

/** The progress of a run, found possible in it, the state of its stage included. Throws StorageError. */
export async function readProgress(folder: RunFolder, stages: readonly Stage[], mix: GameMix): Promise<Progress> {
  const at = (await folder.read(FILE, schema)) ?? START
  const damaged = (reason: string): never => {
    throw new StorageError(`${folder.file(FILE)} is damaged: ${reason}; restore it or start a new run`)
  }
  const stage = stages[at.stage]
  if (at.stage > stages.length || at.step > (stage?.steps ?? 0)) damaged(`there is no step ${at.step} of stage ${at.stage}`)
  const lost = stages.slice(0, at.stage).find(({ name }) => at.finished[name] === undefined)
  if (lost) damaged(`the weights of stage ${lost.name} are missing`)
  const problem = at.step > 0 ? (stage?.problemOf(at.state, mix) ?? null) : null
  if (problem !== null) damaged(problem)
  return at
}

/** Stage to the weights it ended with, for the stages of a run that are finished. Throws StorageError. */
export async function finishedWeights(folder: RunFolder): Promise<{ readonly [stage: string]: WeightsRef }> {
  return ((await folder.read(FILE, schema)) ?? START).finished
}

/**
 * Saves the weights of a fresh engine at the start of a run, if a stage begins with them that measures from where it began, or that is not the
 * first. A run that has begun has them already.
 */
export async function keepInitial(folder: RunFolder, engine: Engine, stages: readonly Stage[], at: Progress): Promise<Progress> {
  const needed = stages.some(({ from, needs }, i) => from === null && (i > 0 || needs.reference === true))
  if (!needed || at.initial !== null) return at
  const next = { ...at, initial: await engine.save('initial', 'weights') }
  await folder.write(FILE, next)
  return next
}

/**
 * Saves in the middle of a stage: the state first, then the pointer to it, then the earlier one goes; at no moment is there none. Two names
 * take turns, so that a state which was killed before its pointer was written is replaced by the next one.
 */
export async function saveProgress(folder: RunFolder, engine: Engine, at: Progress): Promise<Progress> {
  const name = at.checkpoint?.name === 'resume-a' ? 'resume-b' : 'resume-a'
  const next = { ...at, checkpoint: { name, ref: await engine.save(name, 'state') } }
  await folder.write(FILE, next)
  if (at.checkpoint) await engine.discard(at.checkpoint.ref)
  return next
}

/** Saves at the end of a stage, under the stage's name; the next stage is the next to run. */
export async function saveStage(folder: RunFolder, engine: Engine, { name }: Stage, at: Progress): Promise<Progress> {
  const finished = { ...at.finished, [name]: await engine.save(name, 'state') }
  const next = { ...at, stage: at.stage + 1, step: 0, checkpoint: null, finished, state: null }
  await folder.write(FILE, next)
  if (at.checkpoint) await engine.discard(at.checkpoint.ref)
  return next
}
