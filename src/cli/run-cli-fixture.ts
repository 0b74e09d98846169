/** A command line run in the process of the test: its exit code and what it writes. For tests on the list ALONE of vitest.config.ts. */
import { type MockInstance, vi } from 'vitest'
import { COMMANDS } from './command-table.ts'
import { runCli } from './run.ts'

/** What a command line came to. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in `folder` (default: where the process is) to its end. One at a time. */
export async function runLine(args: readonly string[], folder: string = process.cwd()): Promise<Outcome> {
  const before = process.cwd()
  const told = { stdout: '', stderr: '' }
  const spies = [listen('stdout', told), listen('stderr', told)]
  // The test runner listens to its own process, and the warning about many listeners would stand among the lines.
  process.setMaxListeners(0)
  process.chdir(folder)
  try {
    return { code: await runCli(COMMANDS, args), ...told }
  } finally {
    process.chdir(before)
    for (const spy of spies) spy.mockRestore()
    process.exitCode = undefined
    // The command lets its parent go; the parent here is the test runner, which is still to be spoken to.
    process.channel?.ref()
  }
}

/** Keeps what the process writes to a stream from the terminal, and adds it to `told`. */
function listen(name: 'stdout' | 'stderr', told: { stdout: string; stderr: string }): MockInstance {
  return vi.spyOn(process[name], 'write').mockImplementation((text) => {
    told[name] += text
    return true
  })
}
