/** A command of the package that listens, for tests that speak to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { main } from './vlm-gym.ts'

/** A server that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly url: string
  /** Its exit code. */
  readonly ended: Promise<number | null>
  /** What it has written to standard error. */
  readonly errors: () => string
}

/** Starts a command that listens, on a free port, and waits until it says where. */
export function startServer(command: string, ...args: string[]): Promise<Running> {
  return startServerIn({}, command, ...args)
}

/** As `startServer`, with more variables in its environment. */
export function startServerIn(env: Readonly<Record<string, string>>, command: string, ...args: string[]): Promise<Running> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, command, '--port', '0', '--json', ...args], { env: { ...process.env, ...env } })
    const ended = new Promise<number | null>((end) => child.once('exit', end))
    let [out, err] = ['', '']
    child.stderr.on('data', (data) => {
      err += data
    })
    child.stdout.on('data', (data) => {
      out += data
      if (out.endsWith('}\n')) resolve({ child, ended, url: (JSON.parse(out) as { url: string }).url, errors: () => err })
    })
    void ended.then((code) => reject(new Error(`ended with ${code}: ${err}`)))
  })
}
