/** `vlm-gym play`: a person plays in the terminal, or watches a policy play. */

import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { policyNames } from '../../policies/index.ts'
import { shellWord } from '../../printable.ts'
import { wholeNumber, withExamples } from '../options.ts'
import { playPerson } from '../play/person.ts'
import { watchPolicy } from '../play/watch.ts'
import { type StartOptions, startOf, withStart } from '../start.ts'

interface PlayOptions extends StartOptions {
  readonly watch?: string
  readonly delay: number
  readonly moves: number
  readonly json?: boolean
  readonly plugin?: readonly string[]
  readonly pictures?: string
}

const KEYS = `
On a terminal a game is played by single keys: arrow keys or w a s d in 2048;
where moves name cells, arrow keys move a cursor, Enter or space picks, Esc lets
go. Moves can be typed too; where the input is no terminal, a line is a move.
  u  takes a move back        h  a hint
  n  begins a new game        ?  the rules and the keys
  q  ends, with the result and a token to go on from; so does Ctrl-C
Colours follow NO_COLOR and FORCE_COLOR; without a UTF-8 locale all is ASCII.
--moves, --delay and --json go with --watch: --json prints the trajectory and
nothing else, without pauses.`

/** Options and action of `play`. */
export function definePlay(command: Command): void {
  command.argument('[game]', 'the game; may be left out with --state')
  withStart(command)
  command.option('--watch <policy>', `let a policy play: ${policyNames().join(', ')}`)
  command.option('--delay <ms>', 'pause before every move that is watched', wholeNumber(0, 60_000), 400)
  command.option('--moves <n>', 'replies to watch at most', wholeNumber(1, 1_000_000), 1000)
  command.option('--json', 'with --watch: print the trajectory as JSON and nothing else, without pauses').addHelpText('after', KEYS)
  withExamples(command, [
    ['vlm-gym play 2048', 'slide with the arrow keys; u takes a move back, h is a hint, ? the rules, q quits'],
    ['vlm-gym play shisen-sho --set rows=4 --set columns=4 --set kinds=4', 'a small board: arrow keys and Enter pick two tiles'],
    ['vlm-gym play 2048 --watch solver --delay 100', 'watch the expert'],
    ['vlm-gym play 2048 --watch random --moves 50 --json', 'a trajectory of random play'],
  ])
  command.action(async (id: string | undefined, options: PlayOptions) => {
    const { seed, watch: name, json = false, delay, moves } = options
    if (name === undefined) {
      const stray = ['json', 'moves', 'delay'].find((option) => command.getOptionValueSource(option) === 'cli')
      if (stray !== undefined) throw new ConfigError(`--${stray} goes with --watch POLICY`)
    }
    if (name === 'human') throw new ConfigError('--watch needs a policy that plays by itself; leave it out to play yourself')
    const { spec, start } = await startOf(id, options)
    const again = (token: string): string => goOn(options, token)
    if (name === undefined) return playPerson({ spec, start, seed, again })
    return watchPolicy({ spec: { ...spec, horizon: moves }, start, seed, name, delay, json, again })
  })
}

/** The command that goes on from a token, with what the game needs to be known. */
function goOn({ plugin = [], pictures, theme }: PlayOptions, token: string): string {
  const given = [
    ...plugin.flatMap((name) => ['--plugin', shellWord(name)]),
    ...(pictures === undefined ? [] : ['--pictures', shellWord(pictures)]),
    ...(theme === 'classic' ? [] : ['--theme', theme]),
  ]
  return ['vlm-gym play', ...given, '--state', token].join(' ')
}
