/** The built command, run as a user runs it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The file that `vlm-gym` runs. */
export const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of Node's to its end, whatever its exit code. */
export async function runNode(args: readonly string[], cwd?: string): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 1 << 26 })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome & Error
    return { code: Number(code), stdout, stderr }
  }
}

/** Runs the command to its end. */
export function vlmGym(...args: string[]): Promise<Outcome> {
  return runNode([main, ...args])
}
