/** `vlm-gym studio`: games and folders on a page in the browser, also while they are growing. */
import type { Command } from 'commander'
import { HUMAN_MOVES, MOST_MOVES } from '../../studio/human-run.ts'
import { serveStudio } from '../../studio/studio-server.ts'
import { withPictures, withPlugins } from '../extras-options.ts'
import { serveUntilInterrupted } from '../interrupt.ts'
import { wholeNumber, withExamples, withJson } from '../options.ts'
import { STUDIO_PORT } from '../studio-beside.ts'
import { printJson, printLines } from '../terminal.ts'

interface StudioFlags {
  readonly port: number
  readonly record?: string
  readonly recordMoves?: number
  readonly json?: boolean
}

/** Options and action of `studio`. */
export function defineStudio(command: Command): void {
  command.argument('[folder...]', 'folders of vlm-gym train, eval or teach, also while they are growing or still to come')
  command.option('--port <n>', 'port to listen on, of this machine alone; 0 picks a free one', wholeNumber(0, 65_535), STUDIO_PORT)
  command.option(
    '--record <folder>',
    'keep whole games that you play on the page as the run of an evaluation, policy human, for vlm-gym compare',
  )
  command.option(
    '--record-moves <n>',
    `most moves of a game that is kept: one that goes on is kept with so many (default: ${HUMAN_MOVES})`,
    wholeNumber(1, MOST_MOVES),
  )
  withPlugins(command)
  withPictures(command)
  withJson(command)
  withExamples(command, [
    ['vlm-gym studio', 'the games at http://127.0.0.1:8777: play them, and look at their levels, knobs and prompts'],
    ['vlm-gym studio runs/laptop-0', 'at http://127.0.0.1:8777: results and curves, which grow while the run goes on; Ctrl-C stops it'],
    ['vlm-gym studio runs/laptop-0 runs/laptop-1', 'several runs, one at a time or side by side'],
    ['vlm-gym studio runs/laptop-0 runs/qwen', 'a training run and an evaluation, with what was seen and said in each episode'],
    ['vlm-gym studio runs/swap --record runs/me', 'your games of Swap beside the evaluation in runs/swap'],
  ])
  command.action(async (folders: string[], { port, record, recordMoves, json }: StudioFlags) => {
    const studio = await serveStudio({ folders, port, record, recordMoves })
    if (json) printJson({ url: studio.url })
    else printLines([`the studio is at ${studio.url}`, 'Ctrl-C stops it'])
    await serveUntilInterrupted(studio, 'stopping')
  })
}
