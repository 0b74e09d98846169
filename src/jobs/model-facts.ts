/** What the folder of a published model tells of its size. */
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { EngineError } from '../errors.ts'

const positions = z.object({ max_position_embeddings: z.int().min(1) })
const configSchema = z.union([positions, z.object({ text_config: positions }).transform(({ text_config }) => text_config)])
const headerSchema = z.record(z.string(), z.object({ shape: z.array(z.int().min(0)) }).or(z.record(z.string(), z.string())))

/** `positions`: longest sequence, tokens. `parameters`: 0 where the weights are not in the folder. Throws EngineError for a config without positions. */
export async function modelFacts(folder: string): Promise<{ readonly positions: number; readonly parameters: number }> {
  const config = configSchema.safeParse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')))
  if (!config.success)
    throw new EngineError(`${join(folder, 'config.json')} has no max_position_embeddings; give tinker.maxSequence and a model's own folder`)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'))
  const counts = await Promise.all(files.map((name) => parametersOf(join(folder, name))))
  return { positions: config.data.max_position_embeddings, parameters: counts.reduce((sum, count) => sum + count, 0) }
}

/** Values of all tensors of a safetensors file; 0 for a file that is none. */
async function parametersOf(path: string): Promise<number> {
  const file = await open(path)
  try {
    const length = Buffer.alloc(8)
    await file.read(length, 0, 8, 0)
    const size = Number(length.readBigUInt64LE())
    if (size > 100_000_000) return 0
    const { buffer } = await file.read(Buffer.alloc(size), 0, size, 8)
    const header = headerSchema.safeParse(JSON.parse(buffer.toString('utf8')))
    if (!header.success) return 0
    return Object.values(header.data).reduce(
      (sum, { shape }) => sum + (Array.isArray(shape) ? shape.reduce((product, side) => product * side, 1) : 0),
      0,
    )
  } catch {
    return 0
  } finally {
    await file.close()
  }
}
