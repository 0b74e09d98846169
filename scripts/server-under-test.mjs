/** Starts `vlm-gym serve` with a key of its own, for the scripts that try to break it. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** Milliseconds from the interrupt until a server that does not end is killed. */
const PATIENCE = 30_000

/** Starts it on a free port and waits until it says where. `stop` interrupts it and gives its exit code; null where it had to be killed. */
export async function startServer(...flags) {
  const key = randomBytes(24).toString('base64url')
  const folder = mkdtempSync(join(tmpdir(), 'vlm-gym-server-'))
  writeFileSync(join(folder, 'key'), key)
  const child = spawn(process.execPath, [
    join(root, 'dist/cli/main.js'),
    'serve',
    '--port',
    '0',
    '--json',
    '--key-file',
    join(folder, 'key'),
    ...flags,
  ])
  // Also where a script ends by an error.
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  let [out, log] = ['', '']
  child.stderr.on('data', (data) => {
    log += data
  })
  const ended = once(child, 'exit').then(([code]) => code)
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data
      if (out.endsWith('}\n')) resolve(JSON.parse(out).url)
    })
    void ended.then((code) => reject(new Error(`the server ended with ${code}: ${log}`)))
  })
  return {
    ...{ url, key, folder },
    headers: { authorization: `Bearer ${key}` },
    /** Whether it still runs. */
    runs: () => child.exitCode === null && child.signalCode === null,
    /** What it has written to standard error. */
    log: () => log,
    async stop() {
      const said = log
      child.kill('SIGINT')
      const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
      const code = await ended
      clearTimeout(killer)
      rmSync(folder, { recursive: true })
      return { code, log: said }
    },
  }
}

/** The value of a flag that must be a number above 0; ends the program with one sentence where it is none. */
export function positive(name, text) {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  console.error(`--${name} cannot be ${text}: give a number above 0`)
  process.exit(2)
}
