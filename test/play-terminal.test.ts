/** `vlm-gym play` on a real terminal: the pseudo terminal that util-linux's `script` makes. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { main } from './vlm-gym.ts'

const SCRIPT = '/usr/bin/script'
const missing = process.platform !== 'linux' || !existsSync(SCRIPT)
if (missing) console.warn(`Play is not tried on a pseudo terminal: there is no ${SCRIPT} of util-linux.`)

const FIRST_SCREEN = '\u001b[?25h\u001b[?1049l'

/** Text to wait for, and what to do then: keys to press, or a function of all that was shown. */
type Turn = readonly [seen: string, then: string | ((raw: string) => void)]

/** Runs a shell line on a terminal of 80 x 24, turn by turn. */
async function onTerminal(line: string, turns: readonly Turn[]): Promise<{ raw: string; code: number | null }> {
  const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', TERM: 'xterm-256color', NO_COLOR: '', NODE: process.execPath, MAIN: main }
  const child = spawn(SCRIPT, ['-qec', `stty cols 80 rows 24; ${line}`, '/dev/null'], { env })
  let raw = ''
  let from = 0
  let next = 0
  child.stdout.on('data', (data) => {
    raw += data
    for (; next < turns.length; next++) {
      const [seen, then] = turns[next]!
      const at = raw.indexOf(seen, from)
      if (at < 0) return
      from = at + 1
      if (typeof then === 'string') child.stdin.write(then)
      else then(raw)
    }
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { raw, code }
}

it.skipIf(missing)('plays by keys, and q leaves the screen as it was', async () => {
  const keys = [
    ['q quit', '\u001b[D'],
    ['move 1', 'q'],
  ] as const
  const { raw, code } = await onTerminal('"$NODE" "$MAIN" play 2048 --seed 4', keys)
  expect(code).toBe(0)
  const [, end = ''] = raw.split(FIRST_SCREEN)
  expect(stripVTControlCharacters(end)).toMatch(/in 1 move\r\ngo on later: vlm-gym play --state vg1\.2048\./)
})

it.skipIf(missing)('is interrupted with code 130, and the terminal echoes and takes lines again', async () => {
  const keys = [['q quit', '\u0003']] as const
  const { raw } = await onTerminal('"$NODE" "$MAIN" play swap; echo "code $?"; stty -a', keys)
  const [, end = ''] = raw.split(FIRST_SCREEN)
  expect(end).toContain('code 130')
  expect(end).toMatch(/ icanon/)
  expect(end).toMatch(/ echo /)
})

it.skipIf(missing)('gives the terminal back when it is ended by a signal', async () => {
  const line = `sh -c 'echo "pid $$"; exec "$NODE" "$MAIN" play shisen-sho'; echo "code $?"; stty -a`
  const end = (raw: string): unknown => process.kill(Number(/pid (\d+)/.exec(raw)![1]), 'SIGTERM')
  const { raw } = await onTerminal(line, [['q quit', end]])
  expect(raw.split(FIRST_SCREEN)[1]).toMatch(/code 143[\s\S]* icanon[\s\S]* echo /)
})
